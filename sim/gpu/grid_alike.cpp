#include "sim/cycle/at.hpp"
#include "sim/gpu/grid.hpp"

#include <algorithm>

/// SMs that all do the same at the same time, as long as the CTAs are alike.
namespace einsight::sim::gpu {

/// CTAs, from the first one on, of one kind that shares nothing and waits for nobody.
std::size_t Grid::alike() const {
  if (!kernel_.lists.empty() || !kernel_.awaits.empty() || kernel_.order.empty()) {
    return 0;
  }
  const auto kind = kernel_.order.front();
  const auto& bytes = at(traffic_, kind);
  if (bytes.stream > 0 || bytes.second > 0) {
    return 0;
  }
  const auto other = std::find_if(kernel_.order.begin(), kernel_.order.end(),
                                  [&](std::int32_t each) { return each != kind; });
  return static_cast<std::size_t>(other - kernel_.order.begin());
}

/// The first SM does what all do; of the others only the sums are kept, each in the order in which
/// SMs one by one would have added to it, so that not a bit differs.
bool Grid::serveAll() {
  auto& sm = sms_.front();
  const auto others = sms_.size() - 1;
  const double when = sm.next;
  const double l2 = sm.l2;
  const double dram = sm.dram;
  const auto begun = begun_;
  const auto residents = sm.residents.size();
  auto& progress = *sm.residents.front().progress;
  const double done = (when - sm.since) / progress.pace.cycles;
  if (!serve(when, 0)) {
    return false;
  }
  const auto ctas = others * (begun_ - begun);
  const auto& last = sm.residents.back();
  const auto& bytes = at(traffic_, last.kind);
  for (std::size_t i = 0; i < others * residents; ++i) {
    progress.done += done;
  }
  for (std::size_t i = 0; i < ctas; ++i) {
    totals_.dramReadBytes += bytes.own;
    totals_.dramWriteBytes += bytes.written;
    totals_.dramMovedBytes += last.dramBytes;
  }
  for (std::size_t i = 0; i < others; ++i) {
    l2_ = l2_ - l2 + sm.l2;
    dram_ = dram_ - dram + sm.dram;
  }
  at(totals_.ctas, last.kind) += static_cast<std::int64_t>(ctas);
  begun_ += ctas;
  next_ += ctas;
  return true;
}

bool Grid::serveAlike() {
  const auto slots = sms_.size() * static_cast<std::size_t>(kernel_.residents);
  const auto ctas = alike();
  if (next_ + slots > ctas) {
    return true;
  }
  while (next_ + slots <= ctas) {
    if (!serveAll()) {
      return false;
    }
  }
  events_ = {};
  for (std::size_t i = 0; i < sms_.size(); ++i) {
    sms_[i] = sms_.front();
    events_.push({sms_[i].next, i});
  }
  return true;
}

} // namespace einsight::sim::gpu
