#include "validation/accuracy.hpp"

#include "config/reader.hpp"
#include "validation/suite.hpp"

#include <algorithm>
#include <array>

namespace einsight::validation {
namespace {

constexpr std::array<std::string_view, 2> kEngines{"analytic", "cycle"};

Accuracy readOne(const config::Node& node, core::Problems& problems) {
  Accuracy out;
  config::MapReader reader(node, problems);
  out.workloads = reader.textListIf("workloads");
  out.machines = reader.textListIf("machines");
  out.mappings = reader.textListIf("mappings");
  out.machineKind = reader.text("kind").value_or("");
  out.engine = reader.oneOf("engine", kEngines).value_or("");
  out.found.suite = reader.text("suite").value_or("");
  out.found.family = reader.text("family").value_or("");
  if (!reader.has("mean_error")) {
    reader.problem("", "mean_error is missing", "as `validate` prints it, 0.01 for 1%");
  }
  out.found.meanError = reader.realOr("mean_error", 0).value_or(0);
  reader.finish();
  return out;
}

bool among(const std::vector<std::string>& list, const std::string& name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

} // namespace

core::Expected<std::vector<Accuracy>> accuracies() {
  const auto document = config::load(validationFolder() / "accuracy.yaml");
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  std::vector<Accuracy> out;
  config::MapReader reader(*document, problems);
  if (const auto* list = reader.sequence("known")) {
    for (const auto& item : list->items) {
      out.push_back(readOne(item, problems));
    }
  }
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return out;
}

std::optional<results::Validation> validationOf(const std::vector<Accuracy>& known,
                                                const results::Result& result,
                                                const std::string& machineKind,
                                                bool fromCatalogue) {
  for (const auto& entry : known) {
    if (fromCatalogue && entry.machineKind == machineKind && entry.engine == result.engine &&
        among(entry.workloads, result.workload) && among(entry.machines, result.machine) &&
        among(entry.mappings, result.mapping)) {
      return entry.found;
    }
  }
  return std::nullopt;
}

} // namespace einsight::validation
