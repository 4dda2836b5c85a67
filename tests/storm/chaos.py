"""Kills and stops the service's processes, their children and the servers they depend on at random moments, and starts them again."""
import random
import signal
import threading
import time

import processes
from fault_proxy import Faults

# What happens to one of the service's processes, and how often.
ACTIONS = {"kill server": 40, "kill child": 20, "kill launcher": 10, "stop server": 15, "stop children": 15}
# What happens to a store. "cut": every connection to it; "silence": nothing gets through for a while.
STORE_ACTIONS = {"restart": 4, "cut": 3, "silence": 2, "lose answers": 1}


class Chaos:
    """To each target (a service, a store) one thing happens at a time, so that what stood still wakes up again, and what it then does is
    seen. `stores`: none for a service that has everything in itself."""

    def __init__(self, services, seed, lease, stores=()):
        self.services, self.stores, self.lease = list(services), list(stores), lease
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.busy = {}  # target -> thread
        self.kills = {"server": 0, "child": 0, "launcher": 0}
        self.stops = 0
        self.store_faults = {}
        self.left_over = []   # processes that outlived a killed server
        self.problems = []
        self.slowest_start = 0.0

    def total_kills(self):
        return sum(self.kills.values())

    def strike(self):
        """One fault. Waits while there is nothing to which it could happen."""
        at_store = self.stores and self.chance.random() < 0.2
        target = self._free_one(self.stores if at_store else self.services)
        choices = STORE_ACTIONS if at_store else ACTIONS
        action = self.chance.choices(list(choices), list(choices.values()))[0]
        self._begin(target, self._strike_store if at_store else self._strike_service, action, random.Random(self.chance.random()))

    def finish(self):
        """Everything runs when it returns, and nothing more happens."""
        for thread in list(self.busy.values()):
            thread.join()
        for store in self.stores:
            store.proxy.heal()

    def kill_server(self, service):
        service.kill()
        self._count("server", 1)
        with self.lock:
            self.left_over += service.left_over
        self._start(service)

    def pause(self, shortest, longest):
        time.sleep(self.chance.uniform(shortest, longest))

    def check_alive(self):
        """A server that ended by itself is a fault, and is started again so that the storm can go on."""
        for service in self.services:
            if service in self.busy and self.busy[service].is_alive():
                continue
            code = service.process.poll()
            if code is not None:
                self.problems.append("a server ended by itself with status %s: %s" % (code, service.log()[-2000:]))
                service.kill()
                self._start(service)

    # ---- how it works

    def _free_one(self, targets):
        while True:
            free = [target for target in targets if target not in self.busy or not self.busy[target].is_alive()]
            if free:
                return self.chance.choice(free)
            self.busy[targets[0]].join()

    def _begin(self, target, what, *arguments):
        def guarded():
            try:
                what(target, *arguments)
            except Exception as problem:  # shown as a result of the storm: in a thread nobody would see it
                self.problems.append("%s: %r" % (arguments[0], problem))
        self.busy[target] = threading.Thread(target=guarded, daemon=True)
        self.busy[target].start()

    def _strike_service(self, service, action, chance):
        below = processes.descendants(service.pid)
        launchers = [p.pid for p in below if p.parent == service.pid]
        children = [p.pid for p in below if p.parent != service.pid]
        if action == "stop server":
            self._hold([service.pid], chance)
        elif action == "stop children" and below:
            self._hold(chance.choice([children or launchers, launchers + children]), chance)
        elif action == "kill child" and children:
            self._count("child", processes.signal_if_alive(chance.choice(children), signal.SIGKILL))
        elif action == "kill launcher" and launchers:
            self._count("launcher", processes.signal_if_alive(chance.choice(launchers), signal.SIGKILL))
        elif action == "kill server" or chance.random() < 0.5:
            self.kill_server(service)

    def _count(self, what, number):
        with self.lock:
            self.kills[what] += number

    def _hold(self, pids, chance):
        with self.lock:
            self.stops += 1
        with processes.stopped(pids):
            time.sleep(self.lease * chance.choice([0.3, 1.5, 2]))

    def _start(self, service):
        began = time.monotonic()
        service.start(60)
        self.slowest_start = max(self.slowest_start, time.monotonic() - began)

    def _strike_store(self, store, action, chance):
        name = "%s %s" % (action, store.kind)
        with self.lock:
            self.store_faults[name] = self.store_faults.get(name, 0) + 1
        if action == "restart":
            store.restart()
        elif action == "cut":
            store.proxy.cut_all()
        elif action == "silence":
            self._through_proxy(store, Faults(silent=True), self.lease * chance.choice([0.5, 1.5]))
        else:
            self._through_proxy(store, Faults(lose_answer=LOST_ANSWERS[store.kind], times=3), 1.0)

    @staticmethod
    def _through_proxy(store, faults, seconds):
        store.proxy.faults = faults
        time.sleep(seconds)
        store.proxy.heal()


# What an answer looks like whose loss hurts: something was done, and whoever asked for it does not know.
LOST_ANSWERS = {"postgres": b"COMMIT\0", "redis": b":1\r\n", "s3": b"HTTP/1.1 200", "sqs": b"HTTP/1.1 200"}
