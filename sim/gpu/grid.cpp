#include "sim/gpu/grid.hpp"

#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace einsight::sim::gpu {
namespace {

/// Of the time: what sums of durations differ by.
constexpr double kRounding = 1e-9;
constexpr std::greater<> kEarliest;

} // namespace

Grid::Grid(const Kernel& kernel, const Device& device, Bandwidth bandwidth, Paces& paces)
    : kernel_(kernel), device_(device), bandwidth_(bandwidth), paces_(paces),
      reuse_(device.l2Bytes), secondReuse_(device.l2Bytes),
      known_(static_cast<std::size_t>(kernel.residents) + 1), done_(known_.size()),
      sms_(static_cast<std::size_t>(device.sms)) {
  for (const auto& kind : kernel.kinds) {
    traffic_.push_back(traffic(kernel, device, kind));
  }
  for (const auto& [place, others] : kernel.awaits) {
    missing_[place] = others.size();
    for (const auto other : others) {
      awaiting_[other].push_back(place);
    }
  }
  totals_.ctas.resize(kernel.kinds.size());
}

core::Expected<const Pace*> Grid::pace(std::int32_t kind, std::size_t residents) {
  auto& known = known_[residents];
  if (known.empty()) {
    known.resize(kernel_.kinds.size());
    done_[residents].resize(kernel_.kinds.size());
  }
  auto& pace = at(known, kind);
  if (pace.cycles <= 0) {
    const auto found = paces_.of(kind, static_cast<std::int64_t>(residents));
    if (!found) {
      return core::failure(found.error());
    }
    pace = *found;
    // A CTA that does nothing still ends after it has started.
    pace.cycles = std::max(pace.cycles, kRounding);
  }
  return &pace;
}

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
  if (const auto found = missing_.find(place); found != missing_.end() && found->second > 0) {
    held_[place] = {sm, last};
    ++sms_[sm].held;
    return;
  }
  begin(sms_[sm], place, last);
}

void Grid::begin(Sm& sm, std::int32_t place, std::int32_t last) {
  const auto index = static_cast<std::size_t>(place);
  Resident resident;
  resident.kind = kernel_.order[index];
  resident.place = place;
  resident.last = last;
  const auto& bytes = at(traffic_, resident.kind);
  const double from = index < kernel_.from.size() ? static_cast<double>(kernel_.from[index]) : 0;
  const auto missed = [&](Reuse& reuse, const std::vector<std::int32_t>& groups, double stream,
                          double step) {
    return stream > 0 ? reuse.misses(index < groups.size() ? groups[index] : -1, stream, brought_,
                                     from * step)
                      : 0;
  };
  const double read = bytes.own + missed(reuse_, kernel_.reuse, bytes.stream, bytes.streamStep) +
                      missed(secondReuse_, kernel_.secondReuse, bytes.second, bytes.secondStep);
  resident.dramBytes = read * bytes.waste + bytes.written * bytes.writeWaste;
  resident.left = 1;
  totals_.dramReadBytes += read;
  totals_.dramWriteBytes += bytes.written;
  totals_.dramMovedBytes += resident.dramBytes;
  ++at(totals_.ctas, resident.kind);
  sm.residents.push_back(resident);
  ++begun_;
}

/// What has been done on an SM since it was looked at last.
void Grid::advance(Sm& sm) {
  const double passed = virtual_ - sm.since;
  sm.since = virtual_;
  for (auto& resident : sm.residents) {
    const double done = passed / resident.pace->cycles;
    resident.left -= done;
    *resident.done += done;
  }
}

/// The CTAs that end now leave: the one with the least left, and those that differ from it by
/// rounding.
void Grid::leave(Sm& sm, double rounding) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& resident : sm.residents) {
    least = std::min(least, resident.cycles());
  }
  left_.clear();
  std::erase_if(sm.residents, [&](const Resident& resident) {
    const bool leaves = resident.cycles() <= least + rounding;
    if (leaves) {
      left_.push_back(resident);
    }
    return leaves;
  });
}

/// Those that waited for this place only may begin.
void Grid::ended(std::int32_t place) {
  const auto found = awaiting_.find(place);
  if (found == awaiting_.end()) {
    return;
  }
  for (const auto waiting : found->second) {
    if (--missing_.at(waiting) == 0 && held_.contains(waiting)) {
      woken_.push_back(waiting);
    }
  }
}

/// CTAs go on that others have let go.
bool Grid::wake() {
  for (const auto place : std::exchange(woken_, {})) {
    const auto [index, last] = held_.at(place);
    held_.erase(place);
    auto& sm = sms_[index];
    if (sm.residents.empty()) { // both units stood still
      for (auto& waits : totals_.waits) {
        waits[static_cast<std::size_t>(Wait::Sync)] += virtual_ - sm.since;
      }
    }
    advance(sm);
    --sm.held;
    begin(sm, place, last);
    if (!replan(index)) {
      return false;
    }
  }
  return true;
}

/// When the SM's next CTA ends, and what it asks for until then.
bool Grid::replan(std::size_t index) {
  auto& sm = sms_[index];
  l2_ -= sm.l2;
  dram_ -= sm.dram;
  sm.l2 = sm.dram = 0;
  double end = std::numeric_limits<double>::infinity();
  for (auto& resident : sm.residents) {
    const auto pace = this->pace(resident.kind, sm.residents.size());
    if (!pace) {
      problems_ = pace.error();
      return false;
    }
    resident.pace = *pace;
    resident.done = &at(done_[sm.residents.size()], resident.kind);
    const double cycles = resident.pace->cycles;
    end = std::min(end, virtual_ + resident.cycles());
    sm.l2 += at(traffic_, resident.kind).l2() / cycles;
    sm.dram += resident.dramBytes / cycles;
  }
  l2_ += sm.l2;
  dram_ += sm.dram;
  sm.next = end;
  if (!sm.residents.empty()) {
    events_.emplace_back(end, index);
    std::push_heap(events_.begin(), events_.end(), kEarliest);
  }
  return true;
}

/// Time until an event: longer than at full speed when more is asked for than there is.
void Grid::pass(double until) {
  const double cycles = std::max(0.0, until - virtual_);
  const double slower = std::max({1.0, bandwidth_.l2 > 0 ? l2_ / bandwidth_.l2 : 0,
                                  bandwidth_.dram > 0 ? dram_ / bandwidth_.dram : 0});
  lost_ += cycles * (slower - 1);
  brought_ += cycles * dram_;
  virtual_ = until;
}

/// Why units stood still, at every pace in proportion to what was done at it.
void Grid::addWaits() {
  for (std::size_t residents = 0; residents < known_.size(); ++residents) {
    for (std::size_t kind = 0; kind < known_[residents].size(); ++kind) {
      for (std::size_t unit = 0; unit < 2; ++unit) {
        for (std::size_t w = 0; w < kWaits; ++w) {
          totals_.waits[unit][w] += done_[residents][kind] * known_[residents][kind].waits[unit][w];
        }
      }
    }
  }
}

/// An SM has nothing resident any more.
void Grid::end() {
  totals_.activeCycles += now();
  totals_.slowedCycles += lost_;
  totals_.firstIdle = std::min(totals_.firstIdle, now());
}

core::Expected<GridTotals> Grid::run() {
  totals_.firstIdle = std::numeric_limits<double>::infinity();
  for (std::int64_t slot = 0; slot < kernel_.residents; ++slot) {
    for (std::size_t sm = 0; sm < sms_.size(); ++sm) {
      launch(sm);
    }
  }
  for (std::size_t i = 0; i < sms_.size(); ++i) {
    for (auto& resident : sms_[i].residents) {
      const auto pace = this->pace(resident.kind, sms_[i].residents.size());
      if (!pace) {
        return core::failure(pace.error());
      }
      resident.left = 1 + (*pace)->start / (*pace)->cycles;
    }
    if (!replan(i)) {
      return core::failure(problems_);
    }
    if (sms_[i].residents.empty() && sms_[i].held == 0) {
      totals_.firstIdle = 0;
    }
  }
  while (!events_.empty()) {
    std::pop_heap(events_.begin(), events_.end(), kEarliest);
    const auto [when, index] = events_.back();
    events_.pop_back();
    auto& sm = sms_[index];
    if (when != sm.next) { // planned anew since
      continue;
    }
    pass(when);
    advance(sm);
    leave(sm, kRounding * virtual_);
    for (const auto& left : left_) {
      ended(left.place);
      if (left.place + 1 < left.last) {
        place(index, left.place + 1, left.last);
      } else {
        launch(index);
      }
    }
    if (sm.residents.empty() && sm.held == 0) {
      end();
    }
    if (!replan(index) || !wake()) {
      return core::failure(problems_);
    }
  }
  EINSIGHT_INVARIANT(begun_ == kernel_.order.size(), "every CTA must have been given out");
  totals_.cycles = now();
  addWaits();
  return totals_;
}

} // namespace einsight::sim::gpu
