#include "einsum/cascade.hpp"

#include <algorithm>

namespace einsight::einsum {
namespace {

template <class T>
const T* find(const std::vector<T>& list, std::string_view name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const T& item) { return item.name == name; });
  return found == list.end() ? nullptr : &*found;
}

} // namespace

const Tensor* Cascade::tensor(std::string_view name) const {
  return find(data_.tensors, name);
}

const Einsum* Cascade::einsum(std::string_view name) const {
  return find(data_.einsums, name);
}

std::int64_t Cascade::size(std::string_view variable) const {
  for (const auto& [name, size] : data_.sizes) {
    if (name == variable) {
      return size;
    }
  }
  return 0;
}

std::optional<std::int64_t> Cascade::parameter(std::string_view name) const {
  const Parameter* found = find(data_.parameters, name);
  return found == nullptr ? std::nullopt : std::optional(found->value);
}

} // namespace einsight::einsum
