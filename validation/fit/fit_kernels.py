#!/usr/bin/env python3
"""Fit the calibration constants of GPUs to published and posted forward rows, and leave each family out once.

Usage: fit_kernels.py EINSIGHT [--hardware PATTERN] [--rounds N] [--leave-out]

Constants are varied one at a time, up and down by a step that doubles where it helps and is halved where neither does; the aim is the
mean |log(simulated time / published time)|. Nothing is written: a person puts the values that are printed
into arch/gpu/*.yaml.
"""
import argparse
import csv
import fnmatch
import json
import math
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The published file of each suite that has rows for a fit.
ROWS = {"kernels": ROOT / "validation/published/published_kernels.csv", "posted": ROOT / "validation/published/posted_runs.csv"}

# Every constant that may be fitted, per machine or instruction class, and its neutral value: what it is taken for where
# no row says anything. The efficiency of mma is measured by others (arch/gpu), so it is not among them.
NEUTRAL = {
    "*H[12]00*": {
        "tensor_cores.mma.issue_share": 1.0,      # arithmetic and mma of a scheduler never run beside each other
        "tensor_cores.wgmma.efficiency": 0.9,
        "tensor_cores.wgmma.issue_share": 0.3,
        "lanes.sync": 100,
        "lanes.operations.fragment": 2,
        "lanes.special_efficiency": 1.0,
        "clock.onset": 0.6,
        "dram.write_efficiency": 0.8,             # as a benchmark that copies
    },
    "*A100*": {"tensor_cores.mma.issue_share": 1.0, "clock.onset": 0.6},
    "*B*00": {
        "tensor_cores.tcgen05.setup": 1000,
        "lanes.special_efficiency": 1.0,
        "clock.onset": 0.6,
    },
}
# What a constant is multiplied by on a GPU whose number follows from that of another, here those of GB200 and of the A100 with 300 W: power limits
# (arch/machines).
SCALED = {"NVIDIA B200": {"clock.onset": 0.923}, "GB300": {"clock.onset": 1.208},
          "A100 SXM4 80GB": {"clock.onset": 1.667}, "unnamed GPU (A100-80GB class)": {"clock.onset": 1.667}}
AT_MOST = {"efficiency": 1.0, "write_efficiency": 1.0, "special_efficiency": 1.0, "issue_share": 1.0, "onset": 1.0}
# Suites, metrics and systems that constants of a machine are fitted on.
FITTED = {
    "*H[12]00*": {("kernels", "fwd_throughput"): {"FlashAttention-2", "FlashAttention-3", "cuDNN", "Triton", "standard"},
                  ("kernels", "fwd_bwd_throughput"): {"pytorch"}, ("posted", "fwd_kernel_time"): {"cuDNN"}},
    "*A100*": {("kernels", "fwd_bwd_throughput"): {"FlashAttention-2"}, ("kernels", "fwd_latency"): {"FlashAttention-2"},
               ("posted", "fwd_kernel_time"): {"FlashAttention-2"}},
    "*B*00": {("posted", "fwd_kernel_time"): {"cuDNN"}},
}
MOST_STEP = 1.0  # of a constant's value

# Rows that came after the fit: the model predicts them.
LATER = "arXiv 2407.08608"


def prompts(row):
    """No decoding, whose kernels have no tcgen05, no wide keys, and no 8 bits of Hopper, which stay predictions."""
    return int(row["seq_q"]) > 1 and (row["metric"] != "fwd_kernel_time" or row["head_dim"] in ("64", "128")) and (
        row["hardware"] != "NVIDIA H200" or row["dtype"] != "fp8")


# Of these rows, those that are taken.
ONLY = {"*B*00": prompts, "*H[12]00*": prompts}


def family(row):
    """What is left out together: all rows of a system on a GPU, so that none of its shapes is known to the fit."""
    return row["system"] + ", " + row["hardware"]


def chosen_rows(hardware):
    """The rows that the constants of a machine are fitted on, by suite."""
    chosen = {}
    for suite, file in ROWS.items():
        systems = {metric: names for (of, metric), names in FITTED[hardware].items() if of == suite}
        with open(file, newline="") as opened:
            rows = [row for row in csv.DictReader(opened) if row["system"] in systems.get(row["metric"], ())
                    and fnmatch.fnmatch(row["hardware"], hardware) and LATER not in row["source"]
                    and ONLY.get(hardware, lambda _: True)(row)]
        if rows:
            chosen[suite] = rows
    return chosen


class Model:
    """Runs the suites on the chosen rows with constants set, and remembers the answers."""

    def __init__(self, program, suites):
        self.program, self.known = program, {}
        self.rows, self.runs = [], []  # a run: a suite, a file of points, factors of constants
        self.folder = tempfile.TemporaryDirectory()
        scaled = lambda row: row["hardware"] if row["hardware"] in SCALED else ""
        for suite, scale in sorted({(suite, scaled(row)) for suite, rows in suites.items() for row in rows}):
            rows = [row for row in suites[suite] if scaled(row) == scale]
            self.rows += rows
            self.runs.append((suite, pathlib.Path(self.folder.name) / f"{len(self.runs)}.csv", SCALED.get(scale, {})))
            with open(self.runs[-1][1], "w", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(rows)

    def simulated(self, suite, points, factors, constants):
        """The points of a run with machines' constants set, in the order of its rows."""
        settings = ",".join(f"arch.{name}={value * factors.get(name, 1):.6g}" for name, value in constants)
        answer = subprocess.run([self.program, "validate", suite, "--points", str(points), "--engine", "cycle",
                                 "--set", settings, "--json", "-"], capture_output=True, text=True)
        if answer.returncode not in (0, 1):
            raise SystemExit(answer.stderr)
        return json.loads(answer.stdout)["suites"][0]["points"]

    def errors(self, constants):
        """log(simulated time / published time) per row, but for its sign; None where a row cannot be simulated."""
        key = tuple(sorted(constants.items()))
        if key not in self.known:
            self.known[key] = [None if point["simulated"] is None else
                               math.log(point["reference"] / point["simulated"])
                               for run in self.runs for point in self.simulated(*run, key)]
        return self.known[key]

    def mean(self, constants, keep):
        errors = [abs(error) for row, error in zip(self.rows, self.errors(constants))
                  if error is not None and keep(row)]
        return sum(errors) / len(errors)


def fit(model, start, keep, rounds, step=0.08, names=None):
    """Coordinate descent over all constants, or those named: their values, and the mean error over the rows kept."""
    best, steps = dict(start), {name: step for name in start}
    error = model.mean(best, keep)
    for _ in range(rounds):
        for name in names or best:
            for factor in (1 + steps[name], 1 / (1 + steps[name])):
                limit = AT_MOST.get(name.rsplit(".", 1)[1], math.inf)
                trial = {**best, name: min(best[name] * factor, limit)}
                found = model.mean(trial, keep)
                if found < error - 1e-6:
                    best, error = trial, found
                    steps[name] = min(2 * steps[name], MOST_STEP)
                    break
            else:
                steps[name] /= 2
    return best, error


def differs(model, constants, name, keep):
    """Does any row that is kept depend on the constant?"""
    lower = model.errors({**constants, name: constants[name] * 0.9})
    return any(one is not None and abs(one - other) > 1e-9
               for row, one, other in zip(model.rows, model.errors(constants), lower) if keep(row))


def leave_out(model, start, left, rounds):
    """The mean error over a family of a fit from neutral values without it; names what no other row determines."""
    keep = lambda row: family(row) != left
    known = {name: value for name, value in start.items() if differs(model, start, name, keep)}
    best = {**start, **fit(model, start, keep, rounds, names=known)[0]}
    unknown = [f"{name} stays at {start[name]:g}" for name in start if name not in known]
    return model.mean(best, lambda row: family(row) == left), unknown


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--hardware", default="*H[12]00*")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--leave-out", action="store_true", help="also fit without each family, and test on it")
    options = parser.parse_args()
    start = NEUTRAL[options.hardware]
    model = Model(options.program, chosen_rows(options.hardware))
    print(f"{len(model.rows)} rows; with neutral values: {100 * model.mean(start, lambda row: True):.1f} %", flush=True)
    best, error = fit(model, start, lambda row: True, options.rounds)
    print(f"fitted: {100 * error:.1f} %")
    for name, value in best.items():
        print(f"  {name}: {value:.4g}   (neutral: {start[name]:.4g})", flush=True)
    families = list(dict.fromkeys(family(row) for row in model.rows))
    print("system: error fitted" + (", left out" if options.leave_out else ""))
    total = 0.0
    for left in families:
        text = f"  {left}: {100 * model.mean(best, lambda row: family(row) == left):.1f} %"
        if options.leave_out and len(families) > 1:
            outside, unknown = leave_out(model, start, left, options.rounds)
            total += outside
            text += "; ".join([f", {100 * outside:.1f} %"] + unknown)
        print(text, flush=True)
    if options.leave_out and len(families) > 1:
        print(f"mean over families, each left out: {100 * total / len(families):.1f} %")


if __name__ == "__main__":
    main()
