#!/usr/bin/env python3
"""Compares what the extractor makes of the documents of documents.py with the golden files that lie here.

    golden.py [NAME...]             shows every difference; exit status 1 if there is one
    golden.py --accept [NAME...]    writes what comes out as the new golden files: read the difference before

NAME.md is the Markdown, as `docquarry extract` prints it; NAME.pages.json has the rest: each page's size, label, text and lines with font,
size and box (left, top, right, bottom in whole points). DOCQUARRY_BIN names the program.
"""
import argparse
import difflib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "harness")]

import documents  # noqa: E402
from service import binary, environment  # noqa: E402


def extract(path, kind, directory):
    command = [binary(), "extract", str(path), "--format", kind, "--password-file", str(directory / "password")]
    done = subprocess.run(command, capture_output=True, env=environment({}), cwd=directory)
    if done.returncode != 0:
        sys.exit("%s: %s" % (path.name, done.stderr.decode(errors="replace")))
    return done.stdout.decode()


def produce(name, directory):
    """{file name: text} of what comes out now."""
    path = directory / (name + ".pdf")
    path.write_bytes(documents.MAKERS[name]())
    (directory / "password").write_text(documents.PASSWORD + "\n")
    return {name + ".md": extract(path, "markdown", directory), name + ".pages.json": readable(json.loads(extract(path, "json", directory)))}


def readable(result):
    """The result with one line of JSON per line of text, without what differs from run to run."""
    fields = {key: value for key, value in result.items() if key not in ("filename", "extractor", "extraction_seconds", "pages")}
    out = ["{"] + ["  %s: %s," % (one_line(key), one_line(value)) for key, value in fields.items()] + ['  "pages": [']
    for page in result["pages"]:
        lines = page.pop("lines", [])
        fonts = [font["name"] for font in page.pop("fonts", [])]
        page.pop("markdown", None)
        text = page.pop("text", "").split("\n")
        out.append("    %s," % one_line(page)[:-1])
        out.append('     "text": [\n       %s],' % ",\n       ".join(one_line(line) for line in text))
        rows = [one_line([fonts[line["font"]], line["size"], [round(edge) for edge in line["box"]], line["text"]]) for line in lines]
        out.append('     "lines": [%s]},' % "".join("\n       %s," % row for row in rows).rstrip(","))
    out[-1] = out[-1].rstrip(",")
    return "\n".join(out + ["  ]", "}"]) + "\n"


def one_line(value):
    return json.dumps(value, ensure_ascii=False)


def difference(file, expected, found):
    return list(difflib.unified_diff(expected.splitlines(), found.splitlines(), "golden/" + file, "now", lineterm="", n=2))


def check(names, accept=False):
    """The differences, as lines; accepted ones are written."""
    shown = []
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            for file, found in produce(name, pathlib.Path(directory)).items():
                golden = HERE / file
                expected = golden.read_text() if golden.exists() else ""
                shown += difference(file, expected, found)
                if accept and expected != found:
                    golden.write_text(found)
    return shown


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--accept", action="store_true")
    options = parser.parse_args()
    unknown = set(options.names) - set(documents.MAKERS)
    if unknown:
        parser.error("there is no document %s; there are %s" % (", ".join(sorted(unknown)), ", ".join(documents.MAKERS)))
    shown = check(options.names or documents.MAKERS, options.accept)
    print("\n".join(shown) if shown else "all as expected")
    sys.exit(1 if shown and not options.accept else 0)


if __name__ == "__main__":
    main()
