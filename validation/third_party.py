#!/usr/bin/env python3
"""Times attention kernels that are not ours, and limits of the device, on one NVIDIA GPU.

    python3 validation/third_party.py --out DIR [--budget 540] [--suites micro,dense,...]

Writes DIR/third_party.json, with records as `einsight measure` writes them: per case the median, the
10th and 90th percentile of the time in microseconds, the number of timed runs, the SM clock (MHz) and
power (W) read while they run, and the FLOPs counted as 4*B*Hq*Sq*Skv*D over the pairs that attend. A case
that fails is recorded with its error; one that does not fit in what is left of the budget is listed
under "not_run". Recorded cases are skipped, so a second call goes on where the first one stopped.
Inputs are fresh normal random bf16 numbers and rotate over several buffers so that they do not stay
in L2. Needs PyTorch >= 2.5 with CUDA; CuPy for the suite micro; nvidia-ml-py for clocks.
"""
import argparse
import itertools
import time

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from third_party_device import suite_micro
from third_party_flex import suite_flex
from third_party_timing import DEVICE, TYPE, Records, rotating
from third_party_windows import suite_neighborhood, suite_window

BACKENDS = {"flash": SDPBackend.FLASH_ATTENTION, "cudnn": SDPBackend.CUDNN_ATTENTION}


def forward(kind, shapes, causal, gqa):
    """call(i) of a forward pass."""
    sets = rotating(shapes)

    def call(i):
        q, k, v = sets[i % len(sets)]
        with sdpa_kernel(BACKENDS[kind]):
            return F.scaled_dot_product_attention(q, k, v, is_causal=causal, **gqa)
    return call


def backward(kind, shapes, causal, gqa):
    """call(i) of a backward pass."""
    sets = rotating(shapes)
    grad = torch.randn(shapes[0], device=DEVICE, dtype=TYPE)
    for tensors in sets:
        for tensor in tensors:
            tensor.requires_grad_(True)
    with sdpa_kernel(BACKENDS[kind]):
        outs = [F.scaled_dot_product_attention(*tensors, is_causal=causal, **gqa) for tensors in sets]
    return lambda i: torch.autograd.grad(outs[i % len(outs)], sets[i % len(sets)], grad,
                                         retain_graph=True)


def sdpa(records, kind, b, hq, hkv, sq, skv, d, causal, back=False):
    """One case of a back end of scaled_dot_product_attention."""
    shapes = [(b, hq, sq, d), (b, hkv, skv, d), (b, hkv, skv, d)]
    gqa = {"enable_gqa": True} if hq != hkv else {}
    pairs = sq * skv if not causal else sq * (sq + 1) // 2
    name = (f"sdpa-{kind}{'-bwd' if back else ''} b{b} hq{hq} hkv{hkv} sq{sq} skv{skv} d{d}"
            f"{' causal' if causal else ''}")
    records.case(name, lambda: (backward if back else forward)(kind, shapes, causal, gqa),
                 flops=int(4 * b * hq * pairs * d * (2.5 if back else 1)), graph=not back,
                 system=f"PyTorch SDPA {kind}", batch=b, heads_q=hq, heads_kv=hkv, seq_q=sq,
                 seq_kv=skv, head_dim=d, mask="causal" if causal else "none",
                 direction="backward" if back else "forward", dtype="bf16")


def suite_dense(records):
    """Lengths, head dimensions and causal masks; backward passes; waves, tails and ragged shapes."""
    lengths = (512, 1024, 2048, 4096, 8192, 16384, 32768)
    for s, d, causal, kind in itertools.product(lengths, (128, 64, 256), (False, True), ("cudnn", "flash")):
        sdpa(records, kind, max(1, 16384 // s), 2048 // d, 2048 // d, s, s, d, causal)
    for s, d, causal in itertools.product((1024, 4096, 16384), (128, 64), (False, True)):
        sdpa(records, "cudnn", max(1, 16384 // s), 2048 // d, 2048 // d, s, s, d, causal, back=True)
    shapes = ((1, 1, 1024), (1, 1, 4096), (1, 3, 5000), (2, 7, 777), (1, 133, 1024), (3, 11, 3333))
    for (b, h, s), kind in itertools.product(shapes, ("cudnn", "flash")):
        sdpa(records, kind, b, h, h, s, s, 128, False)


def suite_gqa(records):
    """Grouped heads."""
    for s, causal, hq, kind in itertools.product((1024, 4096, 16384), (False, True), (32, 64), ("cudnn", "flash")):
        sdpa(records, kind, max(1, 16384 // s), hq, 8, s, s, 128, causal)


def suite_decode(records):
    """One query against a cache."""
    contexts = (1024, 4096, 16384, 65536, 262144, 524288)
    for context, b in itertools.product(contexts, (1, 8, 64, 256)):
        if 2 * 2 * b * 8 * context * 128 <= 60e9:
            for kind in ("flash", "cudnn"):
                sdpa(records, kind, b, 32, 8, 1, context, 128, False)
    for context, b in itertools.product((4096, 65536), (1, 16)):
        sdpa(records, "flash", b, 32, 32, 1, context, 128, False)


SUITES = {"micro": suite_micro, "dense": suite_dense, "gqa": suite_gqa, "decode": suite_decode,
          "neighborhood": suite_neighborhood, "window": suite_window, "flex": suite_flex}


def main():
    """Runs the suites asked for, each as far as the budget allows."""
    parser = argparse.ArgumentParser(description="times attention kernels that are not ours")
    parser.add_argument("--out", required=True)
    parser.add_argument("--budget", type=float, default=540)
    parser.add_argument("--suites", default=",".join(SUITES))
    given = parser.parse_args()
    unknown = [name for name in given.suites.split(",") if name not in SUITES]
    if unknown:
        parser.error(f"no suite {', '.join(unknown)}; there are {', '.join(SUITES)}")
    torch.manual_seed(int(time.time()))
    records = Records(given.out, given.budget)
    for name in given.suites.split(","):
        try:
            SUITES[name](records)
        except Exception as error:  # a suite that cannot start must not take the others along
            print(f"suite {name} stopped: {type(error).__name__}: {error}", flush=True)
    print(records.summary())


if __name__ == "__main__":
    main()
