#include "validation/cuda/gpu/detail/launch.hpp"
#include "validation/cuda/permute.hpp"

namespace einsight::validation::cuda {
namespace {

template <bool kBack>
cudaError_t begin(const PermuteArguments& given, cudaStream_t stream) {
  using Kernel = Permute<kBack>;
  const int written = kBack ? tokensOf(given.mask) : paddedTokens(given.mask, given.mask.qTile);
  const dim3 grid(static_cast<unsigned>(ceilDivide(written, Kernel::kTokens)),
                  static_cast<unsigned>(given.rows));
  return launchKernel<Kernel, Kernel::kThreads>(grid, Kernel::kSharedBytes, given, stream);
}

} // namespace

bool permuteSupports(const KernelCase& which) {
  return which.mask.kind == MaskKind::Neighborhood && which.headDim % 8 == 0 &&
         which.headDim == which.headDimV;
}

core::Expected<Prepared> preparePermute(const KernelCase& which, const GpuFacts& facts,
                                        const HostInputs* given) {
  const bool back = which.kind == KernelKind::Unpermute;
  const int inLayout = tokensOf(which.mask);
  const int inTiles = paddedTokens(which.mask, which.mask.qTile);
  const int rows = which.batch * which.headsQ;
  const auto numbers = [&](int tokens) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(tokens) *
           static_cast<std::size_t>(which.headDim);
  };
  auto inputs = makeInputs(numbers(back ? inTiles : inLayout), 0, 0,
                           numbers(back ? inLayout : inTiles), which.fp16, facts.l2Bytes, given);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  Prepared prepared;
  prepared.out = inputs->out.front();
  prepared.start = [which, rows, back, sets = *inputs](int i, cudaStream_t stream) {
    const auto set = static_cast<std::size_t>(i) % sets.count();
    const PermuteArguments arguments{sets.q[set].as<std::uint16_t>(),
                                     sets.out[set].as<std::uint16_t>(), which.mask, which.headDim,
                                     rows};
    return back ? begin<true>(arguments, stream) : begin<false>(arguments, stream);
  };
  return prepared;
}

} // namespace einsight::validation::cuda
