#include "mappings/gpu/useful.hpp"

#include "einsum/analysis.hpp"
#include "einsum/walk.hpp"

#include <algorithm>
#include <optional>

namespace einsight::mappings::gpu {
namespace {

using einsum::Constraint;
using einsum::Einsum;
using Constraints = std::vector<Constraint>;

/// The constraint with other names of its rank variables; nothing where one has no other name.
std::optional<Constraint> renamed(const Constraint& constraint,
                                  const std::map<std::string, std::string>& names) {
  Constraint out{{}, constraint.constant};
  for (const auto& [variable, coefficient] : constraint.terms) {
    const auto name = names.find(variable);
    if (name == names.end()) {
      return std::nullopt;
    }
    out.terms[name->second] += coefficient;
  }
  return out;
}

/// What the points of an Einsum must satisfy for anybody to need them.
class Needs {
public:
  explicit Needs(const einsum::Cascade& cascade) : cascade_(cascade) {}

  const Constraints& of(const Einsum& einsum) {
    const auto [known, first] = known_.try_emplace(einsum.name, einsum.domain);
    if (!first || cascade_.tensor(einsum.name)->result) {
      return known->second; // in a circle: what is known so far
    }
    std::optional<Constraints> common; // to all who read it
    for (const auto& reader : cascade_.einsums()) {
      for (const auto* access : einsum::accesses(reader.expression)) {
        if (access->tensor == einsum.name) {
          keepCommon(common, ofRead(einsum, *access, of(reader)));
        }
      }
    }
    auto& out = known_.at(einsum.name);
    for (auto& each : common.value_or(Constraints{})) {
      if (std::find(out.begin(), out.end(), each) == out.end()) {
        out.push_back(std::move(each));
      }
    }
    return out;
  }

private:
  /// The reader's constraints on elements of what it reads.
  static Constraints ofRead(const Einsum& einsum, const einsum::Access& access,
                            const Constraints& reader) {
    std::map<std::string, std::string> names; // the reader's -> the Einsum's
    for (std::size_t i = 0; i < access.indices.size(); ++i) {
      const auto from = access.indices[i].plainVariable();
      const auto to = einsum.output.indices[i].plainVariable();
      if (!from.empty() && !to.empty()) {
        names.emplace(from, to);
      }
    }
    Constraints out;
    for (const auto& constraint : reader) {
      if (auto own = renamed(constraint, names)) {
        out.push_back(std::move(*own));
      }
    }
    return out;
  }

  static void keepCommon(std::optional<Constraints>& common, Constraints others) {
    if (!common) {
      common = std::move(others);
      return;
    }
    std::erase_if(*common, [&](const Constraint& each) {
      return std::find(others.begin(), others.end(), each) == others.end();
    });
  }

  const einsum::Cascade& cascade_;
  std::map<std::string, Constraints> known_;
};

} // namespace

core::Expected<std::map<std::string, double>> usefulMaccs(const einsum::Cascade& cascade) {
  std::map<std::string, double> out;
  Needs needs(cascade);
  for (const auto& einsum : cascade.einsums()) {
    const auto perPoint = einsum::operationsPerPoint(einsum);
    if (std::none_of(perPoint.begin(), perPoint.end(),
                     [](const auto& operation) { return operation.op == "macc"; })) {
      continue;
    }
    auto needed = einsum;
    needed.domain = needs.of(einsum);
    const auto counts = einsum::operations(cascade, needed);
    if (!counts) {
      return core::failure(counts.error());
    }
    out[einsum.name] = static_cast<double>(counts->at("macc"));
  }
  return out;
}

} // namespace einsight::mappings::gpu
