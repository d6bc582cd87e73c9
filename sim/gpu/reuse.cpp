#include "sim/gpu/reuse.hpp"

#include <algorithm>

namespace einsight::sim::gpu {

double Reuse::misses(std::int32_t group, double bytes, double brought) {
  if (group < 0) {
    return bytes;
  }
  const auto index = static_cast<std::size_t>(group);
  if (index >= starts_.size()) {
    starts_.resize(index + 1);
  }
  auto& starts = starts_[index];
  const auto known = std::find_if(starts.begin(), starts.end(), [&](const Start& start) {
    return brought - start.brought <= capacity_;
  });
  starts.erase(starts.begin(), known);
  const double found = starts.empty() ? 0 : std::min(bytes, starts.front().bytes);
  while (!starts.empty() && starts.back().bytes <= bytes) {
    starts.pop_back();
  }
  starts.push_back({brought, bytes});
  return bytes - found;
}

} // namespace einsight::sim::gpu
