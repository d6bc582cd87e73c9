#include "validation/cuda/gpu/gpu.hpp"

#include "validation/cuda/gpu/detail/blas.hpp"
#include "validation/cuda/gpu/detail/context.hpp"
#include "validation/cuda/reference.hpp"
#include "validation/cuda/types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace einsight::validation::cuda {
namespace {

constexpr int kNewest = 1000; // a version is 1000 * major + 10 * minor

std::string versionText(int version) {
  return fmt::format("{}.{}", version / kNewest, version % kNewest / 10);
}

/// Whether there is such a kernel, and a CTA may have as much shared memory as it takes.
bool fusedFits(const KernelCase& which, double sharedBytes) {
  const auto* kernel = fusedKernelFor(which);
  return kernel != nullptr && kernel->sharedBytes <= sharedBytes;
}

bool decodes(const KernelCase& which) {
  return which.kind == KernelKind::SplitKv || which.kind == KernelKind::StreamK;
}

std::size_t numbers(int a, int b, int c, int d) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c) *
         static_cast<std::size_t>(d);
}

std::vector<Micro> allMicros(const GpuFacts& facts) {
  std::vector<Micro> all;
  for (const auto& part :
       {baseMicros(facts), hopperMicros(facts), memoryMicros(facts), blasMicros(facts)}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<MicroCase> casesOf(const std::vector<Micro>& micros) {
  std::vector<MicroCase> cases;
  for (const auto& micro : micros) {
    cases.push_back(micro.what);
  }
  return cases;
}

class CudaGpu : public Gpu {
public:
  explicit CudaGpu(GpuFacts facts) : facts_(std::move(facts)), micros_(allMicros(facts_)) {}

  [[nodiscard]] const GpuFacts& facts() const override { return facts_; }

  [[nodiscard]] bool supports(const KernelCase& which) const override {
    const double shared = facts_.sharedBytesPerBlock;
    switch (which.kind) {
    case KernelKind::FusedSm90:
      return facts_.major == 9 && facts_.minor == 0 && fusedFits(which, shared);
    case KernelKind::FusedSm80:
      return fusedFits(which, shared);
    case KernelKind::Unfused:
      return unfusedSupports(which);
    case KernelKind::SplitKv:
    case KernelKind::StreamK:
      return decodeSupports(which, shared);
    case KernelKind::Linear:
      return linearSupports(which);
    case KernelKind::Permute:
    case KernelKind::Unpermute:
      return permuteSupports(which);
    }
    return false;
  }

  core::Expected<Timing> time(const KernelCase& which) override {
    return prepare(which, nullptr).and_then(timeRuns);
  }

  core::Expected<double> check(const KernelCase& which) override {
    return which.fp16 ? checkAs<Fp16>(which) : checkAs<Bf16>(which);
  }

  [[nodiscard]] bool lost() const override {
    cudaGetLastError(); // what is no lasting error is forgotten by asking
    return cudaDeviceSynchronize() != cudaSuccess;
  }

  [[nodiscard]] KernelTile tileOf(const KernelCase& which) const override {
    return fusedTile(which.kind, which.headDim);
  }

  [[nodiscard]] std::vector<MicroCase> microCases() const override { return casesOf(micros_); }

  core::Expected<Timing> timeMicro(const std::string& id) override {
    const auto found = std::find_if(micros_.begin(), micros_.end(),
                                    [&](const Micro& micro) { return micro.what.id == id; });
    if (found == micros_.end()) {
      return core::failure({{{}, "there is no microbenchmark '" + id + "'", {}}});
    }
    return found->prepare(facts_).and_then(timeRuns);
  }

private:
  core::Expected<Prepared> prepare(const KernelCase& which, const HostInputs* given) const {
    switch (which.kind) {
    case KernelKind::FusedSm80:
    case KernelKind::FusedSm90:
      return prepareFused(which, facts_, given);
    case KernelKind::Unfused:
      return prepareUnfused(which, facts_, given);
    case KernelKind::SplitKv:
    case KernelKind::StreamK:
      return prepareDecode(which, facts_, given);
    case KernelKind::Linear:
      return prepareLinear(which, facts_, given);
    case KernelKind::Permute:
    case KernelKind::Unpermute:
      return preparePermute(which, facts_, given);
    }
    return core::failure({});
  }

  template <class Type>
  core::Expected<double> checkAs(const KernelCase& which) const {
    if (which.kind == KernelKind::Permute || which.kind == KernelKind::Unpermute) {
      return checkPermute<Type>(which);
    }
    std::mt19937_64 random(std::random_device{}());
    auto plan = planOf(which);
    auto& arguments = plan.arguments;
    const auto rows = numbers(which.batch, which.headsKv, arguments.shape.seqKv, 1);
    const auto width = static_cast<std::size_t>(which.headDim);
    const auto q = numbers(which.batch, which.headsQ, arguments.shape.seqQ, which.headDim);
    const bool latent = which.headDim != which.headDimV;
    const HostInputs inputs{
        randomNumbers<Type>(q, random), randomNumbers<Type>(rows * width, random),
        randomNumbers<Type>(latent ? 0 : rows * static_cast<std::size_t>(which.headDimV), random)};
    arguments.q = inputs.q.data();
    arguments.k = inputs.k.data();
    arguments.v = inputs.v.data();
    const auto out = outputOf(which, inputs);
    if (!out) {
      return core::failure(out.error());
    }
    return relativeError<Type>(*out, referenceOf<Type>(which, plan));
  }

  template <class Type>
  [[nodiscard]] core::Expected<double> checkPermute(const KernelCase& which) const {
    std::mt19937_64 random(std::random_device{}());
    const bool back = which.kind == KernelKind::Unpermute;
    const int tokens = back ? paddedTokens(which.mask, which.mask.qTile) : tokensOf(which.mask);
    const HostInputs inputs{
        randomNumbers<Type>(numbers(which.batch, which.headsQ, tokens, which.headDim), random),
        {},
        {}};
    const auto out = outputOf(which, inputs);
    if (!out) {
      return core::failure(out.error());
    }
    const PermuteArguments given{inputs.q.data(), nullptr, which.mask, which.headDim,
                                 which.batch * which.headsQ};
    return relativeError<Type>(*out, permuteReference<Type>(given, back));
  }

  /// What the kernel makes of the inputs, once.
  [[nodiscard]] core::Expected<std::vector<std::uint16_t>>
  outputOf(const KernelCase& which, const HostInputs& inputs) const {
    const auto prepared = prepare(which, &inputs);
    if (!prepared) {
      return core::failure(prepared.error());
    }
    auto error = prepared->start(0, nullptr);
    error = error == cudaSuccess ? cudaDeviceSynchronize() : error;
    std::vector<std::uint16_t> out(prepared->out.bytes() / 2);
    error = error == cudaSuccess ? cudaMemcpy(out.data(), prepared->out.as<void>(),
                                              prepared->out.bytes(), cudaMemcpyDeviceToHost)
                                 : error;
    if (error != cudaSuccess) {
      return core::failure(cudaProblem("running the kernel", error));
    }
    return out;
  }

  /// The sizes that the kernel sees.
  [[nodiscard]] FusedPlan planOf(const KernelCase& which) const {
    if (which.kind == KernelKind::FusedSm80 || which.kind == KernelKind::FusedSm90) {
      const auto* kernel = fusedKernelFor(which);
      return planFused(which, kernel->queries, kernel->keys);
    }
    return planFused(which, 1, 1);
  }

  template <class Type>
  [[nodiscard]] std::vector<double> referenceOf(const KernelCase& which, FusedPlan& plan) const {
    auto& given = plan.arguments;
    if (decodes(which)) {
      const DecodeArguments decode{
          given.q,      given.k,       given.v,     nullptr,     nullptr, which.batch,
          which.headsQ, which.headsKv, which.seqKv, given.scale, {}};
      return decodeReference<Type>(decode, which.headDim, which.headDimV,
                                   which.headDim != which.headDimV);
    }
    if (which.kind == KernelKind::Linear) {
      const LinearArguments linear{given.q,     given.k,      given.v,    nullptr,
                                   which.batch, which.headsQ, which.seqQ, given.scale};
      return linearReference<Type>(linear, which.headDim);
    }
    TileSizes tiles;
    if (which.listStride > 0) {
      const auto* kernel = fusedKernelFor(which);
      given.shape.list = {plan.list.offsets.data(), plan.list.tiles.data()};
      tiles = {kernel->queries, kernel->keys};
    }
    return attentionReference<Type>(given, which.headDim, which.weights, tiles);
  }

  GpuFacts facts_;
  std::vector<Micro> micros_;
};

} // namespace

std::vector<MicroCase> microCasesOf(const GpuFacts& facts) {
  return casesOf(allMicros(facts));
}

core::Expected<std::unique_ptr<Gpu>> Gpu::find() {
  int count = 0;
  const auto error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess || count == 0) {
    const std::string reason = error != cudaSuccess ? cudaGetErrorString(error) : "none is listed";
    return core::failure({{{},
                           "there is no CUDA device to measure: " + reason,
                           "run this on a machine with an NVIDIA GPU and its driver"}});
  }
  cudaDeviceProp properties{};
  int driver = 0;
  int runtime = 0;
  auto asked = cudaGetDeviceProperties(&properties, 0);
  asked = asked == cudaSuccess ? cudaDriverGetVersion(&driver) : asked;
  asked = asked == cudaSuccess ? cudaRuntimeGetVersion(&runtime) : asked;
  if (asked != cudaSuccess) {
    return core::failure(cudaProblem("asking the device", asked));
  }
  GpuFacts facts;
  facts.name = properties.name;
  facts.major = properties.major;
  facts.minor = properties.minor;
  facts.multiprocessors = properties.multiProcessorCount;
  facts.memoryBytes = double(properties.totalGlobalMem);
  facts.l2Bytes = double(properties.l2CacheSize);
  facts.sharedBytesPerBlock = double(properties.sharedMemPerBlockOptin);
  facts.driver = versionText(driver);
  facts.runtime = versionText(runtime);
  const auto blas = Blas::get();
  facts.blas = blas ? (*blas)->version() : blas.error().front().what;
  // The library that knows them takes its time to start, and none while kernels run.
  facts.limits = readLimits();
  return std::make_unique<CudaGpu>(std::move(facts));
}

} // namespace einsight::validation::cuda
