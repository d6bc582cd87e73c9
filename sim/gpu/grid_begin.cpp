#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"
#include "sim/gpu/grid.hpp"

#include <algorithm>
#include <limits>

/// CTAs that begin.
namespace einsight::sim::gpu {

/// The next CTA on a free slot. False when there is none left.
bool Grid::launch(std::size_t sm) {
  if (next_ >= static_cast<std::size_t>(ctaCount(kernel_))) {
    return false;
  }
  const auto cta = next_++;
  const auto& lists = kernel_.lists;
  const auto first = lists.empty() ? static_cast<std::int32_t>(cta) : lists[cta];
  const auto last = lists.empty()            ? first + 1
                    : cta + 1 < lists.size() ? lists[cta + 1]
                                             : static_cast<std::int32_t>(kernel_.order.size());
  EINSIGHT_INVARIANT(first < last, "a work list must not be empty");
  place(sm, first, last);
  return true;
}

/// A CTA comes to a place of its list: it begins, or its slot waits.
void Grid::place(std::size_t sm, std::int32_t place, std::int32_t last) {
  if (linked(place)) {
    if (const auto found = missing_.find(place); found != missing_.end() && found->second > 0) {
      held_[place] = {sm, last};
      ++sms_[sm].held;
      return;
    }
  }
  begin(sms_[sm].residents.emplace_back(), place, last);
}

/// A CTA begins with a place: what it brings counts from now on.
void Grid::begin(Resident& resident, std::int32_t place, std::int32_t last) {
  const auto index = static_cast<std::size_t>(place);
  const auto kind = kernel_.order[index];
  const auto& bytes = at(traffic_, kind);
  const double from = index < kernel_.from.size() ? static_cast<double>(kernel_.from[index]) : 0;
  const auto missed = [&](Reuse& reuse, const std::vector<std::int32_t>& groups, double stream,
                          double step) {
    return stream > 0 ? reuse.misses(index < groups.size() ? groups[index] : -1, stream, brought_,
                                     from * step)
                      : 0;
  };
  const double read = bytes.own + missed(reuse_, kernel_.reuse, bytes.stream, bytes.streamStep) +
                      missed(secondReuse_, kernel_.secondReuse, bytes.second, bytes.secondStep);
  const double moved = read * bytes.waste + bytes.written * bytes.writeWaste;
  timeline_.dramReadBytes += read;
  timeline_.dramWriteBytes += bytes.written;
  timeline_.dramMovedBytes += moved;
  ++at(timeline_.ctas, kind);
  resident.whole = resident.left = 1;
  resident.dramBytes = moved;
  resident.progress = nullptr;
  resident.kind = kind;
  resident.place = place;
  resident.last = last;
  ++begun_;
}

/// All CTAs of these SMs have ended; as many others begin, one per SM before any gets a second.
bool Grid::replaceAll(const std::vector<std::size_t>& sms) {
  std::size_t slots = 0;
  for (const auto index : sms) {
    slots = std::max(slots, sms_[index].residents.size());
  }
  for (std::size_t slot = 0; slot < slots; ++slot) {
    for (const auto index : sms) {
      auto& residents = sms_[index].residents;
      if (slot >= residents.size()) {
        continue;
      }
      auto& resident = residents[slot];
      const auto place = static_cast<std::int32_t>(next_++);
      begin(resident, place, place + 1);
      resident.progress = progress(resident.kind, residents.size());
      if (resident.progress == nullptr) {
        return false;
      }
      resident.dram = resident.dramBytes / resident.progress->pace.cycles;
    }
  }
  for (const auto index : sms) {
    measure(sms_[index]);
  }
  return true;
}

/// When the SM's next CTA ends, and what it asks for until then, from its residents' paces.
void Grid::measure(Sm& sm) {
  l2_ -= sm.l2;
  dram_ -= sm.dram;
  double l2 = 0;
  double dram = 0;
  double end = std::numeric_limits<double>::infinity();
  for (const auto& resident : sm.residents) {
    end = std::min(end, virtual_ + resident.cycles());
    l2 += resident.l2();
    dram += resident.dram;
  }
  sm.l2 = l2;
  sm.dram = dram;
  l2_ += l2;
  dram_ += dram;
  sm.next = end;
}

} // namespace einsight::sim::gpu
