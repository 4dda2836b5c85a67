"""The servers of a cluster (PostgreSQL, Redis, S3, SQS), each behind a fault proxy, and fresh places on them for single tests.

    with Stores() as stores:
        place = stores.postgres.new_place()     # a database of its own
        Service(**place.settings)               # reaches it through stores.postgres.proxy
        place.rows("SELECT ...")                # reads it directly

Servers start when they are first asked for.
"""
import contextlib
import functools
import itertools
import json
import os
import pwd
import signal
import sqlite3
import subprocess

from fault_proxy import FaultProxy
from servers import Server


class Store:
    """One server and its proxy. Its process may be stopped and started again; address and credentials stay."""
    kind = None
    numbers = itertools.count(1)

    def __init__(self):
        self.server = self._start()
        self.proxy = FaultProxy(("127.0.0.1", self.port))
        self.restarts = 0

    def new_name(self):
        return "test%d" % next(Store.numbers)

    def stop(self):
        self.proxy.close()
        self.server.stop()


class Postgres(Store):
    kind = "postgres"

    def _start(self):
        server = Server("postgres")
        self.port = int(server["port"])
        return server

    def new_place(self):
        name = self.new_name()
        with connect(self._url(self.port, "postgres")) as database:
            database.execute("CREATE DATABASE " + name)
        return PostgresPlace(self, name)

    def url(self, name):
        return self._url(self.port, name)

    def proxied_url(self, name):
        return self._url(self.proxy.port, name)

    @staticmethod
    def _url(port, name):
        return "postgres://postgres@127.0.0.1:%d/%s" % (port, name)

    def control(self, *arguments):
        """pg_ctl; the server's log goes on."""
        data = self.server["data"]
        identity = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam(self.server["user"])
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        subprocess.run([os.path.join(self.server["bin"], "pg_ctl"), "-D", data, "-l", os.path.join(os.path.dirname(data), "log"), "-w",
                        *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, cwd="/", **identity)

    def restart(self, mode="immediate"):
        """immediate: as after a crash; what was committed is recovered from the log."""
        self.control("-m", mode, "restart")
        self.restarts += 1

    def pid(self):
        with open(os.path.join(self.server["data"], "postmaster.pid")) as file:
            return int(file.readline())


class PostgresPlace:
    def __init__(self, store, name):
        self.store, self.name = store, name
        self.address = store.url(name)  # past the proxy
        self.settings = {"DOCQUARRY_DATABASE": store.proxied_url(name)}

    def drop(self):
        """For those who make hundreds: the server's directory takes minutes to remove with all of them in it."""
        with connect(self.store.url("postgres")) as database:
            database.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)" % self.name)

    def rows(self, statement, *values):
        with connect(self.address) as database:
            return database.execute(statement, values).fetchall()

    def psql(self, text):
        """What psql prints for it, unaligned; without headings unless it is a description (\\d)."""
        rows_only = [] if text.startswith("\\d ") else ["-t"]
        done = subprocess.run(["psql", "-X", "-A", *rows_only, "-v", "ON_ERROR_STOP=1", "-c", text, self.address], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=True)
        return done.stdout.rstrip("\n")


class connect:
    """A connection in the form of sqlite3's: execute() with ? and rows that have names. Every statement is its own transaction."""

    def __init__(self, url):
        import psycopg2
        import psycopg2.extras
        self.connection = psycopg2.connect(url, cursor_factory=psycopg2.extras.DictCursor)
        self.connection.autocommit = True

    def execute(self, statement, values=()):
        cursor = self.connection.cursor()
        cursor.execute(statement.replace("?", "%s") if values else statement, tuple(values) or None)
        return cursor

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


DATABASES = 256  # as many as tests/servers/redis has; a place is not given out again while its test may still run


def is_postgres(address):
    return address.startswith("postgres:")


@contextlib.contextmanager
def open_database(address, mode="ro"):
    """The database of a service, until the end of the block: its data directory, or the URL of PostgreSQL. `mode`: of SQLite, "rw" to change
    it."""
    if is_postgres(address):
        with connect(address) as database:
            yield database
        return
    # Closed for certain: as long as somebody has it open, a service that stops leaves its log (-wal) behind.
    with contextlib.closing(sqlite3.connect("file:%s/docquarry.db?mode=%s" % (address, mode), uri=True, timeout=20)) as database:
        database.row_factory = sqlite3.Row
        with database:
            yield database


class Redis(Store):
    kind = "redis"

    def _start(self, *arguments):
        server = Server("redis", *arguments)
        self.port = int(server["port"])
        return server

    def new_place(self):
        return RedisPlace(self, next(self.databases) % DATABASES)

    @functools.cached_property
    def databases(self):
        return itertools.count()

    def restart(self):
        """Nothing is kept: it comes back empty."""
        self.server.stop()
        self.server = self._start("--port", str(self.port))
        self.restarts += 1

    def command(self, *words, database=0):
        """What redis-cli makes of the reply."""
        done = subprocess.run(["redis-cli", "-p", str(self.port), "-n", str(database), "--json", *map(str, words)], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, check=True)
        return json.loads(done.stdout)

    def pid(self):
        return int(self.server["pid"])


class RedisPlace:
    """A database of its own, empty at first."""

    def __init__(self, store, number):
        self.store, self.number = store, number
        self.settings = {"DOCQUARRY_LIVE": "redis://127.0.0.1:%d/%d" % (store.proxy.port, number)}
        self.command("FLUSHDB")

    def command(self, *words):
        return self.store.command(*words, database=self.number)


# One set of keys for S3 and SQS: the program has only one, as at AWS.
ACCESS_KEY, SECRET_KEY, REGION = "AKTEST", "SKTEST/with+chars=", "us-east-1"
AWS_SETTINGS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": REGION}


def aws_client(service, port):
    import boto3
    from botocore.config import Config
    return boto3.client(service, endpoint_url="http://127.0.0.1:%d" % port, region_name=REGION, aws_access_key_id=ACCESS_KEY,
                        aws_secret_access_key=SECRET_KEY, config=Config(retries={"max_attempts": 10}))


class S3(Store):
    kind = "s3"

    def _start(self):
        server = Server("s3")
        self.port = int(server["port"])
        assert (server["access_key_id"], server["secret_access_key"]) == (ACCESS_KEY, SECRET_KEY)
        return server

    def new_place(self):
        return S3Place(self, self.new_name())

    def restart(self):
        """The gateway dies; objects stay."""
        os.kill(int(self.server["pid"]), signal.SIGHUP)
        self.server.process.stdout.readline()
        self.restarts += 1


class S3Place:
    """A bucket of its own. `prefix`: before all keys, when the program was told so."""

    def __init__(self, store, bucket):
        self.store, self.bucket, self.prefix = store, bucket, ""
        self.client = aws_client("s3", store.port)
        self.client.create_bucket(Bucket=bucket)
        self.settings = {"DOCQUARRY_FILES": "s3://" + bucket,
                         "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:%d" % store.proxy.port, **AWS_SETTINGS}

    def keys(self):
        """Of all objects below the prefix, without it."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        return {item["Key"][len(self.prefix):] for page in pages for item in page.get("Contents", [])}

    def unfinished(self):
        """Uploads in parts that were neither completed nor aborted."""
        return [upload["Key"] for upload in self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])]

    def get(self, key):
        return self.client.get_object(Bucket=self.bucket, Key=self.prefix + key)


class Sqs(Store):
    kind = "sqs"
    engine = "moto"

    def _start(self, port=0):
        server = Server("sqs", self.engine, "--port", str(port), "--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY)
        self.port = int(server["url"].rsplit(":", 1)[1])
        return server

    def new_place(self):
        return SqsPlace(self, self.new_name())

    def restart(self):
        """Nothing is kept: queues come back empty, as if every message were lost."""
        self.server.stop()
        self.server = self._start(self.port)
        for name in self.names:
            aws_client("sqs", self.port).create_queue(QueueName=name)
        self.restarts += 1

    @functools.cached_property
    def names(self):
        return []


class ElasticMq(Sqs):
    engine = "elasticmq"


class SqsPlace:
    """A queue of its own."""

    def __init__(self, store, name):
        self.store, self.name = store, name
        store.names.append(name)
        self.client = aws_client("sqs", store.port)
        self.url = self.client.create_queue(QueueName=name)["QueueUrl"]
        self.settings = {"DOCQUARRY_QUEUE": "sqs:" + self.url, "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:%d" % store.proxy.port,
                         **AWS_SETTINGS}

    def receive(self, wait=0, hidden=30):
        got = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=wait, VisibilityTimeout=hidden,
                                          MessageAttributeNames=["All"])
        return got.get("Messages", [])

    def send(self, body, delay=0, attributes=None):
        self.client.send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=delay, MessageAttributes=attributes or {})

    def delete(self, message):
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def depth(self):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
        found = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


class Stores:
    def __init__(self):
        self.running = {}

    def get(self, kind):
        if kind not in self.running:
            self.running[kind] = {store.kind: store for store in (Postgres, Redis, S3, Sqs)}[kind]()
        return self.running[kind]

    postgres = property(lambda self: self.get("postgres"))
    redis = property(lambda self: self.get("redis"))
    s3 = property(lambda self: self.get("s3"))
    sqs = property(lambda self: self.get("sqs"))

    def new_places(self, kinds):
        return [self.get(kind).new_place() for kind in kinds]

    def heal(self):
        for store in self.running.values():
            store.proxy.heal()

    def stop(self):
        for store in self.running.values():
            store.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
