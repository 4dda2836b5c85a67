"""Starts the real program on a free port with its own data directory, waits until it says that it is ready, and stops it."""
import glob
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

import pdfs
import processes
from client import Client

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# The rate limit is the original's, ten uploads a minute; tests that do not ask for it must not meet it.
DEFAULTS = {"RATE_LIMIT_REQUESTS": "1000000", "DOCQUARRY_LISTEN": "127.0.0.1:0"}


def binary():
    """DOCQUARRY_BIN, else the newest build."""
    named = os.environ.get("DOCQUARRY_BIN")
    if named:
        return os.path.abspath(named)
    built = [path for path in glob.glob(os.path.join(ROOT, "build", "*", "bin", "docquarry")) if os.access(path, os.X_OK)]
    if not built:
        raise FileNotFoundError("no build/*/bin/docquarry; build first, or set DOCQUARRY_BIN")
    return max(built, key=os.path.getmtime)


def environment(settings):
    """Nothing of the caller's settings gets in; sanitizer options do."""
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "HOME", "TMPDIR", "LANG") or name.endswith("SAN_OPTIONS") or name == "LLVM_PROFILE_FILE"}
    return {**kept, **{name: str(value) for name, value in settings.items() if value is not None}}


class Service:
    """One run of `docquarry serve`. After stop() or kill() start() begins the next run on the same data. `places`: on real stores
    (stores.py); what is missing there is the embedded default."""

    def __init__(self, directory=None, arguments=("serve",), wrapper=(), places=(), **settings):
        self.owns_directory = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="docquarry-test-")
        self.data = os.path.join(self.directory, "data")
        self.places = {place.store.kind: place for place in places}
        of_places = {name: value for place in places for name, value in place.settings.items()}
        self.settings = {**DEFAULTS, "DOCQUARRY_DATA": self.data, **of_places, **settings}
        self.arguments = list(arguments)
        self.wrapper = list(wrapper)
        self.log_path = os.path.join(self.directory, "service.log")
        self.process = None
        self.port = None
        self.client = None
        self.held = []

    # ---- life

    def start(self, seconds=30, **settings):
        assert self.process is None, "already running"
        run_settings = {**self.settings, **settings}
        self.run_starts_at = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(self.wrapper + [binary()] + self.arguments, cwd=self.directory, env=environment(run_settings),
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self._wait_until_ready(seconds)
        return self

    def _wait_until_ready(self, seconds):
        deadline = time.monotonic() + seconds
        while True:
            ready = [event for event in self.events() if event.get("event") == "ready"]
            if ready:
                self.port = int(ready[-1]["url"].rsplit(":", 1)[1])
                self.client = Client(self.port)
                return
            code = self.process.poll()
            if code is not None:
                self.process = None
                raise RuntimeError("docquarry ended with status %s before it was ready:\n%s" % (code, self.log()))
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("docquarry was not ready within %g s:\n%s" % (seconds, self.log()))
            time.sleep(0.002)

    def stop(self, seconds=30):
        """SIGTERM; returns the exit status. Nothing that it started may outlive it."""
        self.release()
        below = processes.descendants(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("docquarry did not stop within %g s of SIGTERM:\n%s" % (seconds, self.log()))
        self.process = None
        self.left_over = wait_until_gone(below)
        return code

    def kill(self):
        """SIGKILL, as a power cut for the process."""
        if self.process is None:
            return
        below = processes.descendants(self.process.pid)
        try:
            os.kill(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None
        self.left_over = wait_until_gone(below)

    def close(self):
        self.kill()
        if "postgres" in self.places:
            self.places["postgres"].drop()
        if self.owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start() if self.process is None else self

    def __exit__(self, *_):
        self.close()

    # ---- looking at it

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        with open(self.log_path, "rb") as file:
            file.seek(self.run_starts_at)
            return file.read().decode("utf-8", "replace")

    def events(self):
        """The log lines of this run, as values. A line that is not JSON is a defect, except for what sanitizers say."""
        found = []
        for line in self.log().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
        return found

    def files(self):
        """Paths of everything below the data directory, relative to it."""
        return sorted(os.path.relpath(os.path.join(folder, name), self.data) for folder, _, names in os.walk(self.data) for name in names)

    def stored_files(self):
        """Of all uploads: paths below the data directory, or keys in the bucket."""
        if "s3" in self.places:
            return sorted(self.places["s3"].keys())
        return [path for path in self.files() if path.startswith("files" + os.sep)]

    @property
    def database(self):
        """As stores.open_database() takes it."""
        return self.places["postgres"].address if "postgres" in self.places else self.data

    @property
    def stores(self):
        """(DOCQUARRY_DATABASE, DOCQUARRY_FILES), as settings."""
        return (self.settings.get("DOCQUARRY_DATABASE", "sqlite:%s/docquarry.db" % self.data),
                self.settings.get("DOCQUARRY_FILES", "file:%s/files" % self.data))

    def hold(self):
        """Stops the extractor and fills the worker's hands: whatever is uploaded next stays PENDING. For services with concurrency 1."""
        self.client.upload([("warm.pdf", pdfs.pdf("warm"))])
        self.client.wait_for_status(1)
        self.held = [process.pid for process in processes.descendants(self.pid)]
        for pid in self.held:
            os.kill(pid, signal.SIGSTOP)
        while True:
            task = self.client.upload([("filler.pdf", pdfs.pdf("filler"))]).json()["task_ids"][0]
            deadline = time.monotonic() + 0.3
            while self.client.get("/status/" + task).json()["status"] == "PENDING":
                if time.monotonic() > deadline:
                    return
                time.sleep(0.005)

    def release(self):
        for pid in self.held:
            processes.signal_if_alive(pid, signal.SIGCONT)
        self.held = []


def wait_until_gone(watched, seconds=5):
    """Those of `watched` that still live after so long: there should be none."""
    deadline = time.monotonic() + seconds
    while True:
        alive = [p for p in watched if (now := processes.stat(p.pid)) and now.start_ticks == p.start_ticks and now.state != "Z"]
        if not alive or time.monotonic() > deadline:
            return alive
        select.select([], [], [], 0.005)


def finish(service):
    """Stops a service and checks what every run must show at its end."""
    if service.process is None:
        return
    code = service.stop()
    assert code == 0, "docquarry ended with status %s:\n%s" % (code, service.log()[-4000:])
    assert not service.left_over, "processes outlived the service: %s" % [(p.pid, p.name) for p in service.left_over]
    errors = [event for event in service.events() if event.get("level") == "error" and event.get("event") not in service.expected_errors]
    assert not errors, "errors in the log: %s" % errors
