"""Kills and stops the service and its children at random moments, and starts it again."""
import random
import signal
import time

import processes

# action: how often
ACTIONS = {"kill server": 40, "kill child": 20, "kill launcher": 10, "stop server": 15, "stop children": 15}


class Chaos:
    def __init__(self, service, seed, lease):
        self.service, self.lease = service, lease
        self.chance = random.Random(seed)
        self.kills = {"server": 0, "child": 0, "launcher": 0}
        self.stops = 0
        self.left_over = []   # processes that outlived a killed server
        self.problems = []
        self.slowest_start = 0.0

    def total_kills(self):
        return sum(self.kills.values())

    def strike(self):
        """One fault. The service runs when it returns."""
        action = self.chance.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        below = processes.descendants(self.service.pid)
        launchers = [p.pid for p in below if p.parent == self.service.pid]
        children = [p.pid for p in below if p.parent != self.service.pid]
        if action == "stop server":
            self._hold([self.service.pid])
        elif action == "stop children" and below:
            self._hold(self.chance.choice([children or launchers, launchers + children]))
        elif action == "kill child" and children:
            self.kills["child"] += processes.signal_if_alive(self.chance.choice(children), signal.SIGKILL)
        elif action == "kill launcher" and launchers:
            self.kills["launcher"] += processes.signal_if_alive(self.chance.choice(launchers), signal.SIGKILL)
        elif action == "kill server" or self.chance.random() < 0.5:
            self.kill_server()

    def _hold(self, pids):
        self.stops += 1
        with processes.stopped(pids):
            time.sleep(self.lease * self.chance.choice([0.3, 1.5, 2]))

    def kill_server(self):
        self.service.kill()
        self.kills["server"] += 1
        self.left_over += self.service.left_over
        self.start()

    def start(self):
        began = time.monotonic()
        self.service.start()
        self.slowest_start = max(self.slowest_start, time.monotonic() - began)

    def check_alive(self):
        """A server that ended by itself is a fault, and is started again so that the storm can go on."""
        code = self.service.process.poll()
        if code is not None:
            self.problems.append("the server ended by itself with status %s: %s" % (code, self.service.log()[-2000:]))
            self.service.kill()
            self.start()

    def pause(self, shortest, longest):
        time.sleep(self.chance.uniform(shortest, longest))
