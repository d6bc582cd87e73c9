#include "validation/cuda/gpu/detail/context.hpp"
#include "validation/cuda/tile_order.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::validation::cuda {
namespace {

int walkOf(const KernelCase& which) {
  if (which.mask.kind == MaskKind::Neighborhood) {
    return 1;
  }
  return which.listStride > 0 ? 2 : 0;
}

std::size_t product(int a, int b, int c, int d) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c) *
         static_cast<std::size_t>(d);
}

} // namespace

const FusedKernel* fusedKernelFor(const KernelCase& which) {
  const auto& kernels =
      which.kind == KernelKind::FusedSm90 ? fusedSm90Kernels() : fusedSm80Kernels();
  const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const FusedKernel& kernel) {
    return kernel.fp16 == which.fp16 && kernel.head == which.headDim &&
           kernel.walk == walkOf(which) && kernel.weights == which.weights;
  });
  return found == kernels.end() || which.headDim != which.headDimV ? nullptr : &*found;
}

FusedPlan planFused(const KernelCase& which, int queries, int keys) {
  FusedPlan plan;
  auto& arguments = plan.arguments;
  arguments.batch = which.batch;
  arguments.headsQ = which.headsQ;
  arguments.headsKv = which.headsKv;
  arguments.scale = 1 / std::sqrt(static_cast<float>(which.headDim));
  // A sigmoid's weights add up to about as much as a softmax's (Ramapuram et al., section 3).
  arguments.bias = -std::log(static_cast<float>(which.seqKv));
  auto& shape = arguments.shape;
  shape.mask = which.mask;
  shape.seqQ = which.seqQ;
  shape.seqKv = which.seqKv;
  if (which.mask.kind == MaskKind::Neighborhood) {
    chooseTiles(shape.mask, queries, keys);
    shape.seqQ = paddedTokens(shape.mask, shape.mask.qTile);
    shape.seqKv = paddedTokens(shape.mask, shape.mask.kvTile);
  }
  arguments.section = sectionOf(arguments, which.headDim);
  if (which.listStride > 0) {
    plan.list = stridedList(ceilDivide(which.seqQ, queries), ceilDivide(which.seqKv, keys),
                            which.listStride);
  }
  return plan;
}

core::Expected<Prepared> prepareFused(const KernelCase& which, const GpuFacts& facts,
                                      const HostInputs* given) {
  const FusedKernel& kernel = *fusedKernelFor(which);
  auto plan = planFused(which, kernel.queries, kernel.keys);
  const auto& shape = plan.arguments.shape;
  const auto q = product(which.batch, which.headsQ, shape.seqQ, which.headDim);
  const auto kv = product(which.batch, which.headsKv, shape.seqKv, which.headDim);
  auto inputs = makeInputs(q, kv, kv, q, which.fp16, facts.l2Bytes, given);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  Prepared prepared;
  prepared.out = inputs->out.front();
  auto arguments = plan.arguments;
  if (!plan.list.tiles.empty()) {
    const auto copy = [&](const std::vector<int>& numbers) -> core::Expected<const int*> {
      auto buffer = Buffer::make(numbers.size() * sizeof(int));
      if (!buffer) {
        return core::failure(buffer.error());
      }
      const auto error =
          cudaMemcpy(buffer->as<void>(), numbers.data(), buffer->bytes(), cudaMemcpyHostToDevice);
      if (error != cudaSuccess) {
        return core::failure(cudaProblem("copying a list", error));
      }
      prepared.buffers.push_back(*buffer);
      return buffer->as<int>();
    };
    const auto offsets = copy(plan.list.offsets);
    const auto tiles = copy(plan.list.tiles);
    if (!offsets || !tiles) {
      return core::failure(offsets ? tiles.error() : offsets.error());
    }
    arguments.shape.list = {*offsets, *tiles};
  }
  prepared.start = [arguments, sets = *inputs, start = kernel.start](int i, cudaStream_t stream) {
    const auto set = static_cast<std::size_t>(i) % sets.count();
    auto mine = arguments;
    mine.q = sets.q[set].as<std::uint16_t>();
    mine.k = sets.k[set].as<std::uint16_t>();
    mine.v = sets.v[set].as<std::uint16_t>();
    mine.out = sets.out[set].as<std::uint16_t>();
    return start(mine, stream);
  };
  return prepared;
}

} // namespace einsight::validation::cuda
