#include "sim/gpu/reuse.hpp"

#include <algorithm>

namespace einsight::sim::gpu {

double Reuse::misses(std::int32_t group, double bytes, double brought, double from) {
  if (group < 0) {
    return bytes;
  }
  const auto index = static_cast<std::size_t>(group);
  if (index >= streams_.size()) {
    streams_.resize(index + 1);
  }
  const double to = from + bytes;
  double found = 0;
  kept_.clear();
  for (const auto& piece : streams_[index]) {
    if (brought - piece.brought > capacity_) {
      continue;
    }
    found += std::max(0.0, std::min(piece.to, to) - std::max(piece.from, from));
    if (piece.from < from) {
      kept_.push_back({piece.from, std::min(piece.to, from), piece.brought});
    }
    if (piece.to > to) {
      kept_.push_back({std::max(piece.from, to), piece.to, piece.brought});
    }
  }
  kept_.push_back({from, to, brought});
  streams_[index].swap(kept_);
  return std::max(0.0, bytes - found);
}

} // namespace einsight::sim::gpu
