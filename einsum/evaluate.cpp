#include "einsum/evaluate.hpp"

#include "core/invariant.hpp"
#include "einsum/contraction.hpp"
#include "einsum/operators.hpp"
#include "einsum/order.hpp"
#include "einsum/reduce.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace einsight::einsum {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 28;

std::int64_t elementsOf(const std::vector<std::int64_t>& shape) {
  std::int64_t elements = 1;
  for (const std::int64_t size : shape) {
    elements *= size;
  }
  return elements;
}

Values absent(const std::vector<std::int64_t>& shape) {
  const auto elements = static_cast<std::size_t>(elementsOf(shape));
  return {shape, std::vector<double>(elements, 0), std::vector<unsigned char>(elements, 0)};
}

/// Tensors whose values are positions, with the size of the rank they point into.
std::map<std::string, std::int64_t> positionTensors(const Cascade& cascade) {
  std::map<std::string, std::int64_t> out;
  for (const Einsum& einsum : cascade.einsums()) {
    for (const Access* access : accesses(einsum.expression)) {
      const Tensor* tensor = cascade.tensor(access->tensor);
      for (std::size_t i = 0; i < access->indices.size(); ++i) {
        if (!access->indices[i].gatherTensor.empty()) {
          out[access->indices[i].gatherTensor] = tensor->shape[i];
        }
      }
    }
  }
  return out;
}

core::Problems checkInputs(const Cascade& cascade, const Environment& inputs) {
  core::Problems problems;
  for (const Tensor& tensor : cascade.tensors()) {
    if (elementsOf(tensor.shape) > kMostElements) {
      problems.push_back({tensor.where,
                          fmt::format("tensor '{}' has {} elements, too many to evaluate",
                                      tensor.name, elementsOf(tensor.shape)),
                          "at most 2^28 elements: set smaller sizes"});
    }
    if (!tensor.input) {
      continue;
    }
    const auto found = inputs.find(tensor.name);
    if (found == inputs.end()) {
      problems.push_back({tensor.where, fmt::format("input '{}' is missing", tensor.name), {}});
    } else if (found->second.shape != tensor.shape) {
      problems.push_back(
          {tensor.where,
           fmt::format("input '{}' has shape [{}], not [{}]", tensor.name,
                       fmt::join(found->second.shape, ", "), fmt::join(tensor.shape, ", ")),
           {}});
    }
  }
  return problems;
}

/// Puts the initial value at the first indices along the iterative rank. Where it is the identity
/// of the union operator that forms the tensor (-inf of max, 0 of add) it is left absent, which is
/// the same value without -inf - -inf in rows that are masked from the beginning.
void setInitial(const Einsum& einsum, const Tensor& tensor, Values& values) {
  const Operator* row = einsum.expression.kind == Expr::Kind::Operator
                            ? findOperator(einsum.expression.name)
                            : nullptr;
  if (!tensor.initial || !einsum.iterative ||
      (row != nullptr && row->merge == Merge::Union && row->identity == *tensor.initial)) {
    return;
  }
  std::int64_t inner = 1;
  for (std::size_t i = tensor.shape.size(); i-- > 0;) {
    const Index& index = einsum.output.indices[i];
    if (index.terms.contains(*einsum.iterative)) {
      for (std::size_t at = 0; at < values.data.size(); ++at) {
        if (static_cast<std::int64_t>(at) / inner % tensor.shape[i] < index.constant) {
          values.data[at] = *tensor.initial;
          values.present[at] = 1;
        }
      }
    }
    inner *= tensor.shape[i];
  }
}

void evaluateGroup(const Cascade& cascade, const Group& group, Environment& values) {
  const auto einsums = cascade.einsums();
  for (const std::size_t member : group.members) {
    const Einsum& einsum = einsums[member];
    Values& out = values[einsum.name] = absent(cascade.tensor(einsum.name)->shape);
    setInitial(einsum, *cascade.tensor(einsum.name), out);
  }
  if (group.variable.empty()) {
    const Einsum& einsum = einsums[group.members.front()];
    Values& out = values[einsum.name];
    if (!contract(cascade, einsum, values, out)) {
      evaluateEinsum(cascade, einsum, values, std::nullopt, out);
    }
    return;
  }
  for (std::int64_t i = 0; i < cascade.size(group.variable); ++i) {
    for (const std::size_t member : group.members) {
      const Einsum& einsum = einsums[member];
      evaluateEinsum(cascade, einsum, values, std::pair(group.variable, i), values[einsum.name]);
    }
  }
}

} // namespace

Environment randomInputs(const Cascade& cascade, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  const auto positions = positionTensors(cascade);
  Environment out;
  for (const Tensor& tensor : cascade.tensors()) {
    if (!tensor.input || elementsOf(tensor.shape) > kMostElements) {
      continue;
    }
    Values values = absent(tensor.shape);
    const auto position = positions.find(tensor.name);
    for (std::size_t i = 0; i < values.data.size(); ++i) {
      values.data[i] = position == positions.end()
                           ? normal(random)
                           : static_cast<double>(std::uniform_int_distribution<std::int64_t>(
                                 0, position->second - 1)(random));
      values.present[i] = 1;
    }
    out.emplace(tensor.name, std::move(values));
  }
  return out;
}

core::Expected<Environment> evaluate(const Cascade& cascade, Environment inputs) {
  auto problems = checkInputs(cascade, inputs);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto groups = dependencyOrder(cascade.einsums());
  EINSIGHT_INVARIANT(groups.has_value(), "a checked cascade has an order of evaluation");
  for (const Group& group : *groups) {
    evaluateGroup(cascade, group, inputs);
  }
  return inputs;
}

double largestDifference(const Values& a, const Values& b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a.shape != b.shape || a.present != b.present) {
    return kInfinity;
  }
  double largest = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    if (a.present[i] == 0 || a.data[i] == b.data[i]) {
      continue;
    }
    const double difference = std::abs(a.data[i] - b.data[i]) / std::max(1.0, std::abs(b.data[i]));
    if (std::isnan(difference)) {
      return kInfinity;
    }
    largest = std::max(largest, difference);
  }
  return largest;
}

} // namespace einsight::einsum
