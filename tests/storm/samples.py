"""The documents of a storm, and what each of them must become, whoever dies meanwhile."""
import hashlib
import os
import re
import sys

import pdfs
from service import ROOT
from stores import open_database

sys.path.append(os.path.join(ROOT, "tests", "bench"))


class Sample:
    def __init__(self, name, content):
        self.name, self.content = name, content
        self.sha256 = hashlib.sha256(content).hexdigest()
        # Learned by processing it in peace:
        self.pages = None        # {number: hash of everything that was saved of it}
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


COLUMNS = ("width_pt", "height_pt", "label", "has_text_layer", "fault_code", "text", "markdown", "lines")


def pages_of(database, task):
    """{number: {column: hash}} of the pages that were saved of a task."""
    rows = database.execute("SELECT number, %s FROM pages WHERE task_id = ? ORDER BY number" % ", ".join(COLUMNS), [task])
    return {row["number"]: {column: hashlib.sha256(repr(row[column]).encode()).hexdigest() for column in COLUMNS} for row in rows}


def learn_pages(service, samples):
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
            sample.pages = pages_of(database, row["id"])
            first = database.execute("SELECT text FROM pages WHERE task_id = ? ORDER BY number", [row["id"]]).fetchone()
            sample.word = max(re.findall("[A-Za-z0-9]+", first[0]), key=len, default="")
    for sample in samples:
        sample.pages, sample.word = distinct[sample.sha256].pages, distinct[sample.sha256].word
