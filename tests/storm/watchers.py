"""Pollers that remember every answer about accepted documents: progress may never go back, and what is final stays as it is.

Each document belongs to one poller, which asks again only after it was answered, so an answer that goes back is a fault of the service.
"""
import random
import threading
import time

from uploads import UNREACHABLE

FINAL = ("COMPLETED", "FAILED", "CANCELLED")


def status_of(document):
    """Where a document's state is asked for: by number on the original's route, else by /v1."""
    return "/status/%d" % document if isinstance(document, int) else "/v1/documents/" + document


class Watchers:
    def __init__(self, client, uploads, seed, count=20):
        self.client, self.uploads, self.count = client, uploads, count
        self.problems = []
        self.answers = 0
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(n, random.Random(seed * 7777 + n)), daemon=True) for n in range(count)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number, chance):
        progress, final = {}, {}
        while not self.stop.is_set():
            mine = self.uploads.known()[number::self.count]
            if mine:
                # Mostly the newest ones: their states change.
                document, sample = chance.choice(mine[-3:]) if chance.random() < 0.7 else chance.choice(mine)
                try:
                    self._look(document, sample, progress, final)
                except UNREACHABLE:
                    pass
            time.sleep(0.03)

    def _look(self, document, sample, progress, final):
        answer = self.client.get(status_of(document))
        if answer.status == 503:
            return
        if answer.status != 200:
            self.problems.append("%s was accepted, but is answered %r" % (document, answer))
            return
        self.answers += 1
        body = answer.json()
        if document in final and answer.body != final[document]:
            self.problems.append("a final answer changed from %r to %r" % (final[document], answer.body))
        at = time.strftime("%H:%M:%S") + "%.3f" % (time.time() % 1)
        before = progress.get(document)
        if before and body["progress"] < before[0]:
            self.problems.append("progress went back: %s %r, then %s %r" % (before[1], before[2], at, answer.body))
        progress[document] = (body["progress"], at, answer.body)
        if body["status"] in FINAL and document not in final:
            final[document] = answer.body
            if body["status"] == "COMPLETED":
                self._result_is_there(document, sample)

    def _result_is_there(self, document, sample):
        """COMPLETED is never said without a readable result."""
        target = "/result/%d" % document if isinstance(document, int) else "/v1/documents/%s/result" % document
        while not self.stop.is_set():
            try:
                answer = self.client.get(target)
            except UNREACHABLE:
                answer = None
            if answer is not None and answer.status == 200:
                if sample.word not in answer.text:
                    self.problems.append("half visible: %s is COMPLETED, but its result lacks its text" % document)
                return
            if answer is not None and answer.status != 503:
                self.problems.append("half visible: %s is COMPLETED, but its result is answered %r" % (document, answer))
                return
            time.sleep(0.02)
