#!/usr/bin/env python3
"""Draws utilisation.svg from the program's own answers. Usage: make.py PROGRAM [FILE.svg]

Each bar is one `einsight run --json -`: BERT attention, five designs, sequence lengths 1K to 1M.
"""
import json
import pathlib
import subprocess
import sys

DESIGNS = [  # label, workload, machine, mapping
    ("unfused", "attention-3pass:bert", "flat", "unfused"),
    ("flat", "attention-3pass:bert", "flat", "flat"),
    ("fusemax-cascade", "attention-1pass:bert", "flat-deep-registers", "fusemax-cascade"),
    ("fusemax-architecture", "attention-1pass:bert", "fusemax", "fusemax-architecture"),
    ("fusemax-binding", "attention-1pass:bert", "fusemax", "fusemax-binding"),
]
LENGTHS = ["1K", "4K", "16K", "64K", "256K", "1M"]
PANELS = [("array_2d", "2D array (256x256)", "#2b6cb0"), ("array_1d", "1D array (256)", "#c05621")]

WIDTH, LEFT, TOP = 800, 52, 58
PANEL, GAP = 128, 44                # height of a panel, space between panels
BAR, BAR_STEP, GROUP = 17, 19, 148  # pixels


def utilisations(program, design, length):
    """Utilisation of each array in one simulated run."""
    _, workload, machine, mapping = design
    command = [program, "run", "-w", workload, "-a", machine, "-m", mapping, "--set", f"L={length}",
               "--json", "-"]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {name: unit["utilization"] for name, unit in answer["units"].items()}


def text(x, y, content, size=12, anchor="middle", colour="#333", weight="normal"):
    """One line of text."""
    return (f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
            f'font-weight="{weight}">{content}</text>')


def axis(top):
    """Lines and labels at 0, 50 and 100 %."""
    for share in (0, 50, 100):
        y = top + PANEL - PANEL * share // 100
        yield f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - 8}" y2="{y}" stroke="#ddd"/>'
        yield text(LEFT - 6, y + 4, f"{share}%", 11, "end", "#666")


def group(shares, left, top, colour):
    """The bars of one design in one panel, short sequences first, and the value of the longest."""
    for number, share in enumerate(shares):
        height = max(1, round(PANEL * share, 1))
        opacity = 0.45 + 0.55 * number / (len(shares) - 1)
        yield (f'<rect x="{left + number * BAR_STEP}" y="{round(top + PANEL - height, 1)}" '
               f'width="{BAR}" height="{height}" fill="{colour}" fill-opacity="{opacity:.2f}"/>')
    middle = left + (len(shares) * BAR_STEP - 2) / 2
    highest = top + PANEL - PANEL * max(shares)
    yield text(middle, round(highest - 5, 1), f"{100 * shares[-1]:.0f}% at {LENGTHS[-1]}", 11,
               colour=colour, weight="bold")


def picture(results):
    """The whole SVG."""
    height = TOP + 2 * PANEL + GAP + 58
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
           f'height="{height}" font-family="sans-serif">')
    yield '<rect width="100%" height="100%" fill="white"/>'
    yield text(8, 20, "Utilisation of both arrays, BERT attention, cycle engine", 15, "start",
               "#111", "bold")
    for panel, (array, title, colour) in enumerate(PANELS):
        top = TOP + panel * (PANEL + GAP)
        yield text(LEFT, top - 18, title, 12, "start", colour, "bold")
        yield from axis(top)
        for number, per_length in enumerate(results):
            left = LEFT + 14 + number * GROUP
            yield from group([units[array] for units in per_length], left, top, colour)
    bottom = TOP + 2 * PANEL + GAP
    for number, design in enumerate(DESIGNS):
        left = LEFT + 14 + number * GROUP
        for place in (0, len(LENGTHS) - 1):
            yield text(left + place * BAR_STEP + BAR / 2, bottom + 14, LENGTHS[place], 10, colour="#666")
        yield text(left + (len(LENGTHS) * BAR_STEP - 2) / 2, bottom + 34, design[0], 12, weight="bold")
    yield text(WIDTH - 8, bottom + 52, "sequence length grows from left to right in each group", 10, "end",
               "#666")
    yield "</svg>"


def main(program, file):
    """Simulates every point and writes the picture."""
    results = [[utilisations(program, design, length) for length in LENGTHS] for design in DESIGNS]
    pathlib.Path(file).write_text("\n".join(picture(results)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2
         else pathlib.Path(__file__).with_name("utilisation.svg"))
