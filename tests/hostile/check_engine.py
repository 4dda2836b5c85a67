#!/usr/bin/env python3
"""Runs every hostile file through the engine and compares what comes of it with what is permitted.

    tests/hostile/check_engine.py [--bin build/dev/bin] [--files DIR] [--only REGEX] [--jobs N] [--batch]

The files are generated into DIR (default: a temporary directory) unless they are there already. Prints each case outside its permitted
outcomes, and the slowest ones. Exit status 0: all within, each in at most 60 s, no page out of order, no forbidden text.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LONGEST_SECONDS = 60
# What the service calls an outcome (tests/hostile/README.md), by the error code of a failure.
OUTCOMES = {"invalid_document": "invalid", "password_required": "password", "wrong_password": "password", "unsupported_encryption": "crypt",
            "memory_limit": "limit", "time_limit": "limit", "output_limit": "limit", "extractor_crashed": "crash",
            "extractor_misbehaved": "crash", "extractor_unavailable": "unavailable"}


def outcome(result):
    return OUTCOMES[result["code"]] if result["outcome"] == "failed" else result["outcome"]


def problems(case, result):
    """What is wrong with the result of a case, as sentences."""
    got = outcome(result)
    if got not in case["allow"] and not (got == "invalid" and "reject" in case["allow"]):
        yield f"{got} ({result['code']}: {result['message']}), permitted: {', '.join(dict.fromkeys(case['allow']))}"
    if result["wall_seconds"] > LONGEST_SECONDS:
        yield f"took {result['wall_seconds']:.1f} s"
    if not result["ordered"]:
        yield "pages came out of order or twice"
    if got in ("completed", "partial") and result["pages"] != result["expected"]:
        yield f"{result['pages']} of {result['expected']} pages came"
    if got == "completed" and case.get("text") and case["text"] not in result["text"]:
        yield f"the text lacks {case['text']!r}"
    if case.get("never") and case["never"] in json.dumps(result):
        yield f"the result holds {case['never']!r}"


def main():
    arguments = argparse.ArgumentParser(description="Compare the engine's outcomes on the hostile files with the permitted ones.")
    arguments.add_argument("--bin", type=pathlib.Path, default=HERE.parent.parent / "build" / "dev" / "bin")
    arguments.add_argument("--files", type=pathlib.Path)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--batch", action="store_true", help="isolation per owner instead of per document")
    arguments = arguments.parse_args()

    with tempfile.TemporaryDirectory() as spool:
        files = arguments.files or pathlib.Path(spool)
        if not (files / "manifest.json").exists():
            subprocess.run([sys.executable, HERE / "hostile_pdfs.py", files], check=True)
        cases = [case for case in json.loads((files / "manifest.json").read_text()) if re.search(arguments.only, case["id"])]
        command = [arguments.bin / "docquarry-sandbox-try", "--jobs", str(arguments.jobs)] + ["--batch"] * arguments.batch
        done = subprocess.run(command + [files / case["file"] for case in cases], stdout=subprocess.PIPE, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    results = {pathlib.Path(line["file"]).name: line for line in lines if "file" in line}

    bad = 0
    counts = {}
    for case in cases:
        result = results.get(case["file"])
        if result:
            counts[outcome(result)] = counts.get(outcome(result), 0) + 1
        found = list(problems(case, result)) if result else ["no result"]
        bad += bool(found)
        for sentence in found:
            print(f"{case['id']}: {sentence}")
    for result in sorted(results.values(), key=lambda one: -one["wall_seconds"])[:8]:
        print(f"  {result['wall_seconds']:6.2f} s  {pathlib.Path(result['file']).name}  {outcome(result)}")
    print(f"{len(cases)} cases: {', '.join(f'{count} {name}' for name, count in sorted(counts.items()))}; {bad} outside what is permitted")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
