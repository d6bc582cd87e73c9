"""In the machine code of every kernel for sm_90a the softmax of a tile stands between the wait for its scores and the wait for the products
that run beside it, and nvcc does not say that it waits after each product. Compilers know of no such plan: they once moved the second wait
before the softmax, which no result shows."""
import itertools
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

SOURCE = "validation/cuda/gpu/fused_sm90.cu"
# Low twelve bits of an instruction of sm_90: products with the left operand in shared memory and in registers, special functions (all but
# a few are exponentials), and the fence and the wait of warpgroups, which bit 47 tells apart.
SHARED, REGISTERS, SPECIAL, WARPGROUP = 0x9F0, 0xDF0, 0x308, 0x9C5
LANES = 128  # of a warpgroup, which has 64 rows
ROWS = 64
FEW = 8  # special functions that divide indices


def kernels(cubin):
    """The name of each kernel of a file, and its instructions in two words each."""
    table, = struct.unpack_from("<Q", cubin, 0x28)
    count, names = struct.unpack_from("<HH", cubin, 0x3C)
    headers = [struct.unpack_from("<IIQQQQ", cubin, table + 64 * i) for i in range(count)]
    for start, _type, _flags, _address, offset, size in headers:
        name = cubin[headers[names][4] + start:].split(b"\0", 1)[0].decode()
        if name.startswith(".text."):
            yield name, list(struct.iter_unpack("<QQ", cubin[offset:offset + size]))


def steps(instructions):
    """What matters here, as (what, how many in a row); few special functions are left out."""
    whats = []
    for low, _high in instructions:
        what = {SHARED: "scores", REGISTERS: "output", SPECIAL: "softmax"}.get(low & 0xFFF)
        if low & 0xFFF == WARPGROUP and low >> 47 & 1:
            what = "wait"
        if what:
            whats.append(what)
    runs = [(what, len(list(run))) for what, run in itertools.groupby(whats)]
    kept = [(what, many) for what, many in runs if what != "softmax" or many >= FEW]
    return [(what, sum(many for _what, many in run)) for what, run in itertools.groupby(kept, key=lambda step: step[0])]


def check(name, instructions):
    """One loop over tiles: products of both kinds, wait, softmax, wait."""
    keys = int(re.search(r"HopperSizesI\w+?Li\d+ELi\d+ELi(\d+)E", name)[1])
    found = steps(instructions)
    loops = [i for i in range(len(found) - 1) if found[i][0] == "scores" and found[i + 1][0] == "output"]
    assert len(loops) == 1, (name, found)
    after = found[loops[0] + 2:][:3]
    assert [what for what, _many in after] == ["wait", "softmax", "wait"], (name, found)
    assert after[1][1] >= keys * ROWS // LANES, (name, found)


def main():
    """argv: nvcc, the project's folder."""
    nvcc, root = sys.argv[1:]
    source = pathlib.Path(root) / SOURCE
    with tempfile.TemporaryDirectory() as folder:
        cubin = pathlib.Path(folder) / "kernels.cubin"
        made = subprocess.run([nvcc, "-std=c++20", "-I", root, "-gencode=arch=compute_90a,code=sm_90a", "-cubin", "-o", str(cubin),
                               str(source)], capture_output=True, text=True, check=False)
        assert made.returncode == 0 and "serialized" not in made.stderr, made.stderr
        all_kernels = list(kernels(cubin.read_bytes()))
    text = source.read_text(encoding="utf-8")
    types = len(re.findall(r"^ +add<", text, re.MULTILINE))
    assert len(all_kernels) == types * len(re.findall(r"push_back\(instance<", text)) > 0
    for name, instructions in all_kernels:
        check(name, instructions)


if __name__ == "__main__":
    main()
