"""In the machine code of the kernel for sm_90a the softmax of a tile stands between the wait for its scores and the wait for the products
that run beside it. Compilers know of no such plan: they once moved the second wait before the softmax, which no result shows."""
import pathlib
import struct
import subprocess
import sys
import tempfile

SOURCE = """
#include "validation/cuda/fused_sm90.hpp"
#include "validation/cuda/gpu/detail/launch.hpp"
namespace einsight::validation::cuda {
using Sizes = HopperSizes<Bf16, 128, 2, 128, Weights::Softmax, RangeWalk>;
template __global__ void runKernel<FusedSm90<Sizes>, Sizes::kThreads, 1>(
    const __grid_constant__ FusedSm90<Sizes>::Arguments);
}
"""
# Low twelve bits of an instruction of sm_90: products with the left operand in shared memory and in registers, exponentials,
# and the fence and the wait of warpgroups, which bit 47 tells apart.
SHARED, REGISTERS, EXP2, WARPGROUP = 0x9F0, 0xDF0, 0x308, 0x9C5
SCORES_OF_A_LANE = 64


def kernel(cubin):
    """The instructions of the first kernel of a file, in two words each."""
    table, = struct.unpack_from("<Q", cubin, 0x28)
    count, names = struct.unpack_from("<HH", cubin, 0x3C)
    headers = [struct.unpack_from("<IIQQQQ", cubin, table + 64 * i) for i in range(count)]
    for name, _type, _flags, _address, offset, size in headers:
        if cubin[headers[names][4] + name:].startswith(b".text."):
            return list(struct.iter_unpack("<QQ", cubin[offset:offset + size]))
    raise AssertionError("there is no kernel in what nvcc made")


def steps(instructions):
    """What matters here, as (what, how many in a row)."""
    found = []
    for low, _high in instructions:
        what = {SHARED: "scores", REGISTERS: "output", EXP2: "exp2"}.get(low & 0xFFF)
        if low & 0xFFF == WARPGROUP and low >> 47 & 1:
            what = "wait"
        if what and found and found[-1][0] == what and what != "wait":
            found[-1][1] += 1
        elif what:
            found.append([what, 1])
    return found


def main():
    """argv: nvcc, the project's folder."""
    nvcc, root = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        source, cubin = pathlib.Path(folder) / "kernel.cu", pathlib.Path(folder) / "kernel.cubin"
        source.write_text(SOURCE, encoding="utf-8")
        subprocess.run([nvcc, "-std=c++20", "-I", root, "-gencode=arch=compute_90a,code=sm_90a", "-cubin", "-o",
                        str(cubin), str(source)], check=True)
        found = steps(kernel(cubin.read_bytes()))
    loops = [i for i in range(len(found) - 1) if found[i][0] == "scores" and found[i + 1][0] == "output"]
    assert len(loops) == 1, found
    after = found[loops[0] + 2:][:3]
    assert [what for what, _count in after] == ["wait", "exp2", "wait"], found
    assert after[1][1] >= SCORES_OF_A_LANE, found


if __name__ == "__main__":
    main()
