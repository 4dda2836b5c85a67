"""Writes small, valid PDFs for tests. Deterministic; standard library only."""
import zlib


def literal(text):
    return b"(" + text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def utf16(text):
    return b"<" + ("\ufeff" + text).encode("utf-16-be").hex().encode() + b">"


class Writer:
    def __init__(self):
        self.objects = []

    def add(self, body):
        self.objects.append(body)
        return len(self.objects)

    def reserve(self):
        return self.add(None)

    def stream(self, data, extra=b""):
        data = zlib.compress(data)
        return self.add(b"<</Filter/FlateDecode/Length %d" % len(data) + extra + b">>stream\n" + data + b"\nendstream")

    def build(self, root, extra=b""):
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, body in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer\n<</Size %d/Root %d 0 R" % (len(places) + 1, root) + extra + b">>\nstartxref\n%d\n%%%%EOF\n" % start
        return bytes(out)


def content_of(lines, size=12, left=72, top=720, step=16):
    """Text operators that show `lines` below each other."""
    out = b"BT /F1 %d Tf %d %d Td %d TL\n" % (size, left, top, step)
    return out + b"\n".join(literal(line) + b" '" for line in lines) + b"\nET"


def pdf(*pages, title=None, author=None, subject=None, creator=None, producer=None, created=None, modified=None, contents=None):
    """One page per argument, each a string whose lines are shown below each other. `contents`: raw content streams instead."""
    writer = Writer()
    catalogue, tree = writer.reserve(), writer.reserve()
    font = writer.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    streams = contents if contents is not None else [content_of(page.split("\n")) for page in pages]
    kids = []
    for stream in streams:
        body = writer.stream(stream)
        kids.append(writer.add(b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 %d 0 R>>>>/Contents %d 0 R>>"
                               % (tree, font, body)))
    writer.objects[catalogue - 1] = b"<</Type/Catalog/Pages %d 0 R>>" % tree
    writer.objects[tree - 1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    info = {b"Title": title, b"Author": author, b"Subject": subject, b"Creator": creator, b"Producer": producer}
    entries = b"".join(b"/" + name + utf16(value) for name, value in info.items() if value is not None)
    entries += b"".join(b"/" + name + literal(value) for name, value in ((b"CreationDate", created), (b"ModDate", modified)) if value)
    extra = b"/Info %d 0 R" % writer.add(b"<<" + entries + b">>") if entries else b""
    return writer.build(catalogue, extra)


def numbered(pages, mark="sample", lines=3):
    """A document of which every page can be told from every other one of every document."""
    return pdf(*["\n".join("%s page %d line %d" % (mark, page, line) for line in range(1, lines + 1)) for page in range(1, pages + 1)])


def columns(left, right):
    """One page with two columns of text."""
    return pdf(contents=[content_of(left.split("\n"), left=60) + b"\n" + content_of(right.split("\n"), left=330)])


def heavy(pages, mark="heavy", lines=60, words=14):
    """Pages full of text: a document that takes the extractor a while."""
    line = " ".join("%s%d" % (mark, number) for number in range(words))
    content = content_of([line] * lines, size=6, top=770, step=12)
    return pdf(contents=[b"BT /F1 10 Tf 72 780 Td " + literal("page %d of %s" % (page, mark)) + b" Tj ET\n" + content
                         for page in range(1, pages + 1)])


def without_text(pages=1):
    return pdf(contents=[b"0.5 g 100 100 200 200 re f"] * pages)


def padded(document, size):
    """The same document, grown to `size` bytes by a comment behind its end: readers look for startxref from the end, so it is repeated."""
    tail = document[document.rindex(b"startxref"):]
    room = size - len(document) - len(tail) - 2
    assert room >= 0, "already larger"
    return document + b"%" + b"x" * room + b"\n" + tail
