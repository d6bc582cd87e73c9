#include "mappings/mapper/nest.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::mappings::mapper {
namespace {

std::int64_t ceilDiv(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

} // namespace

std::int64_t Nested::inside(int variable, const std::vector<int>& fixed) const {
  std::int64_t values = size(variable);
  for (const int number : fixed) {
    if (loop(number).variable == variable) {
      values = std::min(values, loop(number).stride);
    }
  }
  return values;
}

int Nested::makerOf(int tensor) const {
  for (std::size_t l = 0; l < leaves.size(); ++l) {
    if (einsum(leaves[l]).output.tensor == tensor) {
      return static_cast<int>(l);
    }
  }
  return -1;
}

Iterations::Iterations(const Nested& nested, const std::vector<int>& loops,
                       const std::vector<ClipFact>& clips)
    : nested_(nested), clips_(clips), trips_(nested.tiles.size(), 1),
      strides_(nested.tiles.size(), 0) {
  for (const int number : loops) {
    const auto& loop = nested.loop(number);
    const auto v = static_cast<std::size_t>(loop.variable);
    trips_[v] *= loop.trips;
    strides_[v] = strides_[v] == 0 ? loop.stride : std::min(strides_[v], loop.stride);
  }
}

void Iterations::from(int variable, std::int64_t first) {
  const auto trips = trips_[static_cast<std::size_t>(variable)];
  share_ *=
      static_cast<double>(std::max<std::int64_t>(0, trips - first)) / static_cast<double>(trips);
}

void Iterations::afterFirst(const std::vector<int>& loops) {
  double all = 1;
  for (const int number : loops) {
    all *= static_cast<double>(nested_.loop(number).trips);
  }
  share_ *= (all - 1) / all;
}

/// A rank variable that stands for a short last part of `outer` while this one moves.
const ClipFact* Iterations::clipOf(int variable) const {
  for (const auto& clip : clips_) {
    const auto outer = static_cast<std::size_t>(clip.outer);
    const bool moves = strides_[outer] == 1 || nested_.size(clip.outer) == 1;
    if (clip.variable == variable && moves && strides_[static_cast<std::size_t>(variable)] == 0) {
      return &clip;
    }
  }
  return nullptr;
}

void Iterations::addClasses(const Factor& factor, std::vector<Classes>& lists) const {
  const auto v = static_cast<std::size_t>(factor.variable);
  const auto value = [&](std::int64_t extent) {
    return static_cast<double>(ceilDiv(extent, factor.divisor));
  };
  const auto size = nested_.size(factor.variable);
  if (const auto* clip = clipOf(factor.variable)) {
    const auto outer = nested_.size(clip->outer);
    const auto full =
        std::clamp<std::int64_t>((clip->total - size) / clip->coefficient + 1, 0, outer);
    const auto rest = full < outer ? clip->total - full * clip->coefficient : 0;
    lists.push_back({{static_cast<double>(full), value(size)}});
    if (rest > 0) {
      lists.back().push_back({1, value(rest)});
    }
    return;
  }
  if (strides_[v] == 0) {
    lists.push_back({{1, value(size)}});
    return;
  }
  const auto whole = size / strides_[v];
  lists.push_back({{static_cast<double>(whole), value(strides_[v])}});
  if (size % strides_[v] > 0) {
    lists.back().push_back({1, value(size % strides_[v])});
  }
}

double Iterations::sum(const std::vector<Factor>& factors, double scale, double unit) const {
  std::vector<Classes> lists;
  Variables done = 0;
  for (const auto& factor : factors) {
    done |= only(factor.variable);
    if (const auto* clip = clipOf(factor.variable)) {
      done |= only(clip->outer);
    }
  }
  Variables passed = 0; // outer parts whose iterations a clipped variable counts
  for (const auto& factor : factors) {
    if (const auto* clip = clipOf(factor.variable)) {
      passed |= only(clip->outer);
    }
  }
  for (const auto& factor : factors) {
    if (!has(passed, factor.variable)) {
      addClasses(factor, lists);
    }
  }
  double times = share_;
  for (std::size_t v = 0; v < trips_.size(); ++v) {
    times *= has(done, static_cast<int>(v)) ? 1 : static_cast<double>(trips_[v]);
  }
  double total = 0;
  std::vector<std::size_t> at(lists.size(), 0);
  for (;;) { // every combination of full and short tiles
    double count = times;
    double product = scale;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      count *= lists[i][at[i]].times;
      product *= lists[i][at[i]].value;
    }
    total += count == 0 ? 0 : count * std::ceil(product / unit);
    std::size_t i = 0;
    while (i < lists.size() && ++at[i] == lists[i].size()) {
      at[i++] = 0;
    }
    if (i == lists.size()) {
      return total;
    }
  }
}

} // namespace einsight::mappings::mapper
