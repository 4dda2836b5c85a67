"""Several processes of the service on shared stores, each started, killed, stopped and started again by itself."""
import itertools
import os
import shutil
import socket
import tempfile

from client import Client
from service import Service, finish

KINDS = ("postgres", "redis", "s3", "sqs")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class AnyOf(Client):
    """Each request goes to the next of several services. `elsewhere`: one that refuses to connect is passed over, as load balancers do."""

    def __init__(self, ports, timeout=60, elsewhere=False):
        super().__init__(None, timeout=timeout)
        self.ports, self.elsewhere = list(ports), elsewhere
        self.turn = itertools.count()

    def request(self, *what, **how):
        first = next(self.turn)
        for attempt in range(len(self.ports)):
            chosen = Client(self.ports[(first + attempt) % len(self.ports)], timeout=self.timeout)
            chosen.watch = self.watch
            try:
                return chosen.request(*what, **how)
            except ConnectionRefusedError:
                if not self.elsewhere or attempt == len(self.ports) - 1:
                    raise


class Cluster:
    """`places`: fresh ones on real stores (stores.py); what is missing there is the embedded default. `roles`: of one process each.
    Every process keeps its port when it is started again."""

    def __init__(self, places=(), roles=("api", "api", "worker", "worker"), **settings):
        self.directory = tempfile.mkdtemp(prefix="docquarry-cluster-")
        self.places = {place.store.kind: place for place in places}
        shared = {name: value for place in places for name, value in place.settings.items()}
        if "s3" not in self.places and len(roles) > 1:
            self.files = os.path.join(self.directory, "files")
            shared["DOCQUARRY_FILES"] = "file:" + self.files
        self.services = []
        for number, role in enumerate(roles, 1):
            directory = os.path.join(self.directory, "%s-%d" % (role.replace(",", "-"), number))
            os.mkdir(directory)
            self.services.append(Service(directory, DOCQUARRY_ROLES=role, DOCQUARRY_LISTEN="127.0.0.1:%d" % free_port(),
                                         **{**shared, **settings}))
            self.services[-1].expected_errors = set()

    # ---- parts

    def having(self, role):
        return [service for service in self.services if role in service.settings["DOCQUARRY_ROLES"].split(",")]

    @property
    def apis(self):
        return self.having("api")

    @property
    def workers(self):
        return self.having("worker")

    def __getattr__(self, kind):
        """cluster.postgres, cluster.s3, ...: the place there."""
        if kind in KINDS and kind in self.places:
            return self.places[kind]
        raise AttributeError(kind)

    def client(self, timeout=60, elsewhere=False):
        """Asks all API processes in turn."""
        return AnyOf(self._ports(), timeout, elsewhere)

    def each_client(self, timeout=60):
        """One client per API process."""
        return [Client(port, timeout=timeout) for port in self._ports()]

    def _ports(self):
        return [int(service.settings["DOCQUARRY_LISTEN"].rsplit(":", 1)[1]) for service in self.apis]

    @property
    def database(self):
        """As stores.open_database() takes it."""
        return self.postgres.address if "postgres" in self.places else self.services[0].data

    def stored_keys(self):
        """Of all files in the object store."""
        if "s3" in self.places:
            return self.s3.keys()
        return stored_on_disk(getattr(self, "files", os.path.join(self.services[0].data, "files")))

    def log(self):
        """Of all processes and all their runs."""
        text = ""
        for service in self.services:
            if os.path.exists(service.log_path):
                with open(service.log_path, errors="replace") as file:
                    text += file.read()
        return text

    # ---- life

    def start(self, **settings):
        for service in self.services:
            service.start(60, **settings)
        return self

    def finish(self):
        """A clean end of every process that runs; checks what every run must show at its end."""
        for service in self.services:
            finish(service)

    def kill(self):
        for service in self.services:
            service.kill()

    def close(self):
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def stored_on_disk(root):
    """Keys of the files below the directory of an object store; they are spread over folders: uploads/3f/ID.pdf holds uploads/ID.pdf."""
    keys = set()
    for folder, _, names in os.walk(root):
        for name in names:
            parts = os.path.relpath(os.path.join(folder, name), root).split(os.sep)
            keys.add("%s/%s" % (parts[0], parts[2]) if len(parts) == 3 and len(parts[1]) == 2 else "/".join(parts))
    return keys
