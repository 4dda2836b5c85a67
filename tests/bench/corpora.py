"""What the benchmark reads: generated one-page documents, the manuals of Debian's r-doc-pdf cut into single pages, and those manuals whole."""
import glob
import os
import subprocess

import pdfs
from service import ROOT

MANUALS = "/usr/share/R/doc/manual"
FOLDER = os.path.join(ROOT, "build", "bench-corpora")


def page_count(path):
    return int(subprocess.run(["qpdf", "--show-npages", path], capture_output=True, text=True, check=True).stdout)


class Corpus:
    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.files = sorted(glob.glob(os.path.join(folder, "*.pdf")))
        self._pages = None

    @property
    def pages(self):
        if self._pages is None:
            self._pages = sum(page_count(path) for path in self.files) if self.name in ("medium", "large") else len(self.files)
        return self._pages


def _made(name, make):
    """Made once; a directory that is there is complete."""
    folder = os.path.join(FOLDER, name)
    if not os.path.isdir(folder):
        aside = folder + ".part"
        os.makedirs(aside, exist_ok=True)
        make(aside)
        os.rename(aside, folder)
    return Corpus(name, folder)


def _tiny(folder):
    for number in range(500):
        with open(os.path.join(folder, "tiny%03d.pdf" % number), "wb") as file:
            file.write(pdfs.pdf("Tiny document %d\nIts second line\nIts third line" % number))


def _small(folder):
    """Every third page of the seven manuals: about 225 files."""
    for manual in _manuals():
        name = os.path.splitext(os.path.basename(manual))[0]
        for page in range(2, page_count(manual) + 1, 3):
            target = os.path.join(folder, "%s-%03d.pdf" % (name, page))
            subprocess.run(["qpdf", manual, "--pages", manual, str(page), "--", target], check=True)


def _manuals():
    return sorted(glob.glob(os.path.join(MANUALS, "R-*.pdf")))


def _medium(folder):
    for manual in _manuals():
        os.symlink(manual, os.path.join(folder, os.path.basename(manual)))


def _large(folder):
    os.symlink(os.path.join(MANUALS, "fullrefman.pdf"), os.path.join(folder, "fullrefman.pdf"))


def all_corpora():
    """{name: Corpus}. Without the manuals only the generated documents."""
    made = {"tiny": _made("tiny", _tiny)}
    if _manuals():
        made.update(small=_made("small", _small), medium=_made("medium", _medium), large=_made("large", _large))
    return made
