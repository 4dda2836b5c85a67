"""What must be true when the storm is over, read from the database and the object store, not from the service's answers."""
import collections

from samples import pages_of
from stores import is_postgres, open_database

FINAL = ("COMPLETED", "FAILED", "CANCELLED")


class Verdict:
    """Counts by name; everything but the plain figures must be zero."""

    def __init__(self):
        self.counts = collections.OrderedDict()
        self.examples = []

    def count(self, name, problems):
        problems = list(problems)
        self.counts[name] = len(problems)
        self.examples += ["%s: %s" % (name, problem) for problem in problems[:5]]

    def bad(self):
        return {name: number for name, number in self.counts.items() if number}

    def __str__(self):
        return " ".join("%s=%d" % pair for pair in self.counts.items())


def check_database(address, accepted, allowed_failures):
    """`address`: as open_database() takes it. `accepted`: {id or uid: sample}. `allowed_failures`: how many documents may have failed
    because their child was killed twice."""
    verdict = Verdict()
    with open_database(address) as database:
        rows = database.execute(
            "SELECT d.id, d.uid, d.filename, d.status, d.sha256, d.s3_key, d.completed_at, t.id AS task, t.state, t.partial, t.error_code, t.attempt "
            "FROM documents d LEFT JOIN tasks t ON t.document_id = d.id AND t.generation = d.generation").fetchall()
        by_name = {row["id"]: row for row in rows} | {row["uid"]: row for row in rows}
        samples = {sample.sha256: sample for sample in accepted.values()}

        verdict.count("lost", (name for name in accepted if name not in by_name))
        verdict.count("wrong_file", ("%s holds another file" % name for name, sample in accepted.items()
                                     if name in by_name and by_name[name]["sha256"] != sample.sha256))
        verdict.count("stuck", ("%s is %s" % (row["id"], row["state"]) for row in rows if row["state"] not in FINAL))
        verdict.count("half_written", ("%s: document %s, task %s" % (row["id"], row["status"], row["state"]) for row in rows
                                       if row["status"] != row["state"]))
        completed = [row for row in rows if row["state"] == "COMPLETED"]
        differences = ((row, difference(samples[row["sha256"]].pages, pages_of(database, row["task"])))
                       for row in completed if not row["partial"] and row["sha256"] in samples)
        verdict.count("wrong_result", (
            "%s (%s, attempt %d) differs from the same document processed alone: %s" % (row["id"], row["filename"], row["attempt"], what)
            for row, what in differences if what))
        # A child that was killed from outside twice is a document that crashes the extractor, as far as anyone can see.
        hurt = ["%s is %s %s" % (row["id"], row["state"], row["error_code"] or "partial") for row in rows
                if row["state"] == "FAILED" or row["partial"]]
        verdict.count("failed_without_cause", hurt if len(hurt) > allowed_failures else [])
        verdict.count("duplicated", (
            "document %s has %d results" % tuple(row) for row in database.execute(
                "SELECT document_id, count(*) FROM tasks WHERE state = 'COMPLETED' GROUP BY document_id HAVING count(*) > 1")))
        keyed = database.execute("SELECT count(*) FROM idempotency_documents GROUP BY key_id HAVING count(*) > 1").fetchall()
        verdict.count("key_twice", keyed)
        if not is_postgres(address):
            verdict.count("database_damaged", (row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"))
    verdict.documents = len(rows)
    verdict.hurt = hurt
    verdict.retried = sum(row["attempt"] > 1 for row in rows)
    return verdict


def difference(expected, found):
    """What is wrong with these pages, as text; empty when nothing is."""
    if expected == found:
        return ""
    missing, added = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    changed = ["%d: %s" % (number, ",".join(column for column in expected[number] if expected[number][column] != found[number][column]))
               for number in sorted(set(expected) & set(found)) if expected[number] != found[number]]
    return "%d pages missing %s, %d too many %s, %d changed %s" % (len(missing), missing[:5], len(added), added[:5], len(changed), changed[:5])


def orphan_files(address, stored):
    """(keys that belong to no document, keys of documents that are not there): what remains of the first after a sweep is a leak."""
    with open_database(address) as database:
        known = {row[0] for row in database.execute("SELECT s3_key FROM documents")}
    return stored - known, known - stored
