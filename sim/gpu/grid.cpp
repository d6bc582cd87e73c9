#include "sim/gpu/grid.hpp"

#include "core/invariant.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace einsight::sim::gpu {
namespace {

/// Of the time: what sums of durations differ by.
constexpr double kRounding = 1e-9;

} // namespace

Grid::Grid(const Kernel& kernel, const Device& device, Paces& paces)
    : kernel_(kernel), paces_(paces), reuse_(device.l2Bytes), secondReuse_(device.l2Bytes),
      known_(static_cast<std::size_t>(kernel.residents) + 1),
      sms_(static_cast<std::size_t>(device.sms)),
      listless_(kernel.lists.empty() && kernel.awaits.empty()) {
  for (const auto& kind : kernel.kinds) {
    traffic_.push_back(traffic(kernel, device, kind));
  }
  linked_.resize(kernel.awaits.empty() ? 0 : kernel.order.size());
  for (const auto& [place, others] : kernel.awaits) {
    missing_[place] = others.size();
    linked_[static_cast<std::size_t>(place)] = true;
    for (const auto other : others) {
      awaiting_[other].push_back(place);
      linked_[static_cast<std::size_t>(other)] = true;
    }
  }
  timeline_.ctas.resize(kernel.kinds.size());
}

/// What has been done on an SM since it was looked at last, and what each of its CTAs still needs.
void Grid::advance(Sm& sm) {
  const double passed = virtual_ - sm.since;
  sm.since = virtual_;
  Progress* last = nullptr;
  double done = 0;
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  cycles_.clear();
  for (auto& resident : sm.residents) {
    if (resident.progress != last) { // most often all go at one pace
      if (last != nullptr) {
        last->done = sum;
      }
      last = resident.progress;
      done = passed / last->pace.cycles;
      sum = last->done;
    }
    resident.left -= done;
    sum += done;
    const double cycles = resident.left * last->pace.cycles;
    least = std::min(least, cycles);
    most = std::max(most, cycles);
    cycles_.push_back(cycles);
  }
  ends_ = least + kRounding * virtual_;
  allEnd_ = most <= ends_;
  if (last != nullptr) {
    last->done = sum;
  }
}

/// The CTAs that end now leave: the one with the least left, and those that differ from it by
/// rounding. Precondition: advance() has been called.
void Grid::leave(Sm& sm) {
  left_.clear();
  std::size_t stay = 0;
  for (std::size_t r = 0; r < cycles_.size(); ++r) {
    if (cycles_[r] <= ends_) {
      left_.emplace_back(sm.residents[r].place, sm.residents[r].last);
      continue;
    }
    if (stay != r) {
      sm.residents[stay] = sm.residents[r];
    }
    ++stay;
  }
  sm.residents.resize(stay);
}

/// Those that waited for this place only may begin.
void Grid::ended(std::int32_t place) {
  if (!linked(place)) {
    return;
  }
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
      timeline_.syncCycles += virtual_ - sm.since;
    }
    advance(sm);
    --sm.held;
    begin(sm.residents.emplace_back(), place, last);
    if (!replan(index)) {
      return false;
    }
  }
  return true;
}

/// The paces of an SM's CTAs, which are another number now, and when the next one ends.
bool Grid::replan(std::size_t index) {
  auto& sm = sms_[index];
  for (auto& resident : sm.residents) {
    if (resident.progress == nullptr || sm.residents.size() != sm.planned) {
      auto* now = progress(resident.kind, sm.residents.size());
      if (now == nullptr) {
        return false;
      }
      resident.progress = now;
      resident.measure();
    }
  }
  sm.planned = sm.residents.size();
  measure(sm);
  if (!sm.residents.empty()) {
    events_.push({sm.next, index});
  }
  return true;
}

/// Time until an event.
void Grid::pass(double until) {
  const double cycles = std::max(0.0, until - virtual_);
  virtual_ = until;
  if (cycles == 0) { // of several events at once
    return;
  }
  timeline_.stretches.push_back({cycles, l2_, dram_, bringing_});
  brought_ += cycles * bringing_;
}

/// An SM has nothing resident any more.
void Grid::end() {
  timeline_.endings.push_back({virtual_, timeline_.stretches.size()});
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
      timeline_.idleSms = true;
    }
  }
  return true;
}

/// The SMs on which CTAs end next, at one time but for rounding: that time.
double Grid::takeEnding() {
  ending_.clear();
  double when = 0;
  while (!events_.empty()) {
    const auto [time, index] = events_.front();
    if (!ending_.empty() && time > when * (1 + kRounding)) {
      break;
    }
    events_.pop();
    if (time != sms_[index].next) { // planned anew since
      continue;
    }
    when = ending_.empty() ? time : when;
    ending_.push_back(index);
  }
  if (ending_.size() > 1) {
    std::sort(ending_.begin(), ending_.end());
    ending_.erase(std::unique(ending_.begin(), ending_.end()), ending_.end());
  }
  return when;
}

/// CTAs end: others take their slots.
bool Grid::serve(double when) {
  pass(when);
  bool all = listless_;
  std::size_t slots = 0;
  for (const auto index : ending_) {
    advance(sms_[index]);
    all = all && allEnd_;
    slots += sms_[index].residents.size();
  }
  if (!all || next_ + slots > kernel_.order.size()) {
    return refill();
  }
  if (!replaceAll(ending_)) {
    return false;
  }
  for (const auto index : ending_) {
    events_.push({sms_[index].next, index});
  }
  return true;
}

/// Free slots of the SMs get CTAs, as long as there are any, one per SM before any gets a second.
bool Grid::refill() {
  free_.assign(ending_.size(), 0);
  for (std::size_t i = 0; i < ending_.size(); ++i) {
    if (ending_.size() > 1) {
      advance(sms_[ending_[i]]); // no time passes: what its CTAs still need
    }
    leave(sms_[ending_[i]]);
    for (const auto& [gone, last] : left_) {
      ended(gone);
      if (gone + 1 < last) {
        place(ending_[i], gone + 1, last);
      } else {
        ++free_[i];
      }
    }
  }
  for (bool given = true; given;) {
    given = false;
    for (std::size_t i = 0; i < ending_.size(); ++i) {
      if (free_[i] > 0 && launch(ending_[i])) {
        --free_[i];
        given = true;
      }
    }
  }
  for (const auto index : ending_) {
    if (sms_[index].residents.empty() && sms_[index].held == 0) {
      end();
    }
    if (!replan(index)) {
      return false;
    }
  }
  return woken_.empty() || wake();
}

core::Expected<Timeline> Grid::run() {
  if (!fill() || !serveAlike()) {
    return core::failure(problems_);
  }
  timeline_.stretches.reserve(timeline_.stretches.size() + kernel_.order.size() - begun_);
  while (!events_.empty()) {
    const double when = takeEnding();
    if (!ending_.empty() && !serve(when)) {
      return core::failure(problems_);
    }
  }
  EINSIGHT_INVARIANT(begun_ == kernel_.order.size(), "every CTA must have been given out");
  timeline_.cycles = virtual_;
  timeline_.used = used();
  return std::move(timeline_);
}

} // namespace einsight::sim::gpu
