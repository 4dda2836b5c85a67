#!/usr/bin/env python3
"""Writes files into a C++ source as byte arrays: embed_files.py NAME HEADER SOURCE ROOT FILE..."""
import os
import sys

name, header, source, root, *files = sys.argv[1:]
os.makedirs(os.path.dirname(header), exist_ok=True)
with open(header, "w") as out:
    out.write(f"""#pragma once
#include "base/embedded_file.h"

#include <span>

namespace docquarry::embedded {{

std::span<const File> {name}();

}}  // namespace docquarry::embedded
""")
with open(source, "w") as out:
    out.write(f'#include "{os.path.basename(header)}"\n\nnamespace docquarry::embedded {{\nnamespace {{\n\n')
    for i, path in enumerate(files):
        data = open(path, "rb").read()
        out.write(f"constexpr unsigned char file_{i}[] = {{")
        for j in range(0, len(data), 24):
            out.write("\n  " + ",".join(str(b) for b in data[j:j + 24]) + ",")
        out.write("\n  0};\n\n")
    out.write("const File files[] = {\n")
    for i, path in enumerate(files):
        size = os.path.getsize(path)
        out.write(f'  {{"{os.path.relpath(path, root)}", {{reinterpret_cast<const char*>(file_{i}), {size}}}}},\n')
    out.write(f"}};\n\n}}  // namespace\n\nstd::span<const File> {name}() {{ return files; }}\n\n}}  // namespace docquarry::embedded\n")
