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
  DramTraffic dram;
  dram.addOwn(bytes);
  const auto miss = [&](Reuse& reuse, const std::vector<std::int32_t>& groups, std::size_t s) {
    const auto& stream = bytes.streams[s];
    const double all = stream.all();
    if (all <= 0) {
      return;
    }
    const double missed = reuse.misses(index < groups.size() ? groups[index] : -1, all, brought_,
                                       firstIteration(kernel_, index, s) * stream.step);
    const double added = stream.added > 0 ? missed * (stream.added / all) : 0;
    dram.addStream(missed - added, added, bytes.waste, bytes.addWaste);
  };
  miss(reuse_, kernel_.reuse, 0);
  miss(secondReuse_, kernel_.secondReuse, 1);
  timeline_.dramReadBytes += dram.read;
  timeline_.dramWriteBytes += dram.written;
  timeline_.dramMovedBytes += dram.moved;
  ++at(timeline_.ctas, kind);
  resident.whole = resident.left = 1;
  resident.dramBytes = dram.moved;
  resident.broughtBytes = dram.read + bytes.stored;
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
      resident.measure();
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
  bringing_ -= sm.brought;
  double l2 = 0;
  double dram = 0;
  double brought = 0;
  double end = std::numeric_limits<double>::infinity();
  for (const auto& resident : sm.residents) {
    end = std::min(end, virtual_ + resident.cycles());
    l2 += resident.l2();
    dram += resident.dram;
    brought += resident.brought;
  }
  sm.l2 = l2;
  sm.dram = dram;
  sm.brought = brought;
  l2_ += l2;
  dram_ += dram;
  bringing_ += brought;
  sm.next = end;
}

} // namespace einsight::sim::gpu
