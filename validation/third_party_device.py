"""Limits of the device: what its parts reach. Part of third_party.py. CuPy compiles the kernels."""
import torch

from third_party_timing import DEVICE, TYPE, rotating

SOURCE = r"""
extern "C" {
#define CHAINS 8
__global__ void exp2_chain(float *o, int n) { float x[CHAINS]; for (int c = 0; c < CHAINS; ++c) x[c] = -0.001f * (threadIdx.x + c);
  for (int i = 0; i < n; ++i) { _Pragma("unroll") for (int c = 0; c < CHAINS; ++c) asm volatile("ex2.approx.ftz.f32 %0, %0;" : "+f"(x[c])); }
  float s = 0; for (int c = 0; c < CHAINS; ++c) s += x[c]; if (s == 12345.f) o[threadIdx.x] = s; }
__global__ void fma_chain(float *o, int n) { float x[CHAINS]; for (int c = 0; c < CHAINS; ++c) x[c] = 0.001f * (threadIdx.x + c);
  for (int i = 0; i < n; ++i) { _Pragma("unroll") for (int c = 0; c < CHAINS; ++c) asm volatile("fma.rn.f32 %0, %0, %0, %0;" : "+f"(x[c])); }
  float s = 0; for (int c = 0; c < CHAINS; ++c) s += x[c]; if (s == 12345.f) o[threadIdx.x] = s; }
__global__ void max_chain(float *o, int n) { float x[CHAINS]; for (int c = 0; c < CHAINS; ++c) x[c] = 0.001f * (threadIdx.x + c);
  for (int i = 0; i < n; ++i) { _Pragma("unroll") for (int c = 0; c < CHAINS; ++c) asm volatile("max.f32 %0, %0, %1;" : "+f"(x[c]) : "f"(x[(c + 1) % CHAINS])); }
  float s = 0; for (int c = 0; c < CHAINS; ++c) s += x[c]; if (s == 12345.f) o[threadIdx.x] = s; }
__global__ void cvt_chain(unsigned *o, int n) { float x[CHAINS]; unsigned y[CHAINS]; for (int c = 0; c < CHAINS; ++c) { x[c] = 0.001f * (threadIdx.x + c); y[c] = 0; }
  for (int i = 0; i < n; ++i) { _Pragma("unroll") for (int c = 0; c < CHAINS; ++c) { asm volatile("cvt.rn.bf16x2.f32 %0, %1, %1;" : "=r"(y[c]) : "f"(x[c])); x[c] = __uint_as_float(y[c]); } }
  unsigned s = 0; for (int c = 0; c < CHAINS; ++c) s += y[c]; if (s == 12345u) o[threadIdx.x] = s; }
__global__ void shared_read(float4 *o, int n) { __shared__ float4 s[1024]; for (int i = threadIdx.x; i < 1024; i += blockDim.x) s[i] = make_float4(i, 1, 2, 3); __syncthreads();
  float4 a = make_float4(0, 0, 0, 0); int j = threadIdx.x & 1023;
  for (int i = 0; i < n; ++i) { float4 v; unsigned p = (unsigned)__cvta_generic_to_shared(&s[j]); asm volatile("ld.shared.v4.f32 {%0,%1,%2,%3}, [%4];" : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "r"(p)); a.x += v.x; j = (j + 32) & 1023; }
  if (a.x == 12345.f) o[threadIdx.x] = a; }
__global__ void chase(const unsigned *next, unsigned *place, int n) { unsigned p = *place; for (int i = 0; i < n; ++i) p = next[p]; *place = p; }
__global__ void empty() {}
__global__ void read_all(const float4 *a, float4 *o, long n) { float4 s = make_float4(0, 0, 0, 0); long step = (long)gridDim.x * blockDim.x;
  for (long i = (long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) { float4 v = a[i]; s.x += v.x; s.y += v.y; s.z += v.z; s.w += v.w; }
  if (s.x + s.y + s.z + s.w == 12345.f) o[0] = s; }
__global__ void mma_bf16(float *o, int n) { unsigned a[4] = {threadIdx.x, 1, 2, 3}, b[2] = {threadIdx.x, 5}; float d[4][4] = {};
  for (int i = 0; i < n; ++i) { _Pragma("unroll") for (int c = 0; c < 4; ++c)
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[c][0]), "+f"(d[c][1]), "+f"(d[c][2]), "+f"(d[c][3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1])); }
  float s = 0; for (int c = 0; c < 4; ++c) s += d[c][0]; if (s == 12345.f) o[threadIdx.x] = s; }
}
"""


def suite_micro(records):
    """Products and copies of the libraries, rates of instructions, bandwidths and latencies."""
    for n in (1024, 2048, 4096, 8192, 16384):
        def make(n=n):
            sets = rotating([(n, n), (n, n)], copies=2 if n > 4096 else None)
            return lambda i: torch.matmul(*sets[i % len(sets)])
        records.case(f"matmul bf16 {n}", make, flops=2 * n ** 3, system="cuBLAS")
    for n, k in ((16384, 64), (16384, 128)):
        def make(n=n, k=k):
            a, b = torch.randn(16, n // 16, k, device=DEVICE, dtype=TYPE), torch.randn(16, k, n // 16, device=DEVICE, dtype=TYPE)
            return lambda i: torch.bmm(a, b)
        records.case(f"bmm bf16 16x{n // 16}x{k}x{n // 16}", make, flops=2 * 16 * (n // 16) ** 2 * k, system="cuBLAS")
    for h, s in ((16, 4096), (16, 1024)):
        def make(h=h, s=s):
            x = torch.randn(4, h, s, s, device=DEVICE, dtype=TYPE)
            return lambda i: torch.softmax(x, -1)
        records.case(f"softmax bf16 4x{h}x{s}x{s}", make, moved=2 * 2 * 4 * h * s * s, system="PyTorch softmax")
    for mb in (1, 4, 16, 32, 64, 256, 1024, 4096):
        def make(mb=mb):
            a = torch.empty(mb << 20, dtype=torch.uint8, device=DEVICE).random_(); b = torch.empty_like(a)
            return lambda i: b.copy_(a)
        records.case(f"copy {mb} MiB", make, moved=2 * (mb << 20), system="device copy (bytes read + written)")
    try:
        import cupy
    except Exception as e:
        print("no cupy:", e); return
    module = cupy.RawModule(code=SOURCE, options=("-std=c++17",))
    out = cupy.zeros(4096, dtype=cupy.float32)
    sms = records.data["provenance"]["sms"]

    def launch(name, grid, block, arguments):
        kernel = module.get_function(name)
        def call(i):
            with cupy.cuda.ExternalStream(torch.cuda.current_stream().cuda_stream):
                kernel((grid,), (block,), arguments)
        return lambda: call
    n = 20000
    for name, per, what in (("exp2_chain", 8, "exp2"), ("fma_chain", 8, "fp32 fma"), ("max_chain", 8, "fp32 max"), ("cvt_chain", 8, "cvt bf16x2")):
        ops = sms * 2 * 512 * n * per
        records.case(f"rate {what}", launch(name, sms * 2, 512, (out, cupy.int32(n))), operations=ops, system="microbenchmark", note="operations per SM and clock = operations / (SMs * seconds * sm clock)")
    records.case("rate mma.sync m16n8k16 bf16", launch("mma_bf16", sms * 2, 512, (out, cupy.int32(n // 4))), flops=sms * 2 * 16 * (n // 4) * 4 * 2 * 16 * 8 * 16, system="microbenchmark")
    records.case("shared memory read", launch("shared_read", sms * 2, 512, (out, cupy.int32(n))), moved=sms * 2 * 512 * n * 16, system="microbenchmark")
    records.case("empty kernel in a graph", launch("empty", 1, 32, ()), system="launch")
    records.case("empty kernel by event", launch("empty", 1, 32, ()), graph=False, system="launch (event to event)")
    for mb in (8, 24, 40, 512, 8192):
        a = cupy.ones((mb << 20) // 4, dtype=cupy.float32)
        records.case(f"read {mb} MiB", launch("read_all", sms * 8, 512, (a, out, cupy.int64((mb << 20) // 16))), moved=mb << 20, system="microbenchmark")
        del a
        cupy.get_default_memory_pool().free_all_blocks()
    for kb in (16, 1024, 16384, 1 << 20):
        count, rng = kb * 1024 // 128, cupy.random.default_rng(1)
        order = cupy.concatenate([cupy.zeros(1, dtype=cupy.int64), 1 + rng.permutation(count - 1)]) if hasattr(rng, "permutation") else cupy.concatenate([cupy.zeros(1, dtype=cupy.int64), 1 + cupy.random.permutation(count - 1)])
        nxt = cupy.zeros(count * 32, dtype=cupy.uint32)
        nxt[order * 32] = (cupy.roll(order, -1) * 32).astype(cupy.uint32)
        records.case(f"load latency {kb} KiB", launch("chase", 1, 1, (nxt, cupy.zeros(1, dtype=cupy.uint32), cupy.int32(20000))), loads=20000, system="microbenchmark (pointer chase, 128 B lines)")
