"""Timing of calls on a GPU, and the file of records. Part of third_party.py."""
import json
import math
import os
import statistics
import subprocess
import sys
import time

import torch

DEVICE, TYPE = "cuda", torch.bfloat16
LAST_SECONDS = 15  # no case is started with less left

try:
    import pynvml
    pynvml.nvmlInit()
    HANDLE = pynvml.nvmlDeviceGetHandleByIndex(0)
except Exception:  # no library, or no right to ask it: records then have no clocks
    HANDLE = None


def milliwatts():
    """Power at this moment; nvmlDeviceGetPowerUsage gives the mean of the last second on newer GPUs."""
    try:
        now = pynvml.nvmlDeviceGetFieldValues(HANDLE, [pynvml.NVML_FI_DEV_POWER_INSTANT])[0]
        if now.nvmlReturn == pynvml.NVML_SUCCESS:
            return now.value.uiVal
    except (AttributeError, pynvml.NVMLError):  # an older library or driver
        pass
    return pynvml.nvmlDeviceGetPowerUsage(HANDLE)


def clocks():
    """Clocks and power now, for a record."""
    if HANDLE is None:
        return {}
    return {"sm_mhz": pynvml.nvmlDeviceGetClockInfo(HANDLE, pynvml.NVML_CLOCK_SM),
            "mem_mhz": pynvml.nvmlDeviceGetClockInfo(HANDLE, pynvml.NVML_CLOCK_MEM),
            "power_w": milliwatts() / 1000}


def provenance():
    """What makes a run repeatable."""
    properties = torch.cuda.get_device_properties(0)
    query = "--query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem,power.limit"
    smi = subprocess.run(["nvidia-smi", query, "--format=csv,noheader"], capture_output=True,
                         text=True, check=False).stdout.strip()
    return {"device": properties.name, "sms": properties.multi_processor_count,
            "memory_bytes": properties.total_memory,
            "l2_bytes": getattr(properties, "L2_cache_size", None), "nvidia_smi": smi,
            "torch": torch.__version__, "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
            "date": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
            "command": " ".join(sys.argv)}


def between(run, count):
    """`count` times of run() in microseconds, by events, and the clocks in their middle: an idle device has others."""
    marks = [(torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True))
             for _ in range(count)]
    for begin, end in marks:
        begin.record()
        run()
        end.record()
    marks[count // 2][0].synchronize()
    seen = clocks()
    torch.cuda.synchronize()
    return [begin.elapsed_time(end) * 1e3 for begin, end in marks], seen


def captured(call):
    """A graph of 20 calls, so that the host does not count."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        call(0)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for i in range(20):
            call(i)
    graph.replay()
    torch.cuda.synchronize()
    return graph


def measure(call, graph=True, target_ms=40.0, most=200):
    """Times call(i), i = 0, 1, ...: (times in microseconds, clocks, how)."""
    for i in range(3):
        call(i)
    torch.cuda.synchronize()
    once = min(between(lambda: call(0), 2)[0]) / 1e3
    if graph and once < 0.5:
        try:
            runs = max(5, min(most, int(target_ms / (20 * once))))
            times, seen = between(captured(call).replay, runs)
            return [t / 20 for t in times], seen, "graph of 20"
        except Exception:  # what cannot be captured is timed call by call
            torch.cuda.synchronize()
    count = iter(range(1 << 60))
    runs = max(5, min(most, int(target_ms / max(once, 1e-3))))
    return *between(lambda: call(next(count)), runs), "events"


def rotating(shapes, copies=None):
    """Several input sets whose total exceeds 4 times a 60 MB L2, at most 8 GB."""
    one = sum(2 * math.prod(shape) for shape in shapes)
    count = copies or max(1, min(32, math.ceil(240e6 / one), int(8e9 // one) or 1))
    return [[torch.randn(shape, device=DEVICE, dtype=TYPE) for shape in shapes]
            for _ in range(count)]


class Records:
    """The file of records, gone on with where it exists."""

    def __init__(self, folder, budget):
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, "third_party.json")
        self.start, self.budget = time.time(), budget
        self.data = {"provenance": provenance(), "cases": [], "not_run": []}
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                self.data = json.load(file)
        self.data["not_run"] = []
        self.done = {record["id"] for record in self.data["cases"]}

    def left(self):
        """Seconds of the budget."""
        return self.budget - (time.time() - self.start)

    def save(self):
        """Writes beside the file, and then in its place."""
        with open(self.path + ".tmp", "w", encoding="utf-8") as file:
            json.dump(self.data, file, indent=1)
        os.replace(self.path + ".tmp", self.path)

    def case(self, name, make, flops=None, moved=None, graph=True, **facts):
        """make() returns call(i); it is run only if the case is new and the budget allows."""
        if name in self.done:
            return
        if self.left() < LAST_SECONDS:
            self.data["not_run"].append(name)
            return
        record = {"id": name, **facts}
        try:
            times, seen, how = measure(make(), graph)
            times.sort()
            median = statistics.median(times)
            record |= {"timing": how, "median_us": median, "p10_us": times[len(times) // 10],
                       "p90_us": times[(9 * len(times)) // 10], "runs": len(times), **seen}
            if flops:
                record |= {"flops": flops, "tflops": flops / median / 1e6}
            if moved:
                record |= {"bytes": moved, "gb_per_s": moved / median / 1e3}
        except Exception as error:  # pylint: disable=broad-except  # a case must not stop the others
            record["error"] = f"{type(error).__name__}: {str(error)[:300]}"
        self.data["cases"].append(record)
        self.done.add(name)
        torch.cuda.empty_cache()
        self.save()
        rate = record.get("tflops", record.get("gb_per_s", 0))
        shown = record.get("error") or f"{record['median_us']:.1f} us {rate:.1f}"
        print(f"{self.left():6.0f} s left  {name}: {shown}", flush=True)

    def summary(self):
        """One line, after a last save."""
        self.save()
        good = sum("error" not in record for record in self.data["cases"])
        return (f"{good} measured, {len(self.data['cases']) - good} failed, "
                f"{len(self.data['not_run'])} not run, {time.time() - self.start:.0f} s -> {self.path}")
