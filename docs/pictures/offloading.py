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


def boxes(x, y, radius, width):
    """Places for a label of that width around a circle: its box and the start of its text."""
    for left, top in ((-width / 2, -radius - 16), (-width / 2, radius + 4), (radius + 5, -6),
                      (-radius - 5 - width, -6), (-width - 4, -radius - 14), (4, radius + 4)):
        yield (x + left, y + top, x + left + width, y + top + 12)


def overlap(one, other):
    """Whether two boxes share a point."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def place(circles, number, width):
    """The first place for the label of a circle that is free and within the picture."""
    x, y, radius = circles[number][:3]
    taken = [(x - r, y - r, x + r, y + r) for x, y, r, *_ in circles] + [c[3] for c in circles[:number]]
    every = list(boxes(x, y, radius, width))
    free = (box for box in every if box[0] > LEFT and box[2] < WIDTH - RIGHT + 60 and box[1] > TOP
            and not any(overlap(box, other) for other in taken))
    return next(free, every[0])


def draw(found, points):
    """The picture as SVG."""
    across = ticks(max(one["tokens_per_s"] for one in points))
    up = ticks(max(one["usd_per_mtoken"] for one in points))
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(one):
        return LEFT + wide * one["tokens_per_s"] / across[-1]

    def y(one):
        return TOP + high * (1 - one["usd_per_mtoken"] / up[-1])

    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif">')
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield text(LEFT, 22, f'{found["workload"]}: dollars per million tokens, by tokens per second', 14,
               "start")
    for value in across:
        at = LEFT + wide * value / across[-1]
        yield f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{TOP + high}" stroke="#eee"/>'
        yield text(at, TOP + high + 18, f"{value:g}", 11, colour="#666")
    for value in up:
        at = TOP + high * (1 - value / up[-1])
        yield f'<line x1="{LEFT}" y1="{at:.1f}" x2="{LEFT + wide}" y2="{at:.1f}" stroke="#ddd"/>'
        yield text(LEFT - 8, at + 4, f"{value:g}", 11, "end", "#666")
    front = sorted((one for one in points if one["frontier"]), key=lambda one: one["tokens_per_s"])
    yield ('<polyline fill="none" stroke="#333" stroke-dasharray="4 3" points="'
           + " ".join(f"{x(one):.1f},{y(one):.1f}" for one in front) + '"/>')
    mappings = sorted({one["mapping"] for one in points})
    circles = []
    for number, one in enumerate(points):
        colour = COLOURS[mappings.index(one["mapping"]) % len(COLOURS)]
        circles.append([x(one), y(one), 3 + 0.35 * math.sqrt(one["mean_batch"]), (0, 0, 0, 0)])
        yield (f'<circle cx="{x(one):.1f}" cy="{y(one):.1f}" r="{circles[-1][2]:.1f}" stroke="{colour}" '
               f'fill="{colour if one["meets"] else "white"}" fill-opacity="0.6"/>')
    for number, one in enumerate(points):
        machines = {other["machine"] for other in points if other["mapping"] == one["mapping"]}
        name = f'{one["machine"]} {one["settings"]}' if len(machines) > 1 else one["settings"]
        label = f'{name}, {1e3 * one["tbt_s"]["p50"]:.0f} ms'
        circles[number][3] = box = place(circles, number, 5.9 * len(label))
        yield text((box[0] + box[2]) / 2, box[3] - 2, label, 11,
                   colour=COLOURS[mappings.index(one["mapping"]) % len(COLOURS)])
    for number, mapping in enumerate(mappings):
        yield text(WIDTH - RIGHT + 8, TOP + 16 * number + 12, mapping, 12, "start",
                   COLOURS[number % len(COLOURS)])
    limit = found["limits"]["tbt_s"]
    notes = ["area: mean batch", "ms between tokens", "dashed: no other is", "cheaper and faster"]
    notes += ["hollow: 1 % of the", f"tokens above {1e3 * limit:.0f} ms"] if limit else []
    for number, note in enumerate(notes):
        yield text(WIDTH - RIGHT + 8, TOP + 16 * (number + len(mappings) + 1) + 12, note, 11, "start",
                   "#666")
    yield text(LEFT + wide / 2, HEIGHT - 8, "tokens per second", 11, colour="#666")
    yield "</svg>"


def main():
    """Writes the picture."""
    plan = sys.argv[2] if len(sys.argv) > 2 else ROOT / "examples" / "serving" / "plan.yaml"
    target = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else ROOT / "docs/pictures/offloading.svg")
    target.write_text("\n".join(draw(*answer(sys.argv[1], plan))) + "\n")


if __name__ == "__main__":
    main()
