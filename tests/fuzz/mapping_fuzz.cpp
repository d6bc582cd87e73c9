#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "einsum/read.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/simulate.hpp"

#include <map>

using namespace einsight;

namespace {

/// A small cascade of the catalogue; its parameters are set again for each mapping.
struct Workload {
  config::Node document;
  core::Settings settings;
  [[nodiscard]] core::Expected<einsum::Cascade> with(core::Settings more) const {
    more.insert(settings.begin(), settings.end());
    return einsum::readCascade(document, "workload.yaml", {}, more);
  }
};

Workload workload(const std::string& path, core::Settings settings) {
  const auto root = config::catalogueRoot() / "workloads";
  auto document = config::load(root / path, {root});
  EINSIGHT_INVARIANT(document, "a workload of the catalogue can be read");
  return {std::move(*document), std::move(settings)};
}

/// The cascade that a mapping is for: whose Einsums it names.
const Workload& workloadFor(const std::string& text) {
  const core::Settings attention{{"B", 1}, {"H", 2}, {"E", 3}, {"F", 4}, {"L", 9}};
  static const auto kOnePass = workload("attention/attention-1pass.yaml", attention);
  static const auto kThreePass = workload("attention/attention-3pass.yaml", attention);
  static const auto kProduct = workload("linear/matmul.yaml", {{"M", 7}, {"N", 6}, {"K", 5}});
  return text.find("SLN") != std::string::npos  ? kOnePass
         : text.find("QK") != std::string::npos ? kThreePass
                                                : kProduct;
}

} // namespace

/// Any bytes are a mapping that can be simulated, or a list of problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kMachine =
      arch::load("fusemax", {{"PE", 4}, {"buffer_mib", core::Rational(1, 256)}});
  EINSIGHT_INVARIANT(kMachine, "a machine of the catalogue can be small");
  const auto text = fuzz::textOf(data, size);
  const auto file = fuzz::fileOf(text, "mapping.yaml");
  const std::vector<std::filesystem::path> folders{config::catalogueRoot() / "mappings"};
  const auto& work = workloadFor(text);
  auto cascade = work.with({});
  const auto first = mappings::readMapping(file, *cascade, *kMachine, {}, folders);
  if (!first) {
    fuzz::refused(first.error());
    return 0;
  }
  auto settings = mappings::workloadParameters(*first, *cascade, *kMachine);
  cascade = settings ? work.with(*settings) : core::failure(settings.error());
  if (!cascade) {
    fuzz::refused(cascade.error());
    return 0;
  }
  auto mapping = mappings::readMapping(file, *cascade, *kMachine, {}, folders);
  if (mapping) {
    fuzz::simulate(std::move(*mapping), std::move(*cascade), *kMachine);
  } else {
    fuzz::refused(mapping.error());
  }
  return 0;
}
