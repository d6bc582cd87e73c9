#include "mappings/gpu/names.hpp"

#include "core/text.hpp"
#include "einsum/walk.hpp"
#include "mappings/gpu/tiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kParts = 1000; // cycles of an operation are taken to so many parts of one

std::optional<core::Rational> gpuValue(std::string_view name, const arch::Gpu& gpu) {
  if (name == "gpu.sms") {
    return core::Rational(gpu.data().sms);
  }
  if (name == "gpu.shared_per_cta") {
    return core::Rational(gpu.data().shared.bytesPerCta);
  }
  constexpr std::string_view kPrefix = "gpu.";
  if (name.starts_with(kPrefix)) {
    if (const auto* operation = gpu.operation(std::string(name.substr(kPrefix.size())))) {
      return core::Rational(std::llround(operation->cycles * kParts), kParts);
    }
  }
  for (const auto instruction : kInstructions) {
    if (name == fmt::format("gpu.{}", instruction)) {
      const auto& rates = gpu.data().tensor;
      return core::Rational(std::any_of(rates.begin(), rates.end(), [&](const auto& rate) {
        return rate.instruction == instruction;
      }));
    }
  }
  return std::nullopt;
}

/// Bits of the widest tensor that a sum over products of two takes; 0 where there is none.
int productBits(const einsum::Cascade& cascade) {
  int widest = 0;
  for (const auto& einsum : cascade.einsums()) {
    const auto operands = einsum::accesses(einsum.expression);
    if (operands.size() != 2 || einsum::reducedVariables(einsum).empty()) {
      continue;
    }
    for (const auto* operand : operands) {
      widest = std::max(widest, cascade.tensor(behindViews(cascade, *operand).tensor)->bits);
    }
  }
  return widest;
}

/// The value of a name among the first `count` sizes, each of which may use those before it, or of
/// the names outside.
std::optional<core::Rational> valueOf(std::string_view name, const Mapping& mapping,
                                      std::size_t count, const core::Expression::Lookup& outer) {
  for (std::size_t i = 0; i < count; ++i) {
    if (mapping.sizes[i].first == name) {
      const auto value = mapping.sizes[i].second.value.evaluate(
          [&, i](std::string_view inner) { return valueOf(inner, mapping, i, outer); });
      return value ? std::optional(*value) : std::nullopt;
    }
  }
  return outer(name);
}

/// All that an expression may name.
std::vector<std::string> knownNames(const Mapping& mapping, const einsum::Cascade& cascade,
                                    const arch::Gpu& gpu) {
  std::vector<std::string> out;
  for (const auto& [name, number] : mapping.sizes) {
    out.push_back(name);
  }
  for (const auto& parameter : cascade.parameters()) {
    out.push_back(parameter.name);
  }
  for (const auto& [variable, size] : cascade.sizes()) {
    out.push_back(variable);
  }
  out.insert(out.end(), {"masked", "bits", "gpu.sms", "gpu.shared_per_cta"});
  for (const auto instruction : kInstructions) {
    out.push_back(fmt::format("gpu.{}", instruction));
  }
  for (const auto& operation : gpu.data().operations) {
    out.push_back("gpu." + operation.op);
  }
  return out;
}

} // namespace

core::Problem noValue(const Number& number, const Mapping& mapping, const einsum::Cascade& cascade,
                      const arch::Gpu& gpu) {
  const auto lookup = names(mapping, cascade, gpu);
  core::Problem problem{number.where, "", {}};
  const auto* expression = &number.value;
  for (std::size_t i = mapping.sizes.size(); i-- > 0;) { // sizes use those before them
    const auto& [size, made] = mapping.sizes[i];
    if (expression->names().contains(size) && !made.value.evaluate(lookup)) {
      problem.what += size + " has no value here: ";
      expression = &made.value;
    }
  }
  const auto value = expression->evaluate(lookup);
  problem.what += value ? "" : value.error();
  for (const auto& name : expression->names()) {
    if (!lookup(name)) {
      problem.help = core::suggestion(name, knownNames(mapping, cascade, gpu));
      break;
    }
  }
  return problem;
}

core::Expression::Lookup outerNames(const einsum::Cascade& cascade, const arch::Gpu& gpu) {
  return [&](std::string_view name) -> std::optional<core::Rational> {
    if (const auto parameter = cascade.parameter(name)) {
      return core::Rational(*parameter);
    }
    if (const auto size = cascade.size(name); size > 0) {
      return core::Rational(size);
    }
    if (name == "masked") {
      const auto einsums = cascade.einsums();
      return core::Rational(std::any_of(einsums.begin(), einsums.end(),
                                        [](const auto& einsum) { return einsum.masks > 0; }));
    }
    if (name == "bits") {
      return core::Rational(productBits(cascade));
    }
    return gpuValue(name, gpu);
  };
}

core::Expression::Lookup names(const Mapping& mapping, const einsum::Cascade& cascade,
                               const arch::Gpu& gpu) {
  return [&mapping, outer = outerNames(cascade, gpu)](std::string_view name) {
    return valueOf(name, mapping, mapping.sizes.size(), outer);
  };
}

} // namespace einsight::mappings::gpu
