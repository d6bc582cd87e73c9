#include "validation/cuda/gpu/detail/micro.hpp"

#include <algorithm>
#include <numeric>
#include <random>

/// Bandwidth and latency of the levels of memory.
namespace einsight::validation::cuda {
namespace {

constexpr int kThreads = 512;
constexpr int kLoads = 20000;
constexpr int kLoadsInL1 = 10 * kLoads; // a kernel begins with an empty one
constexpr std::size_t kLine = 128;
constexpr std::size_t kMiB = 1 << 20;
constexpr std::size_t kInL1 = 64 << 10;

// Four CTAs of an SM: one register more would leave three, and a last wave of its own.
__global__ void __launch_bounds__(kThreads, 4)
    readAll(const float4* from, float* out, std::size_t count) {
  const auto step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  float sum = 0;
  auto i = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (; i + 3 * step < count; i += 4 * step) { // four loads in flight
    const float4 a = from[i];
    const float4 b = from[i + step];
    const float4 c = from[i + 2 * step];
    const float4 d = from[i + 3 * step];
    sum += a.x + a.y + a.z + a.w + b.x + b.y + b.z + b.w; // else less than 16 bytes are loaded
    sum += c.x + c.y + c.z + c.w + d.x + d.y + d.z + d.w;
  }
  for (; i < count; i += step) {
    sum += from[i].x;
  }
  if (sum == kNever) {
    out[0] = sum;
  }
}

/// Goes on from where the run before it ended: the same lines again would be in the L2, however
/// long the list is. kPastL1: the first cache, which keeps some of any list, is not asked.
template <bool kPastL1>
__global__ void chase(const unsigned* next, unsigned* place, int loads) {
  unsigned at = *place;
  for (int i = 0; i < loads; ++i) {
    at = kPastL1 ? __ldcg(next + at) : next[at];
  }
  *place = at;
}

core::Expected<Prepared> prepareRead(const GpuFacts& facts, std::size_t bytes) {
  auto from = Buffer::make(bytes);
  auto out = Buffer::make(256);
  if (!from || !out) {
    return core::failure(from ? out.error() : from.error());
  }
  // Random: memory that holds zeros can be faster than memory that holds data.
  const auto error = fillNormal(from->as<std::uint16_t>(), bytes / 2,
                                static_cast<std::uint64_t>(bytes), false, nullptr);
  if (error != cudaSuccess) {
    return core::failure(cudaProblem("filling memory", error));
  }
  Prepared prepared;
  prepared.out = *out;
  prepared.start = [from = *from, out = *out,
                    sms = static_cast<unsigned>(facts.multiprocessors)](int, cudaStream_t stream) {
    readAll<<<sms * 4, kThreads, 0, stream>>>(from.as<float4>(), out.as<float>(),
                                              from.bytes() / sizeof(float4));
    return cudaGetLastError();
  };
  return prepared;
}

core::Expected<Prepared> prepareCopy(std::size_t bytes) {
  auto from = Buffer::make(bytes);
  auto to = Buffer::make(bytes);
  if (!from || !to) {
    return core::failure(from ? to.error() : from.error());
  }
  const auto error = fillNormal(from->as<std::uint16_t>(), bytes / 2, 7, false, nullptr);
  if (error != cudaSuccess) {
    return core::failure(cudaProblem("filling memory", error));
  }
  Prepared prepared;
  prepared.out = *to;
  prepared.start = [from = *from, to = *to](int, cudaStream_t stream) {
    return cudaMemcpyAsync(to.as<void>(), from.as<void>(), to.bytes(), cudaMemcpyDeviceToDevice,
                           stream);
  };
  return prepared;
}

int loadsOf(std::size_t bytes) {
  return bytes <= kInL1 ? kLoadsInL1 : kLoads;
}

/// Lines in a random circle, so that no load can be guessed.
core::Expected<Prepared> prepareChase(std::size_t bytes) {
  const std::size_t lines = bytes / kLine;
  std::vector<unsigned> order(lines);
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin() + 1, order.end(), std::mt19937(1));
  constexpr unsigned kWords = kLine / sizeof(unsigned);
  std::vector<unsigned> next(lines * kWords, 0);
  for (std::size_t i = 0; i < lines; ++i) {
    next[order[i] * kWords] = order[(i + 1) % lines] * kWords;
  }
  auto memory = Buffer::make(next.size() * sizeof(unsigned));
  auto place = Buffer::make(256);
  if (!memory || !place) {
    return core::failure(memory ? place.error() : memory.error());
  }
  auto error = cudaMemcpy(memory->as<void>(), next.data(), memory->bytes(), cudaMemcpyHostToDevice);
  if (error == cudaSuccess) {
    error = cudaMemset(place->as<void>(), 0, place->bytes());
  }
  if (error != cudaSuccess) {
    return core::failure(cudaProblem("copying a circle", error));
  }
  Prepared prepared;
  prepared.out = *place;
  auto* const kernel = bytes <= kInL1 ? &chase<false> : &chase<true>;
  prepared.start = [kernel, loads = loadsOf(bytes), memory = *memory,
                    place = *place](int, cudaStream_t stream) {
    kernel<<<1, 1, 0, stream>>>(memory.as<unsigned>(), place.as<unsigned>(), loads);
    return cudaGetLastError();
  };
  return prepared;
}

} // namespace

std::vector<Micro> memoryMicros(const GpuFacts&) {
  std::vector<Micro> micros;
  for (const std::size_t mib : {8U, 24U, 40U, 512U, 8192U}) {
    MicroCase what;
    what.id = "read " + std::to_string(mib) + " MiB";
    what.bytes = double(mib * kMiB);
    what.note = "again and again: what fits in the L2 is read from there";
    micros.push_back(
        {what, [mib](const GpuFacts& facts) { return prepareRead(facts, mib * kMiB); }});
  }
  for (const std::size_t mib : {16U, 64U, 1024U, 4096U}) {
    MicroCase what;
    what.id = "copy " + std::to_string(mib) + " MiB";
    what.bytes = 2 * double(mib * kMiB);
    what.note = "bytes read and written";
    micros.push_back({what, [mib](const GpuFacts&) { return prepareCopy(mib * kMiB); }});
  }
  for (const std::size_t kib : {16U, 1024U, 16384U, 262144U}) {
    MicroCase what;
    what.id = "load latency " + std::to_string(kib) + " KiB";
    what.loads = loadsOf(kib * 1024);
    what.note = "pointers through lines of 128 bytes; the time of one is median_us / loads";
    micros.push_back({what, [kib](const GpuFacts&) { return prepareChase(kib * 1024); }});
  }
  return micros;
}

} // namespace einsight::validation::cuda
