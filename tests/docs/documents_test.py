#!/usr/bin/env python3
"""Runs what README.md and docs/*.md show. Usage: documents_test.py PROGRAM ROOT

* Lines of ```sh blocks that start with `einsight` (or `$ einsight`) are run in the source root by the built
  program. They must exit 0, or with N where the line ends in `# exits N`.
* ```yaml blocks whose first line is `# examples/NAME`: must be that file, to the letter.
* Links to files: must exist.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
EXITS = re.compile(r"#\s*exits\s+(\d+)\s*$")
ALLOWED_SECONDS = 1800  # of one command: only to end one that hangs, also under sanitizers


def documents(root):
    """The documents, in a fixed order."""
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def blocks(text):
    """Line number, language and content of every fenced block."""
    for match in FENCE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1], match[2]


def commands(content):
    """(line offset, command, expected status) of a block of commands; continued lines are joined."""
    pending, start = "", 0
    for offset, line in enumerate(content.splitlines(), 1):
        start = start if pending else offset
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        command, pending = pending.strip().removeprefix("$ "), ""
        if command.startswith("einsight"):
            expected = EXITS.search(command)
            yield start, command, int(expected[1]) if expected else 0


def run(command, root, environment):
    """Exit status and everything that was written."""
    done = subprocess.run(["bash", "-c", command], cwd=root, env=environment, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=ALLOWED_SECONDS)
    return done.returncode, done.stdout


def problems_of_commands(where, content, root, environment):
    """Commands of a block that do not exit as the document says."""
    for offset, command, expected in commands(content):
        began = time.monotonic()
        status, output = run(command, root, environment)
        print(f"{time.monotonic() - began:6.2f} s  {command}", flush=True)
        if status != expected:
            yield f"{where(offset)}: exits {status}, not {expected}: {command}\n{output}"


def problems_of_yaml(where, content, root):
    """A block that names an example and differs from it."""
    first = content.splitlines()[0] if content.strip() else ""
    if first.startswith("# examples/"):
        file = root / first[2:].strip()
        if not file.is_file() or file.read_text() != content:
            yield f"{where(0)}: differs from {first[2:]}"


def problems_of_links(path, text, root):
    """Links to files that do not exist."""
    for match in LINK.finditer(text):
        if "://" not in match[1] and not (path.parent / match[1]).exists():
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.relative_to(root)}:{line}: link to {match[1]}, which does not exist"


def problems_of(path, root, environment):
    """Everything that is wrong with one document."""
    text = path.read_text()
    yield from problems_of_links(path, text, root)
    for line, language, content in blocks(text):
        def where(offset, line=line):
            return f"{path.relative_to(root)}:{line + offset}"

        if language == "sh":
            yield from problems_of_commands(where, content, root, environment)
        elif language == "yaml":
            yield from problems_of_yaml(where, content, root)


def main(program, root):
    """Prints every problem; 1 when there is one."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "einsight").symlink_to(program)
        environment = dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}")
        found = [problem for path in documents(root)
                 for problem in problems_of(path, root, environment)]
    print("\n".join(found))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
