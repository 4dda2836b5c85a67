"""Clients that upload while everything around them dies. What was answered with 202 is in the client log, synced, before the client goes on."""
import http.client
import json
import os
import random
import threading
import time
import uuid

from client import multipart

UNREACHABLE = (OSError, http.client.HTTPException)


class Uploads:
    """`count` uploads by `clients` threads. `accepted` maps document ids to samples, and `problems` holds what must not happen."""

    def __init__(self, client, samples, count, seed, log_path, clients=4):
        self.client, self.samples, self.count = client, samples, count
        self.lock = threading.Lock()
        self.accepted = {}       # id (the original's route) or uid (/v1) -> sample
        self.problems = []
        self.next = 0
        self.repeated = 0
        self.stop = threading.Event()
        self.log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.threads = [threading.Thread(target=self._run, args=(random.Random(seed * 1000 + n),), daemon=True) for n in range(clients)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def running(self):
        return any(thread.is_alive() for thread in self.threads)

    def join(self):
        for thread in self.threads:
            thread.join()

    def known(self):
        with self.lock:
            return list(self.accepted.items())

    def _run(self, chance):
        while not self.stop.is_set():
            with self.lock:
                if self.next == self.count:
                    return
                self.next += 1
            sample = chance.choice(self.samples)
            way = chance.random()
            if way < 0.2:
                self._by_original_route(sample)
            elif way < 0.85:
                self._once(sample, uuid.UUID(int=chance.getrandbits(128)).hex)
            elif way < 0.95:
                self._twice(sample, uuid.UUID(int=chance.getrandbits(128)).hex)
            else:
                self._three_at_once(sample, uuid.UUID(int=chance.getrandbits(128)).hex)

    # ---- the four ways to upload

    def _by_original_route(self, sample):
        answer = self._until_answered(lambda: self.client.upload([(sample.name, sample.content)]))
        if answer:
            self._accept([int(task) for task in answer.json()["task_ids"]], sample)

    def _once(self, sample, key):
        answer = self._until_answered(lambda: self._post(sample, key))
        if answer:
            self._accept(uids_of(answer), sample)
        return answer

    def _twice(self, sample, key):
        first = self._once(sample, key)
        again = self._until_answered(lambda: self._post(sample, key))
        self.repeated += 1
        if first and again and uids_of(first) != uids_of(again):
            self.problems.append("the same Idempotency-Key gave %s, then %s" % (uids_of(first), uids_of(again)))

    def _three_at_once(self, sample, key):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self._until_answered(lambda: self._post(sample, key)))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = {tuple(uids_of(answer)) for answer in answers if answer}
        self.repeated += 2
        if len(found) > 1:
            self.problems.append("three requests with one Idempotency-Key gave %s" % found)
        for uids in found:
            self._accept(list(uids), sample)

    # ---- pieces

    def _post(self, sample, key):
        content_type, body = multipart([(sample.name, sample.content)])
        return self.client.post("/v1/documents", body, content_type=content_type, idempotency_key=key)

    def _until_answered(self, send):
        """The first 2xx; a client that got no answer, or was told to come back, comes back."""
        while not self.stop.is_set():
            try:
                answer = send()
            except UNREACHABLE:
                time.sleep(0.05)
                continue
            if answer.status in (200, 202):
                return answer
            if answer.status not in (409, 429, 503):
                self.problems.append("an upload was answered %r" % answer)
                return None
            time.sleep(0.05)
        return None

    def _accept(self, ids, sample):
        line = json.dumps({"ids": ids, "sha256": sample.sha256}) + "\n"
        with self.lock:
            os.write(self.log, line.encode())
            os.fsync(self.log)
            for document in ids:
                self.accepted[document] = sample


def uids_of(answer):
    body = answer.json()
    return [document["id"] for document in body.get("documents", [body])]
