#include "sim/cycle/at.hpp"
#include "sim/gpu/multiprocessor.hpp"
#include "sim/gpu/reuse.hpp"
#include "sim/gpu/summary.hpp"
#include "sim/gpu/traffic.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace einsight::sim::gpu {
namespace {

/// Cycles of tensor cores and lanes for one CTA of a kind, and of one warpgroup doing one step
/// after another.
struct Length {
  std::array<double, 2> units{};
  double inOrder = 0;
  double products = 0; ///< of the tensor cores', without what arithmetic takes from them
};

Length lengthOf(const Kernel& kernel, const Device& device, const Kind& kind) {
  Length length;
  const auto add = [&](const Part& part, double times, double masked) {
    for (const auto& step : part.steps) {
      const double cycles =
          times * exactOccupancy(step, device) +
          masked * step.maskedCycles /
              (step.unit == Step::Unit::Tensor ? device.tensorSpeedup : device.lanesSpeedup);
      length.units[step.unit == Step::Unit::Tensor ? 0 : 1] +=
          cycles * static_cast<double>(kernel.warpgroups);
      length.inOrder += cycles;
    }
  };
  const auto parts = partsOf(kernel, kind);
  add(parts.prologue, 1, 0);
  add(parts.iteration, static_cast<double>(kind.iterations),
      static_cast<double>(std::min(kind.masked, kind.iterations)));
  add(parts.epilogue, 1, 0);
  length.products = length.units[0];
  length.units[0] += kernel.issueShare * length.units[1];
  return length;
}

/// Bytes that a kernel must bring from DRAM at least: of what a group shares, each byte once,
/// whoever brings it, so with the least waste of any in the group.
struct Compulsory {
  double read = 0, written = 0, moved = 0;
};

Compulsory compulsory(const Kernel& kernel, const std::vector<Traffic>& kinds) {
  Compulsory sum;
  constexpr double kAll = std::numeric_limits<double>::infinity();
  struct Stream {
    double bytes = 0;
    double waste = kAll; ///< still so: nobody reads it
  };
  std::array<std::vector<Stream>, 2> streams; ///< per group, then those of second groups
  Reuse first(kAll);
  Reuse other(kAll);
  const auto share = [&](bool second, std::int32_t group, double bytes, double from, double waste) {
    if (bytes <= 0) {
      return;
    }
    if (group < 0) {
      sum.read += bytes;
      sum.moved += bytes * waste;
      return;
    }
    auto& all = streams[second ? 1 : 0];
    if (static_cast<std::size_t>(group) >= all.size()) {
      all.resize(static_cast<std::size_t>(group) + 1);
    }
    auto& stream = at(all, group);
    stream.bytes += (second ? other : first).misses(group, bytes, 0, from);
    stream.waste = std::min(stream.waste, waste);
  };
  for (std::size_t c = 0; c < kernel.order.size(); ++c) {
    const auto& bytes = at(kinds, kernel.order[c]);
    sum.read += bytes.own;
    sum.written += bytes.written;
    sum.moved += bytes.own * bytes.waste + bytes.written * bytes.writeWaste;
    const double from = c < kernel.from.size() ? static_cast<double>(kernel.from[c]) : 0;
    share(false, c < kernel.reuse.size() ? kernel.reuse[c] : -1, bytes.stream,
          from * bytes.streamStep, bytes.waste);
    share(true, c < kernel.secondReuse.size() ? kernel.secondReuse[c] : -1, bytes.second,
          from * bytes.secondStep, bytes.waste);
  }
  for (const auto& all : streams) {
    for (const auto& stream : all) {
      if (stream.waste < kAll) {
        sum.read += stream.bytes;
        sum.moved += stream.bytes * stream.waste;
      }
    }
  }
  return sum;
}

/// The work list that takes longest: what stands in one is done one after the other.
double longestList(const Kernel& kernel, const std::vector<double>& lengths) {
  double longest = 0;
  for (std::size_t l = 0; l < kernel.lists.size(); ++l) {
    const auto end = l + 1 < kernel.lists.size() ? static_cast<std::size_t>(kernel.lists[l + 1])
                                                 : kernel.order.size();
    double sum = 0;
    for (auto c = static_cast<std::size_t>(kernel.lists[l]); c < end; ++c) {
      sum += at(lengths, kernel.order[c]);
    }
    longest = std::max(longest, sum);
  }
  return longest;
}

KernelTotals bound(const Kernel& kernel, const Device& device) {
  const auto ctas = ctasOf(kernel);
  const auto sms = static_cast<double>(device.sms);
  std::vector<Traffic> kinds;
  std::array<double, 2> units{};
  double products = 0;
  double longest = 0;
  double l2 = 0;
  std::vector<double> lengths; ///< of a CTA, per kind
  for (std::size_t k = 0; k < ctas.size(); ++k) {
    kinds.push_back(traffic(kernel, device, kernel.kinds[k]));
    const auto length = lengthOf(kernel, device, kernel.kinds[k]);
    const auto many = static_cast<double>(ctas[k]);
    units[0] += length.units[0] * many;
    units[1] += length.units[1] * many;
    products += length.products * many;
    l2 += kinds.back().l2() * many;
    lengths.push_back(
        std::max({length.units[0], length.units[1], kernel.overlap ? 0 : length.inOrder}));
    longest = std::max(longest, ctas[k] > 0 ? lengths.back() : 0);
  }
  longest = std::max(longest, longestList(kernel, lengths));
  const auto bytes = compulsory(kernel, kinds);
  KernelTotals totals;
  totals.name = kernel.name;
  totals.hertz = device.maximumHertz;
  const auto over = [](double work, double rate) { return rate > 0 ? work / rate : 0; };
  totals.cycles = std::max({units[0] / sms, units[1] / sms, over(l2, device.l2BytesPerCycle),
                            over(bytes.moved, device.dramBytesPerSecond) * totals.hertz, longest});
  totals.seconds = totals.cycles / totals.hertz;
  totals.dramReadBytes = bytes.read;
  totals.dramWriteBytes = bytes.written;
  totals.waves = static_cast<double>(ctaCount(kernel)) /
                 (sms * static_cast<double>(std::max<std::int64_t>(1, kernel.residents)));
  count(kernel, device, ctas, totals.hertz, totals);
  const auto use = [&](double busy) {
    Use made;
    made.busySeconds = std::min(busy, totals.seconds);
    made.idle = totals.seconds - made.busySeconds;
    return made;
  };
  totals.units["tensor_core"] = use(products / sms / totals.hertz);
  totals.units["lanes"] = use(units[1] / sms / totals.hertz);
  totals.units["l2"] = use(over(l2, device.l2BytesPerCycle) / totals.hertz);
  totals.units["dram"] = use(over(bytes.moved, device.dramBytesPerSecond));
  return totals;
}

} // namespace

Totals analytic(const Chain& chain, const Device& device) {
  Totals totals;
  for (const auto& kernel : chain.kernels) {
    totals.kernels.push_back(bound(kernel, device));
  }
  addLaunches(chain, device, totals);
  return totals;
}

} // namespace einsight::sim::gpu
