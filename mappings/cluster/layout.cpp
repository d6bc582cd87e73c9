#include "mappings/cluster/layout.hpp"

#include "core/invariant.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>

namespace einsight::mappings::cluster {
namespace {

constexpr std::int64_t kMostTrips = 4096;

std::int64_t productOf(const std::vector<std::string>& axes,
                       const std::map<std::string, std::int64_t>& sizes) {
  std::int64_t product = 1;
  for (const auto& axis : axes) {
    const auto found = sizes.find(axis);
    product *= found == sizes.end() ? 1 : found->second;
  }
  return product;
}

} // namespace

Layout::Layout(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Cluster& cluster,
               core::Problems& problems)
    : mapping_(mapping), cascade_(cascade) {
  for (const auto& parameter : cascade.parameters()) {
    values_.insert_or_assign(parameter.name, core::Rational(parameter.value));
  }
  if (!findDevices(cluster, problems)) {
    return;
  }
  evaluateAxes(problems);
  divideParameters(problems);
  findMask(problems);
  checkTokens(problems);
  checkTensors(problems);
}

bool Layout::findDevices(const arch::Cluster& cluster, core::Problems& problems) {
  std::vector<std::string> known;
  std::vector<const arch::DeviceGroup*> found;
  for (const auto& group : cluster.data().groups) {
    known.push_back(group.name);
    if (mapping_.group.empty() ? group.gpu() != nullptr : group.name == mapping_.group) {
      found.push_back(&group);
    }
  }
  if (found.size() != 1) {
    problems.push_back(
        {mapping_.where,
         mapping_.group.empty()
             ? fmt::format("'{}' has {} groups of GPUs, the mapping does not say which it is for",
                           cluster.name(), found.size())
             : fmt::format("'{}' has no devices '{}'", cluster.name(), mapping_.group),
         "write devices: NAME; " + core::suggestion(mapping_.group, known)});
    return false;
  }
  group_ = found.front();
  devices_ = cluster.members(group_->name);
  values_["devices"] = core::Rational(static_cast<std::int64_t>(devices_.size()));
  return true;
}

std::optional<core::Rational> Layout::evaluate(const Number& number, const Values& values,
                                               core::Problems& problems) const {
  const auto value =
      number.value.evaluate([&](std::string_view name) -> std::optional<core::Rational> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
      });
  if (!value) {
    problems.push_back(
        {number.where, fmt::format("{}: {}", number.value.text(), value.error()), {}});
    return std::nullopt;
  }
  return *value;
}

std::optional<std::int64_t> Layout::whole(const std::string& name, const Number& number,
                                          core::Problems& problems) {
  const auto value = evaluate(number, values_, problems);
  if (!value) {
    return std::nullopt;
  }
  if (!value->isWhole() || *value < core::Rational(1) || *value > core::Rational(kMostTrips)) {
    problems.push_back({number.where,
                        fmt::format("{} = {} = {} must be a whole number from 1 to {}", name,
                                    number.value.text(), value->toString(), kMostTrips),
                        {}});
    return std::nullopt;
  }
  values_[name] = *value;
  return value->numerator();
}

void Layout::evaluateAxes(core::Problems& problems) {
  for (const auto& [name, size] : mapping_.sizes) {
    if (const auto value = evaluate(size, values_, problems)) {
      values_[name] = *value;
    }
  }
  std::int64_t product = 1;
  std::string shape;
  for (const auto& [name, size] : mapping_.grid) {
    const auto value = whole(name, size, problems);
    if (!value) {
      return;
    }
    grid_.push_back(name);
    axes_[name] = *value;
    product *= *value;
    shape += fmt::format("{}{} {}", shape.empty() ? "" : " x ", name, *value);
  }
  const auto count = static_cast<std::int64_t>(devices_.size());
  if (product != count) {
    problems.push_back({mapping_.where,
                        fmt::format("the grid ({}) has {} places, there are {} devices '{}': {} {}",
                                    shape, product, count, group_->name, std::abs(product - count),
                                    product > count ? "are missing" : "would be idle"),
                        "choose sizes whose product is the number of devices"});
  }
  for (const auto& [name, trips] : mapping_.repeat) {
    axes_[name] = whole(name, trips, problems).value_or(1);
  }
}

void Layout::divideParameters(core::Problems& problems) {
  divided_ = values_;
  for (const auto& [name, over] : mapping_.divide) {
    const auto value = cascade_.parameter(name);
    if (!value) {
      std::vector<std::string> known;
      for (const auto& parameter : cascade_.parameters()) {
        known.push_back(parameter.name);
      }
      problems.push_back({over.where, fmt::format("the workload has no parameter '{}'", name),
                          core::suggestion(name, known)});
      continue;
    }
    const auto parts = productOf(over.names, axes_);
    if (*value % parts != 0) {
      problems.push_back(
          {over.where,
           fmt::format("{} = {} cannot be divided over {} ({}): {} would be left over", name,
                       *value, parts, fmt::join(over.names, " x "), *value % parts),
           sharersOf(*value, parts)});
    }
    divided_[name] = core::Rational(std::max<std::int64_t>(*value / parts, 1));
  }
}

/// A causal mask is one constraint, query - key >= 0.
void Layout::findMask(core::Problems& problems) {
  for (const auto& einsum : cascade_.einsums()) {
    for (std::size_t i = 0; i < einsum.masks; ++i) {
      const auto& constraint = einsum.domain[i];
      int above = 0;
      bool unit = true;
      for (const auto& [variable, coefficient] : constraint.terms) {
        above += coefficient > 0 ? 1 : 0;
        unit = unit && (coefficient < 0 || coefficient == 1);
      }
      const bool known = einsum.masks == 1 && above == 1 && unit && constraint.constant == 0;
      causal_ = causal_ || known;
      if (!known) {
        problems.push_back({einsum.where,
                            fmt::format("the mask of {} is none that devices can share: only a "
                                        "causal one is (key <= query), or none at all",
                                        einsum.name),
                            {}});
        return;
      }
    }
  }
}

void Layout::checkTokens(core::Problems& problems) {
  if (!mapping_.tokens) {
    return;
  }
  const auto& tokens = *mapping_.tokens;
  const auto queries = cascade_.parameter(tokens.queries);
  const auto keys = cascade_.parameter(tokens.keys);
  for (const auto& [name, value] :
       {std::pair(tokens.queries, queries), std::pair(tokens.keys, keys)}) {
    if (!value) {
      problems.push_back(
          {tokens.where, fmt::format("the workload has no parameter '{}'", name), {}});
    }
  }
  if (!queries || !keys) {
    return;
  }
  if (causal_ && *queries != *keys) {
    problems.push_back({tokens.where,
                        fmt::format("with a causal mask there are as many queries as keys, not {} "
                                    "and {}",
                                    *queries, *keys),
                        {}});
  }
  const auto parts =
      tokens.over.empty()
          ? 1
          : partsOf(tokens.order, axes_.contains(tokens.over) ? axes_.at(tokens.over) : 1);
  for (const auto count : {*queries, *keys}) {
    if (count % parts != 0) {
      problems.push_back(
          {tokens.where,
           fmt::format("{} tokens cannot be cut into {} equal parts: {} would be left "
                       "over",
                       count, parts, count % parts),
           count < parts ? fmt::format("{} tokens can", parts)
                         : fmt::format("{} or {} tokens can", count - count % parts,
                                       count - count % parts + parts)});
      return;
    }
  }
}

void Layout::checkTensors(core::Problems& problems) {
  for (const auto& [name, extra] : mapping_.extras) {
    if (const auto value = evaluate(extra.elements, values_, problems)) {
      extras_[name] = value->toDouble();
    }
  }
  std::vector<std::string> known;
  for (const auto& tensor : cascade_.tensors()) {
    known.push_back(tensor.name);
  }
  for (const auto& [name, extra] : mapping_.extras) {
    known.push_back(name);
  }
  const auto expect = [&](const std::string& name, const core::Where& where) {
    if (!has(name) && !mapping_.extras.contains(name)) {
      problems.push_back({where,
                          fmt::format("neither the workload nor the mapping has a tensor "
                                      "'{}'",
                                      name),
                          core::suggestion(name, known)});
    }
  };
  for (const auto& step : mapping_.program) {
    for (const auto* list : {&step.tensors, &step.returns, &step.carries}) {
      for (const auto& name : *list) {
        expect(name, step.where);
      }
    }
    for (const auto& merge : step.merges) {
      expect(merge.tensor, merge.where);
    }
  }
  for (const auto& name : mapping_.resident) {
    expect(name, mapping_.where);
  }
}

std::int64_t Layout::repeats() const {
  std::int64_t product = 1;
  for (const auto& [name, trips] : mapping_.repeat) {
    product *= axes_.at(name);
  }
  return product;
}

std::vector<std::vector<std::size_t>> Layout::along(const std::string& axis) const {
  std::int64_t stride = 1; // of the axis in the number of a device
  std::int64_t trips = 1;
  for (const auto& name : std::views::reverse(grid_)) {
    if (name == axis) {
      trips = axes_.at(axis);
      break;
    }
    stride *= axes_.at(name);
  }
  std::vector<std::vector<std::size_t>> lists;
  for (std::size_t first = 0; first < devices_.size(); ++first) {
    if (static_cast<std::int64_t>(first) / stride % trips != 0) {
      continue;
    }
    auto& list = lists.emplace_back();
    for (std::int64_t i = 0; i < trips; ++i) {
      list.push_back(first + static_cast<std::size_t>(i * stride));
    }
  }
  return lists;
}

} // namespace einsight::mappings::cluster
