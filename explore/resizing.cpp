#include "explore/resizing.hpp"

#include "einsum/walk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace einsight::explore {
namespace {

std::set<std::string> indexTensors(const einsum::Cascade& cascade) {
  std::set<std::string> out;
  for (const auto& einsum : cascade.einsums()) {
    for (const auto* access : einsum::accesses(einsum.expression)) {
      for (const auto& index : access->indices) {
        out.insert(index.gatherTensor);
      }
    }
  }
  return out;
}

/// The first input whose shape the other cascade has changed.
const einsum::Tensor* changed(const einsum::Cascade& before, const einsum::Cascade& after) {
  const auto lists = indexTensors(before);
  for (const auto& tensor : before.tensors()) {
    const auto* now = after.tensor(tensor.name);
    if (tensor.input && lists.count(tensor.name) == 0 && now != nullptr &&
        now->shape != tensor.shape) {
      return now;
    }
  }
  return nullptr;
}

} // namespace

core::Problems resizing(const core::Settings& wishes, const PointRequest& request,
                        const einsum::Cascade& before, Inputs& inputs,
                        const std::function<core::Where(const std::string&)>& where) {
  core::Problems out;
  for (const auto& [name, value] : wishes) {
    auto settings = request.workloadSettings;
    if (!settings.emplace(name, value).second) {
      continue; // the user's own
    }
    const auto cascade = inputs.cascade(request.workload, settings);
    const auto* tensor = *cascade ? changed(before, **cascade) : nullptr;
    if (tensor != nullptr) {
      out.push_back(
          {where(name),
           fmt::format("{} = {} makes input {} {}, where the workload has {}: a mapping "
                       "says how a workload is cut, not how large it is",
                       name, value.toString(), tensor->name, fmt::join(tensor->shape, " x "),
                       fmt::join(before.tensor(tensor->name)->shape, " x ")),
           fmt::format("set it with --set {}={}", name, value.toString())});
    }
  }
  return out;
}

} // namespace einsight::explore
