#!/usr/bin/env python3
"""check_exports.py HEADER LIBRARY: fails, and says which, when the library does not export a function that the header declares.

Reads the dynamic symbol table of a 64-bit little-endian ELF file itself, so that no tool beyond Python is needed.
"""
import re
import struct
import sys


def exported(path):
    data = open(path, "rb").read()
    if data[:6] != b"\x7fELF\x02\x01":
        sys.exit(f"{path} is not a 64-bit little-endian ELF library")
    at, = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, at + i * size) for i in range(count)]
    names = set()
    for section in sections:
        if section[1] != 11:  # SHT_DYNSYM
            continue
        strings = sections[section[6]][4]
        for symbol in range(section[4], section[4] + section[5], 24):
            name, _, _, where = struct.unpack_from("<IBBH", data, symbol)
            if where != 0:
                start = strings + name
                names.add(data[start:data.index(b"\0", start)].decode())
    return names


def main():
    header, library = sys.argv[1:]
    declared = set(re.findall(r"\b(FPDF\w*_\w+)\s*\(", open(header).read()))
    missing = sorted(declared - exported(library))
    if missing:
        sys.exit(f"{library} lacks {', '.join(missing)}, which src/pdf_child/pdfium_api.h declares; it is too old or not PDFium")


if __name__ == "__main__":
    main()
