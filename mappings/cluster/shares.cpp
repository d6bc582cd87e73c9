#include "core/invariant.hpp"
#include "mappings/cluster/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::mappings::cluster {

std::string sharersOf(std::int64_t things, std::int64_t parts) {
  if (things < parts) {
    return fmt::format("at most {} devices can share it", things);
  }
  auto fewer = parts, more = parts;
  while (things % fewer != 0) {
    --fewer;
  }
  while (things % more != 0) {
    ++more;
  }
  return fmt::format("{} or {} devices can share it", fewer, more);
}

bool Layout::has(const std::string& tensor) const {
  return extras_.contains(tensor) || cascade_.tensor(tensor) != nullptr;
}

double Layout::allElements(const std::string& tensor) const {
  if (const auto extra = extras_.find(tensor); extra != extras_.end()) {
    return extra->second;
  }
  const auto* known = cascade_.tensor(tensor);
  EINSIGHT_INVARIANT(known != nullptr, "tensors of a mapping are checked before they are sized");
  double elements = 1;
  for (const auto size : known->shape) {
    elements *= static_cast<double>(size);
  }
  return elements;
}

int Layout::bitsOf(const std::string& tensor) const {
  const auto extra = mapping_.extras.find(tensor);
  return extra != mapping_.extras.end() ? static_cast<int>(extra->second.bits)
                                        : cascade_.tensor(tensor)->bits;
}

/// The part of a tensor that a device has: over the axes that divide it, all of the grid where the
/// mapping does not say.
double Layout::share(const std::string& tensor, bool overRepeats) const {
  const auto placed = mapping_.place.find(tensor);
  const auto& over = placed == mapping_.place.end() ? grid_ : placed->second.names;
  double parts = 1;
  for (const auto& axis : over) {
    const bool ofGrid = std::find(grid_.begin(), grid_.end(), axis) != grid_.end();
    parts *= ofGrid || overRepeats ? static_cast<double>(axes_.at(axis)) : 1;
  }
  return 1 / parts;
}

double Layout::elements(const std::string& tensor) const {
  return allElements(tensor) * share(tensor, true);
}

double Layout::bytes(const std::string& tensor) const {
  return std::ceil(elements(tensor) * bitsOf(tensor) / 8);
}

double Layout::kept(const std::string& tensor) const {
  return std::ceil(allElements(tensor) * share(tensor, false) * bitsOf(tensor) / 8);
}

TokenSet Layout::setOf(const std::string& parameter, std::size_t place) const {
  const auto tokens = *cascade_.parameter(parameter);
  if (mapping_.tokens->over.empty()) {
    return {{0, tokens, 1}};
  }
  return tokensOf(mapping_.tokens->order, tokens, static_cast<std::int64_t>(place),
                  axes_.at(mapping_.tokens->over));
}

TokenSet Layout::queriesOf(std::size_t place) const {
  return setOf(mapping_.tokens->queries, place);
}

TokenSet Layout::keysOf(std::size_t place) const {
  return setOf(mapping_.tokens->keys, place);
}

std::optional<double> Layout::value(const Number& number, std::int64_t queries, std::int64_t keys,
                                    core::Problems& problems) const {
  auto values = divided_;
  values["queries"] = core::Rational(queries);
  values["keys"] = core::Rational(keys);
  const auto found = evaluate(number, values, problems);
  return found ? std::optional(found->toDouble()) : std::nullopt;
}

Call Layout::call(const Piece& piece, std::int64_t queries, std::int64_t keys,
                  core::Problems& problems) const {
  Call call;
  call.piece = &piece;
  call.kernel = piece.kernel.empty() ? mapping_.kernel : piece.kernel;
  call.machine = group_->machine;
  auto values = divided_;
  values["queries"] = core::Rational(queries);
  values["keys"] = core::Rational(keys);
  for (const auto& [name, number] : piece.parameters) {
    const auto value = evaluate(number, values, problems);
    if (value && value->isWhole() && *value > core::Rational(0)) {
      call.given[name] = *value;
    } else if (value) {
      problems.push_back({number.where,
                          fmt::format("{} = {} = {} must be a whole number above zero", name,
                                      number.value.text(), value->toString()),
                          {}});
    }
  }
  for (const auto& parameter : cascade_.parameters()) {
    call.inherited[parameter.name] = divided_.at(parameter.name);
  }
  return call;
}

} // namespace einsight::mappings::cluster
