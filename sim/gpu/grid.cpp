#include "sim/gpu/grid.hpp"

#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace einsight::sim::gpu {
namespace {

/// Of the time: what sums of durations differ by.
constexpr double kRounding = 1e-9;

} // namespace

Grid::Grid(const Kernel& kernel, const Device& device, Bandwidth bandwidth, Paces& paces)
    : kernel_(kernel), device_(device), bandwidth_(bandwidth), paces_(paces),
      reuse_(device.l2Bytes), secondReuse_(device.l2Bytes),
      known_(static_cast<std::size_t>(kernel.residents) + 1),
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
  if (!missing_.empty()) {
    if (const auto found = missing_.find(place); found != missing_.end() && found->second > 0) {
      held_[place] = {sm, last};
      ++sms_[sm].held;
      return;
    }
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
  const Progress* last = nullptr;
  double done = 0;
  for (auto& resident : sm.residents) {
    if (resident.progress != last) { // most often all go at one pace
      last = resident.progress;
      done = passed / last->pace.cycles;
    }
    resident.left -= done;
    resident.progress->done += done;
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
    auto* now = progress(resident.kind, sm.residents.size());
    if (now == nullptr) {
      return false;
    }
    if (resident.progress != now) {
      resident.progress = now;
      resident.dram = resident.dramBytes / (resident.whole * now->pace.cycles);
    }
    end = std::min(end, virtual_ + resident.cycles());
    sm.l2 += now->l2 / resident.whole;
    sm.dram += resident.dram;
  }
  l2_ += sm.l2;
  dram_ += sm.dram;
  sm.next = end;
  if (!sm.residents.empty()) {
    events_.push({end, index});
  }
  return true;
}

/// Time until an event: longer than at full speed when more is asked for than there is.
void Grid::pass(double until) {
  const double cycles = std::max(0.0, until - virtual_);
  virtual_ = until;
  if (cycles == 0) { // of several events at once
    return;
  }
  const double l2 = bandwidth_.l2 > 0 ? l2_ / bandwidth_.l2 : 0;
  const double dram = bandwidth_.dram > 0 ? dram_ / bandwidth_.dram : 0;
  const double slower = std::max({1.0, l2, dram});
  totals_.l2Limits = totals_.l2Limits || (l2 > 1 && l2 == slower);
  totals_.dramLimits = totals_.dramLimits || (dram > 1 && dram == slower);
  lost_ += cycles * (slower - 1);
  brought_ += cycles * dram_;
}

/// An SM has nothing resident any more.
void Grid::end() {
  totals_.activeCycles += now();
  totals_.slowedCycles += lost_;
  totals_.firstIdle = std::min(totals_.firstIdle, now());
}

/// The first CTAs, in every slot of every SM.
bool Grid::fill() {
  for (std::int64_t slot = 0; slot < kernel_.residents; ++slot) {
    for (std::size_t sm = 0; sm < sms_.size(); ++sm) {
      launch(sm);
    }
  }
  for (std::size_t i = 0; i < sms_.size(); ++i) {
    for (auto& resident : sms_[i].residents) {
      const auto* progress = this->progress(resident.kind, sms_[i].residents.size());
      if (progress == nullptr) {
        return false;
      }
      resident.left = resident.whole = 1 + progress->pace.start / progress->pace.cycles;
    }
    if (!replan(i)) {
      return false;
    }
    if (sms_[i].residents.empty() && sms_[i].held == 0) {
      totals_.firstIdle = 0;
    }
  }
  return true;
}

/// CTAs of an SM end: others take their slots.
bool Grid::serve(double when, std::size_t index) {
  auto& sm = sms_[index];
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
  return replan(index) && (woken_.empty() || wake());
}

core::Expected<GridTotals> Grid::run() {
  totals_.firstIdle = std::numeric_limits<double>::infinity();
  if (!fill() || !serveAlike()) {
    return core::failure(problems_);
  }
  while (!events_.empty()) {
    const auto [when, index] = events_.pop();
    if (when != sms_[index].next) { // planned anew since
      continue;
    }
    if (!serve(when, index)) {
      return core::failure(problems_);
    }
  }
  EINSIGHT_INVARIANT(begun_ == kernel_.order.size(), "every CTA must have been given out");
  totals_.cycles = now();
  addWaits();
  return totals_;
}

} // namespace einsight::sim::gpu
