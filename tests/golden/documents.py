"""The documents of the golden files: each shows one thing that pages do. Deterministic; made when they are needed, so that the source of a
golden file is readable and stands once. `documents.py OUT` writes them into a directory, for a look.
"""
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hostile"))

from pdfkit import Crypt, Pdf, cmap, lit  # noqa: E402

PASSWORD = "open sesame"
BASE_FONTS = {"regular": "Helvetica", "bold": "Helvetica-Bold", "mono": "Courier"}


class Script:
    """A font for letters that no base font has: one code per letter, and what each means in a ToUnicode table. Its words are given as
    they are drawn, from left to right."""

    def __init__(self, letters, width=550, narrow=""):
        self.codes = {letter: 33 + n for n, letter in enumerate(dict.fromkeys(letters))}
        assert len(self.codes) < 200
        self.widths = [300 if letter in narrow + " " else width for letter in self.codes]

    def put(self, pdf):
        meanings = pdf.stream(cmap([(code, letter.encode("utf-16-be")) for letter, code in self.codes.items()]))
        return pdf.put(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 33/LastChar %d/Widths[%s]/ToUnicode %d 0 R>>"
                       % (32 + len(self.codes), b" ".join(b"%d" % width for width in self.widths), meanings))

    def encode(self, text):
        return bytes(self.codes[letter] for letter in text)


class Ligatures(Script):
    """Some codes stand for two or three letters."""

    def __init__(self, parts):
        super().__init__(parts)

    def encode(self, parts):
        return bytes(self.codes[part] for part in parts)


class Sheet:
    """One page: what is drawn on it, from the top left, in points."""

    def __init__(self, width=595, height=842, extra=b""):
        self.width, self.height, self.extra = width, height, extra
        self.drawn = []

    def text(self, x, y, text, size=11, font="regular", turn=False):
        """`y`: the baseline's distance from the top. `turn`: upwards instead of to the right."""
        self.drawn.append(("text", x, y, text, size, font, turn))
        return self

    def lines(self, x, y, lines, size=11, font="regular", pitch=14):
        for n, line in enumerate(lines):
            self.text(x, y + n * pitch, line, size, font)
        return self

    def rule(self, x1, y1, x2, y2):
        self.drawn.append(("rule", x1, y1, x2, y2))
        return self

    def box(self, x, y, width, height):
        self.drawn.append(("box", x, y, width, height))
        return self


def build(*sheets, catalogue=b"", info=None, password=None, **how):
    pdf = Pdf(b"2.0" if password else b"1.7")
    if password:
        Crypt(pdf, 6, password.encode())
    pdf.root, tree = pdf.num(), pdf.num()
    fonts = {}
    kids = []
    for sheet in sheets:
        used = dict.fromkeys(item[5] for item in sheet.drawn if item[0] == "text")
        for font in used:
            if font not in fonts:
                fonts[font] = font.put(pdf) if isinstance(font, Script) else pdf.put(
                    b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % BASE_FONTS[font].encode())
        names = {font: b"F%d" % fonts[font] for font in used}
        contents = pdf.stream(b"\n".join(operators(sheet, item, names) for item in sheet.drawn))
        resources = b"".join(b"/%s %d 0 R" % (names[font], fonts[font]) for font in used)
        kids.append(pdf.put(b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %d %d]/Resources<</Font<<%s>>>>/Contents %d 0 R%s>>"
                            % (tree, sheet.width, sheet.height, resources, contents, sheet.extra)))
    pdf.put(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids)), tree)
    pdf.put(b"<</Type/Catalog/Pages %d 0 R%s>>" % (tree, catalogue), pdf.root)
    if info:
        pdf.extra += b"/Info %d 0 R" % pdf.put(info)
    return pdf.build(**how)


def operators(sheet, item, names):
    kind, x, y = item[0], item[1], sheet.height - item[2]
    if kind == "rule":
        return b"%g %g m %g %g l S" % (x, y, item[3], sheet.height - item[4])
    if kind == "box":
        return b"0.8 g %g %g %g %g re f 0 g" % (x, y - item[4], item[3], item[4])
    _, _, _, text, size, font, turn = item
    shown = font.encode(text) if isinstance(font, Script) else text.encode("cp1252")
    matrix = b"0 1 -1 0" if turn else b"1 0 0 1"
    return b"BT /%s %g Tf %s %g %g Tm %s Tj ET" % (names[font], size, matrix, x, y, lit(shown))


PARAGRAPH = ["A paragraph of running text that is long enough to fill", "its lines, so that what stands above and below it can be",
             "told from it. It says nothing of interest, and says it", "in four lines of about the same length as this one has."]


def columns():
    left = ["The left column is read before", "the right one, from its first", "line to its last. Words are di-", "vided at the ends of lines, and",
            "joined again where the hyphen", "was only there for the printer;", "a well-known one stays a well-", "known word of its own."]
    right = ["The right column begins where", "the left one ends. Between them", "nothing is printed from top to", "bottom, which is how one sees",
             "that there are two. A reader of", "the raw file would jump between", "them at every line, and make", "no sense of either."]
    sheet = Sheet().text(60, 80, "On Columns", 20, "bold")
    sheet.lines(60, 110, ["This abstract runs over the whole width of the page, above both of the columns, and", "must be read before them."])
    for n, (a, b) in enumerate(zip(left, right)):  # as some programs draw: line by line over both
        sheet.text(60, 160 + 14 * n, a).text(320, 160 + 14 * n, b)
    return build(sheet)


def ligatures():
    words = [["o", "ffi", "c", "e"], [" "], ["fi", "n", "d"], [" "], ["fl", "o", "w"], [" "], ["a", "ff", "a", "i", "r"]]
    parts = [part for word in words for part in word]
    single = Script("ofice nd wlarstk:ﬁﬂﬃ")
    return build(Sheet().text(72, 100, parts, 12, Ligatures(parts)).text(72, 130, "ﬁnd ﬂow oﬃce", 12, single))


def headings():
    sheet = Sheet().text(72, 80, "The Title of the Document", 24, "bold")
    sheet.text(72, 130, "1 A Section", 16, "bold").lines(72, 155, PARAGRAPH)
    sheet.text(72, 235, "1.1 A Subsection", 13, "bold").lines(72, 258, PARAGRAPH)
    sheet.text(72, 335, "A bold line above text", 11, "bold").lines(72, 355, PARAGRAPH)
    sheet.text(72, 440, "2 Another Section", 16, "bold").lines(72, 465, PARAGRAPH)
    return build(sheet)


def lists():
    sheet = Sheet().lines(72, 90, PARAGRAPH)
    bullets = [(90, "• the first point"), (90, "• the second point, which has more to say"), (102, "and goes on in a second line"),
               (110, "– a point below the second"), (110, "– and one more of these"), (90, "• the third point")]
    for n, (x, line) in enumerate(bullets):
        sheet.text(x, 170 + 14 * n, line)
    sheet.lines(90, 280, ["1. Begin at the beginning.", "2. Go on till you come to the end.", "3. Then stop."])
    return build(sheet.lines(72, 345, PARAGRAPH))


def ruled_table():
    rows = [("Fruit", "Weight", "Price"), ("Apple", "120 g", "0.40"), ("Melon", "900 g", "2.10"), ("Plum", "35 g", "0.15")]
    sheet = Sheet().text(72, 80, "What fruit costs", 14, "bold")
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            sheet.text(80 + 120 * m, 114 + 20 * n, cell, font="bold" if n == 0 else "regular")
    for n in range(5):
        sheet.rule(72, 100 + 20 * n, 432, 100 + 20 * n)
    for m in range(4):
        sheet.rule(72 + 120 * m, 100, 72 + 120 * m, 180)
    return build(sheet.lines(72, 220, PARAGRAPH))


def spanning_table():
    """Two head cells over three columns, and one cell beside two rows."""
    sheet = Sheet()
    for x, y, cell in [(80, 94, "Region"), (200, 94, "Sales"), (200, 114, "Spring"), (290, 114, "Autumn"), (80, 134, "North"), (200, 134, "12"),
                       (290, 134, "14"), (80, 154, "South"), (200, 154, "9"), (290, 154, "11")]:
        sheet.text(x, y, cell)
    for y, left in [(80, 72), (100, 192), (120, 72), (140, 72), (160, 72)]:
        sheet.rule(left, y, 372, y)
    for x, top in [(72, 80), (192, 80), (282, 100), (372, 80)]:
        sheet.rule(x, top, x, 160)
    return build(sheet)


def open_table():
    rows = [("Station", "Opened", "Height", "Rain"), ("Arbroath", "1911", "29 m", "612 mm"), ("Braemar", "1855", "339 m", "932 mm"),
            ("Cromdale", "1987", "211 m", "801 mm"), ("Dyce", "1934", "65 m", "815 mm"), ("Eskdalemuir", "1908", "242 m", "1,742 mm")]
    sheet = Sheet().lines(72, 80, PARAGRAPH)
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            sheet.text((72, 190, 280, 370)[m], 160 + 16 * n, cell)
    return build(sheet.lines(72, 290, PARAGRAPH))


def turned():
    """A page that the viewer turns, and one on which some text runs upwards."""
    first = Sheet(extra=b"/Rotate 90").text(72, 100, "Turned by ninety degrees", 20).lines(72, 130, PARAGRAPH)
    return build(first, Sheet().lines(100, 100, PARAGRAPH).text(50, 400, "Printed along the edge", 9, turn=True))


def east_asian():
    lines = ["日本語の文章は単語の間に空白を置かない", "ので、行の終わりでも空白なしに続きます。", "中文的句子也是这样，换行时不加空格，", "读者自己会分词。"]
    return build(Sheet().lines(72, 100, lines, 12, Script("".join(lines), 1000), 18))


def right_to_left():
    """Drawn from left to right in the order of the eye, as most programs do; the text must come out in the order of reading."""
    hebrew = ["ספר זה נכתב בעברית מימין לשמאל", "ובו 12 פרקים קצרים."]
    arabic = ["هذا الكتاب مكتوب بالعربية", "من اليمين الى اليسار."]
    sheet = Sheet()
    for y, lines in [(100, hebrew), (180, arabic)]:
        script = Script("".join(lines))
        for n, line in enumerate(lines):
            drawn = line[::-1].replace("21", "12")
            sheet.text(500 - 0.55 * 12 * len(line), y + 18 * n, drawn, 12, script)
    return build(sheet)


def cyrillic_and_greek():
    russian = ["Съешь же ещё этих мягких французских бул-", "ок да выпей чаю."]
    greek = ["Ξεσκεπάζω την ψυχοφθόρα σου βδελυγμία,", "και τίποτε άλλο."]
    return build(Sheet().lines(72, 100, russian, 12, Script("".join(russian)), 16).lines(72, 160, greek, 12, Script("".join(greek)), 16))


def running_heads():
    sheets = []
    for page in range(1, 4):
        sheet = Sheet().text(72, 50, "Annals of Small Things", 9).text(450, 50, "Volume 7", 9).text(290, 810, "%d" % page, 9)
        sheets.append(sheet.text(72, 110, "Chapter %d" % page, 16, "bold").lines(72, 140, PARAGRAPH))
    return build(*sheets, info=b"<</Title(Annals of Small Things)/Author(A. Writer)>>")


def footnote():
    sheet = Sheet().lines(72, 100, PARAGRAPH[:3]).text(72, 142, "in four lines of about the same length as this one has")
    sheet.text(329, 138, "1", 7).text(336, 142, "and ends.")
    sheet.rule(72, 700, 200, 700)
    return build(sheet.text(72, 713, "1", 6).text(77, 716, "A footnote stands small at the foot, and says where the", 8)
                 .text(72, 726, "words above come from.", 8))


def encrypted():
    return build(Sheet().text(72, 100, "Behind a password", 20).lines(72, 130, PARAGRAPH), password=PASSWORD)


def labels():
    """Roman front matter, then pages numbered from 1, then an appendix."""
    sheets = [Sheet().text(72, 100, "Page %d of the file" % page) for page in range(1, 7)]
    numbers = b"/PageLabels<</Nums[0<</S/r>>2<</S/D>>4<</S/D/P(A-)/St 7>>]>>"
    return build(*sheets, catalogue=numbers)


def damaged():
    """No cross-reference table, a wrong length, no end of file: what a broken download looks like."""
    whole = build(Sheet().text(72, 100, "Found in the rubble", 20).lines(72, 130, PARAGRAPH), xref="none", startxref="omit", eof=False)
    at = whole.index(b"/Length ") + len(b"/Length ")
    return whole[:at] + b"9" + whole[at:]


def pictures_only():
    """A page without text between two that have some."""
    return build(Sheet().text(72, 100, "Text before the picture"), Sheet().box(100, 100, 300, 400), Sheet().text(72, 100, "Text after it"))


def markup():
    """Text that would be markup if nobody escaped it."""
    lines = ["# This is not a heading, it was printed so.", "Some *stars* and under_scores_in words, a <script>tag</script>,", "[brackets](and more) and a | pipe."]
    code = ["int main() {", "  return 0;", "}"]
    return build(Sheet().lines(72, 90, PARAGRAPH).lines(72, 165, lines).lines(72, 230, code, 10, "mono", 12).lines(72, 290, PARAGRAPH))


MAKERS = {maker.__name__: maker for maker in (
    columns, ligatures, headings, lists, ruled_table, spanning_table, open_table, turned, east_asian, right_to_left, cyrillic_and_greek,
    running_heads, footnote, encrypted, labels, damaged, pictures_only, markup)}


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, maker in MAKERS.items():
        (out / (name + ".pdf")).write_bytes(maker())


if __name__ == "__main__":
    main()
