#include "validation/cuda/decode.hpp"
#include "validation/cuda/decode_combine.hpp"
#include "validation/cuda/gpu/detail/launch.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::validation::cuda {
namespace {

struct DecodeKernel {
  bool fp16;
  int headQk;
  int headV;
  int keys;
  int sharedBytes; ///< of a CTA
  core::Expected<int> (*resident)(int sharedBytes);
  cudaError_t (*start)(const DecodeArguments&, cudaStream_t);
};

template <class Sizes>
cudaError_t start(const DecodeArguments& given, cudaStream_t stream) {
  const auto error = launchKernel<Decode<Sizes>, Sizes::kThreads>(
      dim3(static_cast<unsigned>(given.schedule.ctas)), Sizes::kSharedBytes, given, stream);
  if (error != cudaSuccess || given.schedule.splits == 1) {
    return error; // one CTA had every key of an item: nothing to combine
  }
  using Combine = DecodeCombine<Sizes>;
  return launchKernel<Combine, Combine::kThreads>(dim3(static_cast<unsigned>(given.schedule.items)),
                                                  0, given, stream);
}

template <class Type, int kHeadQk, int kHeadV, bool kLatent, int kStages>
DecodeKernel instance() {
  using Sizes = DecodeSizes<Type, kHeadQk, kHeadV, kLatent, kStages>;
  return {std::is_same_v<Type, Fp16>,
          kHeadQk,
          kHeadV,
          Sizes::kKeys,
          Sizes::kSharedBytes,
          &residentCtas<Decode<Sizes>, Sizes::kThreads>,
          &start<Sizes>};
}

template <class Type>
void add(std::vector<DecodeKernel>& kernels) {
  kernels.push_back(instance<Type, 128, 128, false, 3>());
  kernels.push_back(instance<Type, 64, 64, false, 4>());
  kernels.push_back(instance<Type, 576, 512, true, 2>());
}

const DecodeKernel* kernelFor(const KernelCase& which) {
  static const auto kernels = [] {
    std::vector<DecodeKernel> all;
    add<Bf16>(all);
    add<Fp16>(all);
    return all;
  }();
  const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const auto& kernel) {
    return kernel.fp16 == which.fp16 && kernel.headQk == which.headDim &&
           kernel.headV == which.headDimV;
  });
  return found == kernels.end() ? nullptr : &*found;
}

/// As many CTAs as run at once; split-KV: as many per item as fit twice over, so that the last wave
/// is short.
DecodeSchedule scheduleOf(const KernelCase& which, int items, int tiles, int resident) {
  if (which.kind == KernelKind::StreamK) {
    return streamK(items, tiles, resident);
  }
  const int fitting = std::max(1, 2 * resident / items);
  return splitKv(items, tiles, which.splits > 0 ? which.splits : fitting);
}

} // namespace

bool decodeSupports(const KernelCase& which, double sharedBytes) {
  const auto* kernel = kernelFor(which);
  return kernel != nullptr && kernel->sharedBytes <= sharedBytes && which.seqQ == 1 &&
         which.mask.kind == MaskKind::Dense;
}

core::Expected<Prepared> prepareDecode(const KernelCase& which, const GpuFacts& facts,
                                       const HostInputs* given) {
  const DecodeKernel& kernel = *kernelFor(which);
  const auto numbers = [&](int heads, int length, int head) {
    return static_cast<std::size_t>(which.batch) * static_cast<std::size_t>(heads) *
           static_cast<std::size_t>(length) * static_cast<std::size_t>(head);
  };
  const bool latent = which.headDim != which.headDimV;
  auto inputs = makeInputs(
      numbers(which.headsQ, 1, which.headDim), numbers(which.headsKv, which.seqKv, which.headDim),
      latent ? 0 : numbers(which.headsKv, which.seqKv, which.headDimV),
      numbers(which.headsQ, 1, which.headDimV), which.fp16, facts.l2Bytes, given);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  const auto resident = kernel.resident(kernel.sharedBytes);
  if (!resident) {
    return core::failure(resident.error());
  }
  DecodeArguments arguments;
  arguments.batch = which.batch;
  arguments.headsQ = which.headsQ;
  arguments.headsKv = which.headsKv;
  arguments.seqKv = which.seqKv;
  arguments.scale = 1 / std::sqrt(static_cast<float>(which.headDim));
  arguments.schedule =
      scheduleOf(which, which.batch * which.headsKv * rowBlocks(arguments),
                 ceilDivide(which.seqKv, kernel.keys), *resident * facts.multiprocessors);
  auto parts = Buffer::make(static_cast<std::size_t>(slots(arguments.schedule)) * kDecodeRows *
                            static_cast<std::size_t>(which.headDimV + 2) * sizeof(float));
  if (!parts) {
    return core::failure(parts.error());
  }
  arguments.parts = parts->as<float>();
  Prepared prepared;
  prepared.buffers.push_back(*parts);
  prepared.out = inputs->out.front();
  prepared.start = [arguments, sets = *inputs, begin = kernel.start](int i, cudaStream_t stream) {
    const auto set = static_cast<std::size_t>(i) % sets.count();
    auto mine = arguments;
    mine.q = sets.q[set].as<std::uint16_t>();
    mine.k = sets.k[set].as<std::uint16_t>();
    mine.v = sets.v[set].as<std::uint16_t>();
    mine.out = sets.out[set].as<std::uint16_t>();
    return begin(mine, stream);
  };
  return prepared;
}

} // namespace einsight::validation::cuda
