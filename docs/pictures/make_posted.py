#!/usr/bin/env python3
"""Draws posted.svg: simulated over posted time of attention kernels, from `einsight validate posted`, a row of dots for each GPU and kernel.

Usage: make_posted.py PROGRAM [FILE.svg]
"""
import json
import math
import pathlib
import subprocess
import sys

WIDTH, NAMES, TOP, ROW = 860, 230, 64, 19
LOW, HIGH = 0.4, 2.0  # simulated over posted time
COLOURS = {"forward": "#2b6cb0", "decode": "#2f855a", "backward": "#c05621", "8 bits": "#6b46c1"}


def kind_of(point):
    """What a point is about: the colour of its dot."""
    if point["metric"].startswith("bwd"):
        return "backward"
    return "8 bits" if "/fp8/" in point["id"] else "decode" if "/P1/" in point["id"] else "forward"


def ratio_of(point):
    """Simulated over posted time."""
    ratio = point["simulated"] / point["reference"]
    return 1 / ratio if point["metric"].endswith("throughput") else ratio


def rows_of(program):
    """(GPU, system) -> its points with both numbers; the suite may end with status 1."""
    answer = subprocess.run([program, "validate", "posted", "--json", "-"], capture_output=True, text=True, check=False)
    rows = {}
    for point in json.loads(answer.stdout)["suites"][0]["points"]:
        if point["reference"] and point["simulated"]:
            system, gpu = point["id"].split("/")[:2]
            rows.setdefault((gpu.removeprefix("NVIDIA "), system), []).append(point)
    return dict(sorted(rows.items()))


def place(ratio):
    """Where a ratio stands (logarithmic), held inside of the frame."""
    share = math.log(min(max(ratio, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return NAMES + share * (WIDTH - NAMES - 24)


def text(x, y, content, size=12, anchor="start", colour="#333"):
    """One line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{content}</text>'


def picture(rows):
    """The whole SVG."""
    bottom = TOP + ROW * len(rows)
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 44}" width="{WIDTH}" height="{bottom + 44}" '
           'font-family="sans-serif">')
    yield '<rect width="100%" height="100%" fill="white"/>'
    yield text(8, 20, "Simulated over posted time; constants were fitted on the hollow dots", 15, colour="#111")
    for number, (kind, colour) in enumerate(COLOURS.items()):
        x = NAMES + 110 * number
        yield f'<circle cx="{x}" cy="38" r="5" fill="{colour}"/>' + text(x + 10, 42, kind)
    yield f'<rect x="{place(0.9):.1f}" y="{TOP}" width="{place(1.1) - place(0.9):.1f}" height="{bottom - TOP}" fill="#edf2f7"/>'
    for ratio in (0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.5, 2):
        stroke = "#666" if ratio == 1 else "#ddd"
        yield f'<line x1="{place(ratio):.1f}" y1="{TOP}" x2="{place(ratio):.1f}" y2="{bottom}" stroke="{stroke}"/>'
        yield text(place(ratio), bottom + 16, ratio, 10, "middle", "#666")
    yield text((NAMES + WIDTH - 24) / 2, bottom + 34, "too fast: left of 1, too slow: right; at the edge: beyond it", 11, "middle")
    for number, ((gpu, system), points) in enumerate(rows.items()):
        y = TOP + ROW * number + ROW / 2
        yield text(NAMES - 12, y + 4, f"{gpu}: {system}", 11, "end")
        for point in points:
            colour = COLOURS[kind_of(point)]
            yield (f'<circle cx="{place(ratio_of(point)):.1f}" cy="{y:.1f}" r="3.5" fill="{"none" if point["fitted"] else colour}" '
                   f'stroke="{colour}" opacity="0.65"><title>{point["id"]}: {ratio_of(point):.2f}</title></circle>')
    yield "</svg>"


if __name__ == "__main__":
    FILE = sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).with_name("posted.svg")
    pathlib.Path(FILE).write_text("\n".join(picture(rows_of(sys.argv[1]))) + "\n", encoding="utf-8")
