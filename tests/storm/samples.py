"""The documents of a storm, and what each of them must become, whoever dies meanwhile."""
import hashlib
import os
import re
import sqlite3
import sys

import pdfs
import stores
from service import ROOT

sys.path.append(os.path.join(ROOT, "tests", "bench"))


class Sample:
    def __init__(self, name, content):
        self.name, self.content = name, content
        self.sha256 = hashlib.sha256(content).hexdigest()
        # Learned by processing it in peace:
        self.fingerprint = None  # of its pages
        self.word = ""           # one of its text


def make_samples():
    """Mostly small ones; some take the extractor long enough to be hit in the middle, and are saved in several batches."""
    small = [Sample("small%d.pdf" % n, pdfs.numbered(1, "small%d" % n)) for n in range(6)]
    medium = [Sample("medium%d.pdf" % n, pdfs.numbered(7, "medium%d" % n, lines=20)) for n in range(3)]
    large = [Sample("large%d.pdf" % n, pdfs.heavy(80 + 30 * n, "large%d" % n, lines=40)) for n in range(3)]
    return small * 4 + medium * 4 + large * 2


def make_real_samples():
    """The single pages of R's manuals, some of these manuals whole, and generated documents that take long."""
    import corpora
    found = corpora.all_corpora()
    if "small" not in found:
        raise FileNotFoundError("the manuals of r-doc-pdf are missing: tools/setup test")
    pages, manuals = ([Sample(os.path.basename(path), read(path)) for path in found[name].files] for name in ("small", "medium"))
    short = sorted(manuals, key=lambda manual: len(manual.content))[:3]
    large = [Sample("large%d.pdf" % n, pdfs.heavy(80 + 30 * n, "large%d" % n, lines=40)) for n in range(3)]
    return pages + short * 4 + large * 6


def read(path):
    with open(path, "rb") as file:
        return file.read()


def is_postgres(address):
    return address.startswith("postgres:")


def open_database(address):
    """The database of a service: its data directory, or the URL of PostgreSQL."""
    if is_postgres(address):
        return stores.connect(address)
    database = sqlite3.connect("file:%s/docquarry.db?mode=ro" % address, uri=True, timeout=20)
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
    """Processes every sample once on a service of its own."""
    distinct = {sample.sha256: sample for sample in samples}
    tasks = {}
    for sample in distinct.values():
        answer = service.client.upload([(sample.name, sample.content)])
        assert answer.status == 202, answer
        tasks[answer.json()["task_ids"][0]] = sample
    for task, sample in tasks.items():
        status = service.client.wait_for_status(task, seconds=120)
        assert status["status"] == "COMPLETED", (sample.name, status)
    with open_database(service.data) as database:
        for row in database.execute("SELECT d.sha256, t.id FROM documents d JOIN tasks t ON t.document_id = d.id"):
            sample = distinct[row["sha256"]]
            sample.fingerprint = fingerprint_of(database, row["id"])
            first = database.execute("SELECT text FROM pages WHERE task_id = ? ORDER BY number", [row["id"]]).fetchone()
            sample.word = max(re.findall("[A-Za-z0-9]+", first[0]), key=len, default="")
    for sample in samples:
        sample.fingerprint, sample.word = distinct[sample.sha256].fingerprint, distinct[sample.sha256].word
