#include "einsum/cascade.hpp"
#include "einsum/check_einsum.hpp"
#include "einsum/domain.hpp"
#include "einsum/order.hpp"
#include "einsum/shapes.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::einsum {
namespace {

void checkWrittenOnce(const Cascade::Data& data, core::Problems& problems) {
  std::vector<std::string> written;
  for (const Einsum& einsum : data.einsums) {
    if (contains(written, einsum.name)) {
      problems.push_back({einsum.where, fmt::format("tensor '{}' is written twice", einsum.name),
                          "every Einsum computes a tensor of its own"});
    }
    written.push_back(einsum.name);
  }
}

/// Brings the Einsums into an order of evaluation and marks those that read their own output.
void arrange(Cascade::Data& data, const std::vector<Group>& groups) {
  std::vector<Einsum> ordered;
  for (const Group& group : groups) {
    for (const std::size_t member : group.members) {
      const Einsum& einsum = data.einsums[member];
      const auto readsEarlier = [&](std::size_t reader) {
        const auto reads = accesses(data.einsums[reader].expression);
        return std::any_of(reads.begin(), reads.end(), [&](const Access* access) {
          return access->tensor == einsum.name &&
                 distance(einsum.output, *access, group.variable).value_or(0) > 0;
        });
      };
      const bool iterative = !group.variable.empty() &&
                             std::any_of(group.members.begin(), group.members.end(), readsEarlier);
      ordered.push_back(einsum);
      if (iterative) {
        ordered.back().iterative = group.variable;
      }
    }
  }
  data.einsums = std::move(ordered);
}

void checkInitialValues(const Cascade::Data& data, core::Problems& problems) {
  for (const Einsum& einsum : data.einsums) {
    const auto tensor = std::find_if(data.tensors.begin(), data.tensors.end(),
                                     [&](const Tensor& t) { return t.name == einsum.name; });
    const auto shifted = [&](const Index& index) {
      return einsum.iterative && index.terms.contains(*einsum.iterative) && index.constant > 0;
    };
    const auto& indices = einsum.output.indices;
    const bool needed = std::any_of(indices.begin(), indices.end(), shifted);
    const bool given = tensor != data.tensors.end() && tensor->initial.has_value();
    if (needed && !given) {
      problems.push_back({einsum.where,
                          fmt::format("iterative tensor '{}' has no initial value", einsum.name),
                          fmt::format("add to tensors: {}: {{initial: 0}}", einsum.name)});
    } else if (given && !needed) {
      problems.push_back(
          {tensor->where,
           fmt::format("'{}' has an initial value but is not iterative", einsum.name),
           "an initial value is what an output shifted along an iterative rank starts from"});
    }
  }
}

void markViews(Cascade::Data& data) {
  for (Einsum& einsum : data.einsums) {
    const bool copies = einsum.expression.kind == Expr::Kind::Access && einsum.reductions.empty();
    einsum.view = copies && !einsum.iterative &&
                  std::none_of(einsum.expression.access.indices.begin(),
                               einsum.expression.access.indices.end(),
                               [](const Index& index) { return !index.gatherTensor.empty(); });
  }
}

/// Without `results:`, what nobody reads is the result.
void markResults(Cascade::Data& data) {
  const bool given = std::any_of(data.tensors.begin(), data.tensors.end(),
                                 [](const Tensor& tensor) { return tensor.result; });
  std::vector<std::string> read;
  for (const Einsum& einsum : data.einsums) {
    for (const std::string& name : tensorsRead(einsum)) {
      read.push_back(name);
    }
  }
  for (Tensor& tensor : data.tensors) {
    tensor.result = given ? tensor.result : !contains(read, tensor.name);
  }
}

/// The checks of every Einsum alone and of what it reads; adds to `wrong` those that fail alone.
void checkEach(Cascade::Data& data, std::vector<std::string>& wrong, core::Problems& problems) {
  checkWrittenOnce(data, problems);
  for (Einsum& einsum : data.einsums) {
    const auto before = problems.size();
    checkEinsum(einsum, data, problems);
    if (problems.size() != before) {
      wrong.push_back(einsum.name);
    }
  }
  checkShapes(data, wrong, problems);
}

} // namespace

core::Problems problemsBeside(Cascade::Data data, std::vector<std::string> wrong) {
  core::Problems problems;
  checkEach(data, wrong, problems);
  return problems;
}

core::Expected<Cascade> check(Cascade::Data data) {
  core::Problems problems;
  std::vector<std::string> wrong;
  checkEach(data, wrong, problems);
  if (!wrong.empty()) {
    return core::failure(std::move(problems));
  }
  if (const auto groups = dependencyOrder(data.einsums)) {
    arrange(data, *groups);
    checkInitialValues(data, problems);
  } else {
    problems.insert(problems.end(), groups.error().begin(), groups.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  deriveDomains(data);
  markViews(data);
  markResults(data);
  return Cascade(std::move(data));
}

} // namespace einsight::einsum
