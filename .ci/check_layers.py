#!/usr/bin/env python3
"""Fail when a folder includes what it may not. Usage: check_layers.py ROOT"""
import pathlib
import re
import sys

MAY_INCLUDE = {  # folder -> folders, or folder/part where only that part may be seen
    "core": set(),
    "config": {"core"},
    "einsum": {"core", "config"},
    "workloads": {"core", "config", "einsum"},
    "arch": {"core", "config"},
    "mappings": {"core", "config", "einsum", "arch", "sim/schedule",
                 "sim/gpu/kernel"},
    "results": {"core"},
    "sim": {"core", "einsum", "arch", "results"},
    "explore": {"core", "config", "einsum", "workloads", "arch", "mappings", "results", "sim"},
    "report": {"core", "results"},
    "validation": {"core", "config", "einsum", "workloads", "arch", "mappings", "results", "sim",
                   "explore", "report"},
    "cli": {"core", "config", "einsum", "workloads", "arch", "mappings", "results", "sim", "explore",
            "report", "validation"},
}  # tests, bench and examples may include everything, and nothing above includes them
OUTSIDE = {"tests", "bench", "examples"}

HEAVY = {  # header prefix -> the only folders whose sources (never public headers) may include it
    "systemc": ("sim/cycle/", "sim/pe/"),
    "yaml-cpp/": ("config/",),
    "boost/": ("einsum/",),
    "Eigen/": ("einsum/",),
    "SQLiteCpp/": ("results/",),
    "pagmo/": ("explore/sweep/search/",),
    "cuda": ("validation/cuda/",),
}
SUFFIXES = {".hpp", ".cpp", ".cuh", ".cu"}
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)')


def may_see(folder, header):
    """Whether a file of this folder may include that header of ours."""
    target = header.split("/")[0]
    if target == folder or target not in MAY_INCLUDE.keys() | OUTSIDE:
        return True
    return any(header.startswith((part + "/", part + ".")) for part in MAY_INCLUDE[folder])


def problems_of(path, text):
    """The forbidden includes of one file, as file:line: error: sentences."""
    folder = path.split("/")[0]
    public = path.endswith((".hpp", ".cuh")) and "/detail/" not in path
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match[1]
        if not may_see(folder, header):
            yield f"{path}:{number}: error: {folder}/ may not include {header}"
        for prefix, homes in HEAVY.items():
            if header.startswith(prefix) and (public or not path.startswith(homes)):
                yield (f"{path}:{number}: error: <{header}> may stand only in sources and detail "
                       f"headers of {', '.join(homes)}")


def check(root):
    """All forbidden includes below a root, in order."""
    return [problem
            for folder in MAY_INCLUDE
            for file in sorted((root / folder).rglob("*")) if file.suffix in SUFFIXES
            for problem in problems_of(file.relative_to(root).as_posix(), file.read_text())]


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(found))
    sys.exit(bool(found))
