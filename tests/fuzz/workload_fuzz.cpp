#include "einsum/analysis.hpp"
#include "einsum/evaluate.hpp"
#include "tests/fuzz/input.hpp"
#include "workloads/catalogue.hpp"

using namespace einsight;

namespace {

constexpr std::int64_t kSmall = 1 << 12; ///< points of a cascade that is evaluated

/// Everything that `analyze` and `show` ask, and the values where they are few.
void use(const einsum::Cascade& cascade) {
  workloads::describe(cascade);
  einsum::passes(cascade);
  einsum::footprints(cascade);
  einsum::operationalIntensity(cascade);
  std::int64_t points = 0;
  for (const auto& einsum : cascade.einsums()) {
    einsum::operations(cascade, einsum);
    std::int64_t all = 1;
    for (const auto& variable : einsum.variables) {
      all = std::min(kSmall, all) * std::min(kSmall, cascade.size(variable));
    }
    points += all;
  }
  for (const auto& tensor : cascade.tensors()) {
    std::int64_t all = 1;
    for (const auto size : tensor.shape) {
      all = std::min(kSmall, all) * std::min(kSmall, size);
    }
    points += all;
  }
  if (points < kSmall) {
    einsum::evaluate(cascade, einsum::randomInputs(cascade, 1));
  }
}

} // namespace

/// Any bytes are a workload or a model, with every answer about it, or a list of problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::fileOf(fuzz::textOf(data, size), "workload.yaml");
  const auto cascade = workloads::load(file.string());
  if (cascade) {
    use(*cascade);
  } else {
    fuzz::refused(cascade.error());
  }
  return 0;
}
