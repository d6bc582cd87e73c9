#include "sim/cycle/at.hpp"
#include "sim/gpu/grid.hpp"

#include <algorithm>
#include <numeric>

/// SMs that all do the same at the same time, as long as CTAs take equally long.
namespace einsight::sim::gpu {
namespace {

/// Kinds of CTAs that go at the same pace: they differ in bytes at most.
bool equallyLong(const Kind& a, const Kind& b) {
  return a.body == b.body && a.iterations == b.iterations && a.masked == b.masked;
}

} // namespace

/// CTAs, from the first one on, that take equally long and wait for nobody.
std::size_t Grid::alike() const {
  if (!listless_ || kernel_.order.empty()) {
    return 0;
  }
  const auto& first = at(kernel_.kinds, kernel_.order.front());
  std::vector<bool> same;
  for (const auto& kind : kernel_.kinds) {
    same.push_back(equallyLong(kind, first));
  }
  const auto other =
      std::find_if(kernel_.order.begin(), kernel_.order.end(),
                   [&](std::int32_t kind) { return !same[static_cast<std::size_t>(kind)]; });
  return static_cast<std::size_t>(other - kernel_.order.begin());
}

/// All CTAs end, and as many take their slots. What is added to sums and taken from them is what
/// serve() would, in its order, so that not a bit differs.
bool Grid::serveAll(const std::vector<std::size_t>& all) {
  const auto& first = sms_.front();
  const double done = (first.next - first.since) / first.residents.front().progress->pace.cycles;
  pass(first.next);
  for (auto& sm : sms_) {
    sm.since = virtual_;
    for (auto& resident : sm.residents) {
      resident.progress->done += done;
    }
  }
  return replaceAll(all);
}

bool Grid::serveAlike() {
  const auto slots = sms_.size() * static_cast<std::size_t>(kernel_.residents);
  const auto ctas = alike();
  if (next_ + slots > ctas) {
    return true;
  }
  std::vector<std::size_t> all(sms_.size());
  std::iota(all.begin(), all.end(), 0);
  while (next_ + slots <= ctas) {
    if (!serveAll(all)) {
      return false;
    }
  }
  events_ = {};
  for (std::size_t i = 0; i < sms_.size(); ++i) {
    events_.push({sms_[i].next, i});
  }
  return true;
}

} // namespace einsight::sim::gpu
