"""The build refuses kernels that spill: a kernel that must, does not compile with its options. Without nvcc there is nothing to refuse."""
import json
import pathlib
import subprocess
import sys
import tempfile

FLAGS = "-Xptxas=--warn-on-spills,--warn-on-local-memory-usage"
GREEDY = """
__global__ void __launch_bounds__(1024, 2) greedy(float* out, int n) {
  float x[100];
  for (int i = 0; i < 100; ++i) x[i] = out[i * n + threadIdx.x];
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < 100; ++i) x[i] = x[i] * x[(i + 1) % 100] + x[(i + 7) % 100];
  for (int i = 0; i < 100; ++i) out[i * n + threadIdx.x] = x[i];
}
"""
MODEST = "__global__ void modest(float* out) { out[threadIdx.x] += 1; }\n"


def compiles(nvcc, source):
    """Whether a kernel compiles with the options of the build."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "kernel.cu"
        file.write_text(source, encoding="utf-8")
        done = subprocess.run([nvcc, "-cubin", "-arch=sm_90", "--Werror=all-warnings", FLAGS, "-o",
                               str(file.with_suffix(".cubin")), str(file)],
                              capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stderr


def main():
    """argv: nvcc, and the build's compile_commands.json."""
    nvcc, commands = sys.argv[1:]
    kernels = [entry for entry in json.loads(pathlib.Path(commands).read_text(encoding="utf-8"))
               if entry["file"].endswith(".cu")]
    assert kernels, "no kernel is built"
    for entry in kernels:
        assert FLAGS in entry["command"], f"kernels of {entry['file']} may spill"
    good, why = compiles(nvcc, MODEST)
    assert good, why
    good, why = compiles(nvcc, GREEDY)
    assert not good and "spilled" in why, why


if __name__ == "__main__":
    main()
