"""The documents of a storm, and what each of them must become, whoever dies meanwhile."""
import hashlib
import sqlite3

import pdfs


class Sample:
    def __init__(self, name, content):
        self.name, self.content = name, content
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.fingerprint = None  # of its pages, when it was processed in peace


def make_samples():
    """Mostly small ones; some take the extractor long enough to be hit in the middle, and are saved in several batches."""
    small = [Sample("small%d.pdf" % n, pdfs.numbered(1, "small%d" % n)) for n in range(6)]
    medium = [Sample("medium%d.pdf" % n, pdfs.numbered(7, "medium%d" % n, lines=20)) for n in range(3)]
    large = [Sample("large%d.pdf" % n, pdfs.heavy(80 + 30 * n, "large%d" % n, lines=40)) for n in range(3)]
    return small * 4 + medium * 4 + large * 2


def open_database(data):
    database = sqlite3.connect("file:%s/docquarry.db?mode=ro" % data, uri=True, timeout=20)
    database.row_factory = sqlite3.Row
    return database


def fingerprint_of(database, task):
    """Everything that was saved of a task's pages, as one hash."""
    digest = hashlib.sha256()
    for row in database.execute("SELECT number, width_pt, height_pt, label, has_text_layer, fault_code, text, markdown, lines "
                                "FROM pages WHERE task_id = ? ORDER BY number", [task]):
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def learn_fingerprints(service, samples):
    """Processes every sample once, alone, on a service of its own."""
    distinct = {sample.sha256: sample for sample in samples}
    for sample in distinct.values():
        answer = service.client.upload([(sample.name, sample.content)])
        assert answer.status == 202, answer
        status = service.client.wait_for_status(answer.json()["task_ids"][0], seconds=60)
        assert status["status"] == "COMPLETED", (sample.name, status)
    with open_database(service.data) as database:
        for row in database.execute("SELECT d.sha256, t.id FROM documents d JOIN tasks t ON t.document_id = d.id"):
            distinct[row["sha256"]].fingerprint = fingerprint_of(database, row["id"])
    for sample in samples:
        sample.fingerprint = distinct[sample.sha256].fingerprint
