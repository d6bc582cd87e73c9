#pragma once
#include <cstddef>

namespace einsight::sim {

/// The element with an index that the schedule gives as int.
template <class List>
auto& at(List& list, int index) {
  return list[static_cast<std::size_t>(index)];
}
template <class List>
const auto& at(const List& list, int index) {
  return list[static_cast<std::size_t>(index)];
}

} // namespace einsight::sim
