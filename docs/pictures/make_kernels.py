#!/usr/bin/env python3
"""Draws kernels.svg: published against simulated throughput of GPU kernels, from `einsight validate kernels`.

Usage: make_kernels.py PROGRAM [FILE.svg]
"""
import json
import math
import pathlib
import subprocess
import sys

COLOURS = ["#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280", "#718096", "#d69e2e", "#319795", "#9b2c2c", "#1a365d", "#68d391",
           "#805ad5"]
SIZE, LEFT, TOP, GAP = 360, 56, 56, 70  # a panel, margins
ROW = SIZE + 78  # from a panel to the one below it
LOW, HIGH = 10, 2000  # TFLOP/s
PANELS = ["forward", "forward in 8 bits", "backward", "forward and backward"]
METRICS = {"fwd_throughput": "forward", "bwd_throughput": "backward", "fwd_bwd_throughput": "forward and backward"}


def panel_of(point):
    """The panel of a point, or None."""
    panel = METRICS.get(point["metric"])
    return "forward in 8 bits" if panel == "forward" and "/fp8/" in point["id"] else panel


def points_of(program):
    """Every point of the suite that has both numbers; the suite may end with status 1."""
    answer = subprocess.run([program, "validate", "kernels", "--json", "-"], capture_output=True, text=True)
    points = json.loads(answer.stdout)["suites"][0]["points"]
    return [point for point in points if point["reference"] and point["simulated"]]


def place(value):
    """The part of a panel's side at which a throughput stands (logarithmic)."""
    return math.log(value / LOW) / math.log(HIGH / LOW)


def text(x, y, content, size=12, anchor="middle", colour="#333", extra=""):
    """One line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" {extra}>{content}</text>'


def frame(left, top, title):
    """A panel: grid, diagonal, lines at 10 % on both sides."""
    bottom = top + SIZE
    yield text(left + SIZE / 2, top - 12, title, 13, extra='font-weight="bold"')
    for value in (10, 20, 50, 100, 200, 500, 1000, 2000):
        at = SIZE * place(value)
        yield f'<line x1="{left + at:.1f}" y1="{top}" x2="{left + at:.1f}" y2="{bottom}" stroke="#eee"/>'
        yield f'<line x1="{left}" y1="{bottom - at:.1f}" x2="{left + SIZE}" y2="{bottom - at:.1f}" stroke="#eee"/>'
        yield text(left + at, bottom + 16, value, 10, colour="#666")
        yield text(left - 6, bottom - at + 4, value, 10, "end", "#666")
    for factor, dash in ((1, ""), (1.1, "4 3"), (1 / 1.1, "4 3")):
        shift = SIZE * math.log(factor) / math.log(HIGH / LOW)
        begin, end = max(0, -shift), min(SIZE, SIZE - shift)
        yield (f'<line x1="{left + begin:.1f}" y1="{bottom - begin - shift:.1f}" x2="{left + end:.1f}" '
               f'y2="{bottom - end - shift:.1f}" stroke="#999" stroke-dasharray="{dash}"/>')
    yield text(left + SIZE / 2, bottom + 34, "published, TFLOP/s", 11)
    yield text(left - 38, top + SIZE / 2, "simulated, TFLOP/s", 11,
               extra=f'transform="rotate(-90 {left - 38} {top + SIZE / 2})"')


def picture(points):
    """The whole SVG."""
    systems = list(dict.fromkeys(", ".join(point["id"].split("/")[:2]) for point in points
                                 if panel_of(point)))
    colour = {system: COLOURS[number % len(COLOURS)] for number, system in enumerate(systems)}
    width, height = LEFT + 2 * SIZE + GAP + 16, TOP + ROW + SIZE + 56 + 18 * ((len(systems) + 1) // 2)
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
           f'height="{height}" font-family="sans-serif">')
    yield '<rect width="100%" height="100%" fill="white"/>'
    yield text(8, 20, "Attention kernels, published and simulated; dashed: 10 % off", 15, "start", "#111")
    for number, panel in enumerate(PANELS):
        left, top = LEFT + number % 2 * (SIZE + GAP), TOP + number // 2 * ROW
        yield from frame(left, top, panel)
        for point in points:
            if panel_of(point) == panel:
                system = ", ".join(point["id"].split("/")[:2])
                x = left + SIZE * place(point["reference"])
                y = top + SIZE - SIZE * place(point["simulated"])
                yield (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour[system]}" fill-opacity="0.7">'
                       f'<title>{point["id"]}</title></circle>')
    for number, system in enumerate(systems):
        x, y = LEFT + (number % 2) * (SIZE + GAP), TOP + ROW + SIZE + 58 + 18 * (number // 2)
        yield f'<circle cx="{x}" cy="{y - 4}" r="5" fill="{colour[system]}"/>' + text(x + 12, y, system, 12, "start")
    yield "</svg>"


if __name__ == "__main__":
    FILE = sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).with_name("kernels.svg")
    pathlib.Path(FILE).write_text("\n".join(picture(points_of(sys.argv[1]))) + "\n", encoding="utf-8")
