#!/usr/bin/env python3
"""Runs docs/sweep.sbatch on a real Slurm, disturbs it, and compares the rows. Usage: slurm_test.py PROGRAM ROOT

The script is edited in the two lines that it asks for: a sweep in 4 parts. One of the parts is put back into the
queue amid its points (as a preempted job is), goes on later, and the merged rows must be those of an undisturbed
sweep on this machine."""
import contextlib
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys

import local_slurm

PARTS = 4
DISTURBED = 2
POINTS = 8000
SWEEP = f"""\
version: 1
sweep: on-slurm
engine: analytic
workloads: bert
machines: fusemax
mappings: fusemax-binding
set: {{L: 1001..{1000 + POINTS}:1}}
"""
PATIENCE = 300  # seconds for all parts, on a slow machine
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL"}  # states of jobs


def rows(database, count_only=False):
    """All rows of a database by number, or how many there are; none where there is no table yet."""
    columns = "count(*)" if count_only else "*"
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            found = connection.execute(f"SELECT {columns} FROM points ORDER BY number").fetchall()
    except sqlite3.OperationalError:
        return 0 if count_only else []
    return found[0][0] if count_only else found


def edited(script):
    """The script with its two marked lines changed."""
    for name, value in (("sweep", "on-slurm.yaml"), ("parts", str(PARTS))):
        script, changed = re.subn(rf"^{name}=\S+ +# EDIT:", f"{name}={value} # EDIT:", script,
                                  flags=re.MULTILINE)
        if changed != 1:
            raise SystemExit(f"slurm: sweep.sbatch has {changed} lines {name}=… # EDIT")
    return script


def fail(what, results):
    """Ends the test with the logs of the jobs."""
    logs = "\n".join(f"{log.name}: {local_slurm.tail(log)}" for log in sorted(results.glob("*.log")))
    raise SystemExit(f"slurm: {what}\n{logs}")


def disturb(slurm, array, results):
    """Puts a part back into the queue as soon as it has a quarter of its rows."""
    job, database = f"{array}_{DISTURBED}", results / f"part-{DISTURBED}.db"

    def has_a_quarter():
        if slurm.job(job)["JobState"] in ENDED:
            fail(f"part {DISTURBED} ended before it was disturbed", results)
        return 4 * rows(database, count_only=True) > POINTS // PARTS

    slurm.wait_for(f"rows of part {DISTURBED}", has_a_quarter, PATIENCE)
    slurm.run("scontrol", "requeue", job)
    slurm.wait_for(f"the end of part {DISTURBED}",
                   lambda: slurm.job(job)["JobState"] == "PENDING", PATIENCE)
    there = rows(database, count_only=True)
    if there >= POINTS // PARTS:
        fail(f"part {DISTURBED} had all of its rows: it was not disturbed amid them", results)
    print(f"slurm: part {DISTURBED} is back in the queue with {there} of {POINTS // PARTS} rows",
          flush=True)


def through_slurm(slurm, folder):
    """The database that the script makes, disturbed."""
    said = slurm.run("bash", "-c", f"cd '{folder}' && bash sweep.sbatch").strip()
    print(f"slurm: {said}", flush=True)
    array, merge = re.fullmatch(r"\d+ parts as job (\d+), merged by job (\d+) into \S+", said).groups()
    results = folder / "on-slurm-results"
    disturb(slurm, array, results)
    slurm.wait_for("the merged rows", lambda: slurm.job(merge)["JobState"] in ENDED, PATIENCE)
    if slurm.job(merge)["JobState"] != "COMPLETED":
        fail(f"the merge is {slurm.job(merge)['JobState']}", results)
    restarts = slurm.job(f"{array}_{DISTURBED}")["Restarts"]
    print(f"slurm: merged; part {DISTURBED} was restarted {restarts} time", flush=True)
    print("slurm: all.log says: " + (results / "all.log").read_text().splitlines()[0], flush=True)
    return results / "all.db"


def main(program, root):
    """0 where the rows are the same."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is ended
    os.environ["PATH"] = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    with local_slurm.LocalSlurm() as slurm:
        folder = slurm.folder / "work"
        folder.mkdir()
        (folder / "on-slurm.yaml").write_text(SWEEP)
        (folder / "sweep.sbatch").write_text(edited((root / "docs" / "sweep.sbatch").read_text()))
        merged = rows(through_slurm(slurm, folder))
        whole = folder / "whole.db"
        subprocess.run([program, "sweep", folder / "on-slurm.yaml", "-o", whole], check=True,
                       stdout=subprocess.DEVNULL)
        undisturbed = rows(whole)
        if len(undisturbed) != POINTS or merged != undisturbed:
            differ = sum(a != b for a, b in zip(merged, undisturbed))
            print(f"slurm: {len(merged)} rows and {len(undisturbed)} undisturbed; {differ} differ",
                  file=sys.stderr)
            return 1
    print(f"slurm: {len(merged)} rows, the same as those of an undisturbed sweep")
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
