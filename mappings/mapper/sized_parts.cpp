#include "mappings/mapper/sized_parts.hpp"

#include "core/invariant.hpp"

#include <algorithm>

namespace einsight::mappings::sized {

PartTable::PartTable(const Mapping& mapping, const einsum::Cascade& cascade, const Plan& plan) {
  for (const auto& partition : mapping.partitions) {
    if (cascade.size(partition.variable) > 0) {
      open_.insert(open_.end(), std::next(partition.parts.begin()), partition.parts.end());
    }
  }
  for (const auto& [variable, parts] : plan.parts) {
    if (parts.size() > 1) {
      const auto first = static_cast<int>(names_.size());
      variables_.push_back(
          {cascade.size(variable), first, first + static_cast<int>(parts.size()) - 1});
    }
    for (const auto& part : parts) {
      names_.push_back(part.name);
      trips_.push_back(part.trips);
      strides_.push_back(part.stride);
      const auto at = std::find(open_.begin(), open_.end(), part.name);
      const bool inner = &part != &parts.front();
      chosen_.push_back(inner && at != open_.end() ? static_cast<int>(at - open_.begin()) : -1);
    }
  }
  EINSIGHT_INVARIANT(2 * variables_.size() + open_.size() <= 64, "a mapping has few parts");
}

int PartTable::find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  EINSIGHT_INVARIANT(found != names_.end(), "every loop is a part of the plan");
  return static_cast<int>(found - names_.begin());
}

PartSizes PartTable::asMap(std::span<const std::int64_t> sizes) const {
  PartSizes map;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    map[open_[i]] = sizes[i];
  }
  return map;
}

void PartTable::set(std::span<const std::int64_t> sizes) {
  EINSIGHT_INVARIANT(sizes.size() == open_.size(), "one size for each open part");
  pattern_ = 0;
  for (const auto& variable : variables_) {
    std::int64_t stride = 1;
    for (int part = variable.last; part >= variable.first; --part) {
      const auto at = static_cast<std::size_t>(part);
      trips_[at] = part == variable.first ? (variable.size + stride - 1) / stride
                                          : sizes[static_cast<std::size_t>(chosen_[at])];
      strides_[at] = stride;
      stride *= trips_[at];
      pattern_ = 2 * pattern_ + (trips_[at] > 1 ? 1 : 0);
    }
  }
}

std::int64_t PartTable::product(const std::vector<int>& parts) const {
  std::int64_t product = 1;
  for (const int part : parts) {
    product *= trips(part);
  }
  return product;
}

} // namespace einsight::mappings::sized
