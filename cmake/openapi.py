#!/usr/bin/env python3
"""Joins OpenAPI documents into one JSON file: openapi.py OUTPUT FIRST.yaml MORE.yaml...

The first gives what stands once (openapi, info, servers); paths, tags and components of all are joined. A name that two of them
define is an error. Needs python3-yaml.
"""
import json
import os
import sys

import yaml

output, *inputs = sys.argv[1:]
whole = {}
for path in inputs:
    with open(path, encoding="utf-8") as text:
        part = yaml.safe_load(text)
    if not whole:
        whole = part
        continue
    whole.setdefault("tags", []).extend(part.get("tags", []))
    sections = [(whole["paths"], part.get("paths", {}))]
    for kind, definitions in part.get("components", {}).items():
        sections.append((whole.setdefault("components", {}).setdefault(kind, {}), definitions))
    for target, more in sections:
        twice = set(target) & set(more)
        if twice:
            sys.exit(f"{path}: already defined: {', '.join(sorted(twice))}")
        target.update(more)
os.makedirs(os.path.dirname(output), exist_ok=True)
with open(output, "w", encoding="utf-8") as out:
    json.dump(whole, out, ensure_ascii=False, separators=(",", ":"))
