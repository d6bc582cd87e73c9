#!/usr/bin/env python3
"""Draws offloading.svg: cost against throughput of the clusters of a plan. Usage: offloading.py PROGRAM [PLAN.yaml [FILE.svg]]

Each point is a candidate of `einsight plan --json -`; its area grows with the mean batch.
"""
import json
import math
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 800, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 40, 48
COLOURS = ["#c05621", "#2b6cb0", "#2f855a", "#6b46c1"]


def answer(program, plan):
    """The candidates of a plan that could be served."""
    done = subprocess.run([program, "plan", str(plan), "--json", "-"], check=True, text=True,
                          capture_output=True)
    found = json.loads(done.stdout)
    return found, [one for one in found["candidates"] if one.get("usd_per_mtoken")]


def text(x, y, content, size=12, anchor="middle", colour="#333"):
    """One line of text."""
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}">{content}</text>')


def ticks(most):
    """About five round numbers from 0 to a little above the largest."""
    step = 10 ** math.floor(math.log10(most / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if most / (factor * step) <= 6)
    return [step * number for number in range(math.ceil(most / step) + 1)]


def draw(found, points):
    """The picture as SVG."""
    across = ticks(max(one["tokens_per_s"] for one in points))
    up = ticks(max(one["usd_per_mtoken"] for one in points))
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(value):
        return LEFT + wide * value / across[-1]

    def y(value):
        return TOP + high * (1 - value / up[-1])

    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif">')
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield text(LEFT, 22, f'{found["workload"]}: dollars per million tokens, by tokens per second', 14,
               "start")
    for value in across:
        yield f'<line x1="{x(value):.1f}" y1="{TOP}" x2="{x(value):.1f}" y2="{TOP + high}" stroke="#eee"/>'
        yield text(x(value), TOP + high + 18, f"{value:g}", 11, colour="#666")
    for value in up:
        yield f'<line x1="{LEFT}" y1="{y(value):.1f}" x2="{LEFT + wide}" y2="{y(value):.1f}" stroke="#ddd"/>'
        yield text(LEFT - 8, y(value) + 4, f"{value:g}", 11, "end", "#666")
    mappings = sorted({one["mapping"] for one in points})
    for place, one in enumerate(points):
        colour = COLOURS[mappings.index(one["mapping"]) % len(COLOURS)]
        radius = 3 + 0.35 * math.sqrt(one["mean_batch"])
        yield (f'<circle cx="{x(one["tokens_per_s"]):.1f}" cy="{y(one["usd_per_mtoken"]):.1f}" '
               f'r="{radius:.1f}" fill="{colour}" fill-opacity="0.6"/>')
        label = f'{one["machine"]} {one["settings"]}, {1e3 * one["tbt_s"]["p50"]:.0f} ms'
        shift = -radius - 5 if place % 2 == 0 else radius + 14  # neighbours have close costs
        yield text(x(one["tokens_per_s"]), y(one["usd_per_mtoken"]) + shift, label, 11,
                   colour=colour)
    for number, mapping in enumerate(mappings):
        yield text(WIDTH - RIGHT + 8, TOP + 16 * number + 12, mapping, 12, "start",
                   COLOURS[number % len(COLOURS)])
    yield text(LEFT + wide / 2, HEIGHT - 8, "tokens per second; area: mean batch; ms between tokens", 11,
               colour="#666")
    yield "</svg>"


def main():
    """Writes the picture."""
    plan = sys.argv[2] if len(sys.argv) > 2 else ROOT / "examples" / "serving" / "plan.yaml"
    target = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else ROOT / "docs/pictures/offloading.svg")
    target.write_text("\n".join(draw(*answer(sys.argv[1], plan))) + "\n")


if __name__ == "__main__":
    main()
