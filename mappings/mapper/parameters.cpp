#include "mappings/mapper/parameters.hpp"

#include "mappings/mapper/facts.hpp"

#include <algorithm>
#include <cctype>

namespace einsight::mappings::mapper {
namespace {

/// Parameters of the workload that only cut a rank (M0), less those that the user set.
std::vector<std::string> freeParameters(const einsum::Cascade& cascade,
                                        const arch::Machine& machine,
                                        const core::Settings& settings) {
  const Facts facts(cascade, machine);
  std::vector<std::string> list;
  for (std::size_t v = 0; v < facts.names.size(); ++v) {
    auto rank = facts.names[v];
    std::transform(rank.begin(), rank.end(), rank.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto known = std::any_of(
        cascade.parameters().begin(), cascade.parameters().end(),
        [&](const auto& parameter) { return parameter.name == rank && !parameter.derived; });
    if (has(facts.partitions, static_cast<int>(v)) && known && settings.count(rank) == 0) {
      list.push_back(rank);
    }
  }
  return list;
}

/// Sizes for a parameter that cuts a rank: those of axes, then half and twice these.
std::vector<std::int64_t> sizesOf(const arch::Machine& machine) {
  std::vector<std::int64_t> list;
  const auto add = [&](std::int64_t size) {
    if (size > 0 && std::find(list.begin(), list.end(), size) == list.end()) {
      list.push_back(size);
    }
  };
  for (const auto scale : {2, 1, 4}) {
    for (const auto& unit : machine.units()) {
      for (const auto& axis : unit.axes) {
        add(axis.size * scale / 2);
      }
    }
  }
  return list;
}

} // namespace

std::vector<core::Settings> parameterChoices(const einsum::Cascade& cascade,
                                             const arch::Machine& machine,
                                             const core::Settings& settings) {
  std::vector<core::Settings> all{{}};
  for (const auto& name : freeParameters(cascade, machine, settings)) {
    std::vector<core::Settings> longer;
    for (const auto size : sizesOf(machine)) {
      for (auto chosen : all) {
        chosen[name] = core::Rational(size);
        longer.push_back(std::move(chosen));
      }
    }
    all = std::move(longer);
  }
  return all;
}

} // namespace einsight::mappings::mapper
