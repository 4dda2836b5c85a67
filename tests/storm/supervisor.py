"""Starts a process of the service again when it has ended, at once and without faults, as an init system does."""
import threading


class Supervisor:
    def __init__(self, services):
        self.lock = threading.Lock()
        self.over = False
        self.problems = []
        for service in services:
            threading.Thread(target=self._watch, args=(service,), daemon=True).start()

    def end(self):
        """From now on whatever ends stays ended; all run when this returns."""
        with self.lock:
            self.over = True

    def _watch(self, service):
        while True:
            service.process.wait()
            with self.lock:
                if self.over:
                    return
                try:
                    service.kill()  # waits for what it left behind
                    service.start(60)
                except Exception as problem:  # in a thread nobody would see it
                    self.problems.append("it does not start again: %r" % problem)
                    return
