#include "sim/cycle/at.hpp"
#include "sim/gpu/multiprocessor.hpp"
#include "sim/gpu/reuse.hpp"
#include "sim/gpu/summary.hpp"
#include "sim/gpu/timeline.hpp"
#include "sim/gpu/traffic.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace einsight::sim::gpu {
namespace {

/// Cycles of the units for one CTA of a kind, and of one warpgroup doing one step after another;
/// special functions run beside what comes before them.
struct Length {
  std::array<double, kUnits> units{};
  double inOrder = 0;
  double products = 0; ///< of the tensor cores', without what arithmetic takes from them
};

Length lengthOf(const Kernel& kernel, const Device& device, const Kind& kind) {
  Length length;
  const auto add = [&](const Part& part, double times, double masked) {
    for (const auto& step : part.steps) {
      const double cycles =
          times * exactOccupancy(step, device) + masked * step.maskedCycles / speedup(step, device);
      length.units[numberOf(step.unit)] += cycles * static_cast<double>(kernel.warpgroups);
      length.inOrder += step.unit == Step::Unit::Special ? 0 : cycles;
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

/// What a group of CTAs streams: each byte once, whoever brings it.
struct Stream {
  double bytes = 0; ///< 0: nobody streams it
  // The least of any CTA in the group.
  double added = std::numeric_limits<double>::infinity(); ///< share that is added, not read
  double moved = std::numeric_limits<double>::infinity(); ///< see DramTraffic::moved, for one byte
};

/// Bytes that a kernel must bring from DRAM and leave there at least.
DramTraffic compulsory(const Kernel& kernel, const std::vector<Traffic>& kinds) {
  constexpr double kAll = std::numeric_limits<double>::infinity();
  DramTraffic sum;
  for (const auto kind : kernel.order) {
    sum.addOwn(at(kinds, kind));
  }
  const std::array<const std::vector<std::int32_t>*, 2> groups{&kernel.reuse, &kernel.secondReuse};
  for (std::size_t s = 0; s < groups.size(); ++s) {
    if (std::all_of(kinds.begin(), kinds.end(),
                    [&](const Traffic& kind) { return kind.streams[s].all() <= 0; })) {
      continue;
    }
    std::vector<Stream> streams;
    Reuse reuse(kAll);
    for (std::size_t c = 0; c < kernel.order.size(); ++c) {
      const auto& bytes = at(kinds, kernel.order[c]);
      const auto& shared = bytes.streams[s];
      const double all = shared.all();
      if (all <= 0) {
        continue;
      }
      const auto group = c < groups[s]->size() ? (*groups[s])[c] : -1;
      if (group < 0) {
        sum.addStream(shared.loaded, shared.added, bytes.waste, bytes.addWaste);
        continue;
      }
      if (static_cast<std::size_t>(group) >= streams.size()) {
        streams.resize(static_cast<std::size_t>(group) + 1);
      }
      auto& stream = at(streams, group);
      stream.bytes += reuse.misses(group, all, 0, firstIteration(kernel, c, s) * shared.step);
      stream.added = std::min(stream.added, shared.added / all);
      stream.moved = std::min(stream.moved,
                              (shared.loaded * bytes.waste + shared.added * bytes.addWaste) / all);
    }
    for (const auto& stream : streams) {
      if (stream.bytes > 0) {
        sum.read += stream.bytes;
        sum.written += stream.bytes * stream.added;
        sum.moved += stream.bytes * stream.moved;
      }
    }
  }
  return sum;
}

/// Calls visit(sum) for every work list with what its CTA's places take together.
template <class Visit>
void visitLists(const Kernel& kernel, const std::vector<double>& ofKinds, Visit visit) {
  for (std::size_t l = 0; l < kernel.lists.size(); ++l) {
    const auto end = l + 1 < kernel.lists.size() ? static_cast<std::size_t>(kernel.lists[l + 1])
                                                 : kernel.order.size();
    double sum = 0;
    for (auto c = static_cast<std::size_t>(kernel.lists[l]); c < end; ++c) {
      sum += at(ofKinds, kernel.order[c]);
    }
    visit(sum);
  }
}

/// The work list that takes longest: what stands in one is done one after the other.
double longestList(const Kernel& kernel, const std::vector<double>& lengths) {
  double longest = 0;
  visitLists(kernel, lengths, [&](double sum) { longest = std::max(longest, sum); });
  return longest;
}

/// What a unit does at least on the SM that gets the most CTAs: no fewer than the mean, rounded up,
/// be they those with the least work.
double fullestSm(const Kernel& kernel, const std::vector<std::int64_t>& ctas, std::int64_t sms,
                 const std::vector<double>& work) {
  std::vector<std::pair<double, std::int64_t>> each; // work, and CTAs that have it
  if (kernel.lists.empty()) {
    for (std::size_t k = 0; k < ctas.size(); ++k) {
      each.emplace_back(work[k], ctas[k]);
    }
  } else {
    visitLists(kernel, work, [&](double sum) { each.emplace_back(sum, 1); });
  }
  std::sort(each.begin(), each.end());
  auto left = (ctaCount(kernel) + sms - 1) / sms;
  double sum = 0;
  for (const auto& [cycles, count] : each) {
    const auto taken = std::min(left, count);
    sum += cycles * static_cast<double>(taken);
    left -= taken;
  }
  return sum;
}

/// A unit that is busy for so long in a kernel of so many seconds.
Use usedFor(double busy, double seconds) {
  Use made;
  made.busySeconds = std::min(busy, seconds);
  made.idle = seconds - made.busySeconds;
  return made;
}

KernelTotals bound(const Kernel& kernel, const Device& device) {
  const auto ctas = ctasOf(kernel);
  const auto sms = static_cast<double>(device.sms);
  std::vector<Traffic> kinds;
  std::array<double, kUnits> units{};
  std::array<std::vector<double>, kUnits> work; ///< of a CTA, per kind
  double products = 0;
  double longest = 0;
  double l2 = 0;
  double stored = 0;
  std::vector<double> lengths; ///< of a CTA, per kind
  for (std::size_t k = 0; k < ctas.size(); ++k) {
    kinds.push_back(traffic(kernel, device, kernel.kinds[k]));
    const auto length = lengthOf(kernel, device, kernel.kinds[k]);
    const auto many = static_cast<double>(ctas[k]);
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
      units[unit] += length.units[unit] * many;
      work[unit].push_back(length.units[unit]);
    }
    products += length.products * many;
    l2 += kinds.back().l2() * many;
    stored += kinds.back().stored * many;
    lengths.push_back(std::max(*std::max_element(length.units.begin(), length.units.end()),
                               kernel.overlap ? 0 : length.inOrder));
    longest = std::max(longest, ctas[k] > 0 ? lengths.back() : 0);
  }
  longest = std::max(longest, longestList(kernel, lengths));
  for (const auto& each : work) {
    longest = std::max(longest, fullestSm(kernel, ctas, device.sms, each));
  }
  auto bytes = compulsory(kernel, kinds);
  const double evicted =
      DirtyLines{device.l2DirtyBytes, device.l2Bytes}.evicted(0, bytes.read + stored);
  bytes.written += evicted;
  bytes.moved += evicted;
  KernelTotals totals;
  totals.name = kernel.name;
  totals.hertz = device.maximumHertz;
  const auto over = [](double done, double rate) { return rate > 0 ? done / rate : 0; };
  totals.cycles = std::max({*std::max_element(units.begin(), units.end()) / sms,
                            over(l2, device.l2BytesPerCycle),
                            over(bytes.moved, device.dramBytesPerSecond) * totals.hertz, longest});
  totals.seconds = totals.cycles / totals.hertz;
  totals.dramReadBytes = bytes.read;
  totals.dramWriteBytes = bytes.written;
  totals.evictedBytes = evicted;
  totals.waves = static_cast<double>(ctaCount(kernel)) /
                 (sms * static_cast<double>(std::max<std::int64_t>(1, kernel.residents)));
  count(kernel, device, ctas, totals.hertz, totals);
  const auto use = [&](double busy) { return usedFor(busy, totals.seconds); };
  totals.units["tensor_core"] = use(products / sms / totals.hertz);
  for (std::size_t unit = 1; unit < kUnits; ++unit) {
    if (isReported(unit, units[unit])) {
      totals.units[std::string(kUnitNames[unit])] = use(units[unit] / sms / totals.hertz);
    }
  }
  totals.units["l2"] = use(over(l2, device.l2BytesPerCycle) / totals.hertz);
  totals.units["dram"] = use(over(bytes.moved, device.dramBytesPerSecond));
  return totals;
}

} // namespace

Totals analytic(const Chain& chain, const Device& device) {
  Totals totals;
  Device now = device;
  for (const auto& kernel : chain.kernels) {
    totals.kernels.push_back(bound(kernel, now));
    now.l2DirtyBytes = 0; // what the first kernel leaves of them is less than a bound may know
  }
  addLaunches(chain, device, totals);
  return totals;
}

} // namespace einsight::sim::gpu
