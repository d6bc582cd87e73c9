#include "validation/offload/serving_spec.hpp"

#include "config/reader.hpp"

#include <fmt/format.h>

#include <array>

namespace einsight::validation::offload {
namespace {

using config::MapReader;
using config::Node;

constexpr std::array<std::string_view, 3> kJudged{"compared", "at_most", "informative"};

/// A name of the catalogue, or a file beside the specification.
std::string resolved(const std::string& name, const std::filesystem::path& file) {
  return name.ends_with(".yaml") ? (file.parent_path() / name).string() : name;
}

void readSettings(const Node& map, explore::PointRequest& request, core::Problems& problems) {
  for (const auto& [key, value] : map.entries) {
    if (key.scalar == "trace") {
      request.workloadNames["trace"] = value.scalar;
      continue;
    }
    const auto expression = config::expression(value, problems);
    const auto number =
        expression
            ? expression->evaluate([](std::string_view) { return std::optional<core::Rational>(); })
            : tl::unexpected(std::string());
    if (!number) {
      config::report(value, "is not a number", {}, problems);
      continue;
    }
    constexpr std::string_view kMapping = "mapping.", kMachine = "arch.";
    const auto& name = key.scalar;
    if (name.starts_with(kMapping)) {
      request.mappingSettings[name.substr(kMapping.size())] = *number;
    } else if (name.starts_with(kMachine)) {
      request.machineSettings[name.substr(kMachine.size())] = *number;
    } else {
      request.workloadSettings[name] = *number;
    }
  }
}

explore::PointRequest readRun(const Node& node, const std::filesystem::path& file,
                              core::Problems& problems) {
  MapReader reader(node, problems);
  explore::PointRequest request;
  request.workload = resolved(reader.text("workload").value_or(""), file);
  request.machine = resolved(reader.text("machine").value_or(""), file);
  request.mapping = resolved(reader.text("mapping").value_or(""), file);
  if (const auto* settings = reader.mapIf("set")) {
    readSettings(*settings, request, problems);
  }
  reader.finish();
  return request;
}

ServingRow readRow(const Node& node, core::Problems& problems) {
  MapReader reader(node, problems);
  ServingRow row;
  row.id = reader.text("id").value_or("");
  row.group = reader.text("group").value_or("");
  row.metric = reader.text("metric").value_or("");
  if (!reader.has("reference")) {
    reader.problem("", "a row has a `reference`", "the published number");
  }
  row.reference = reader.realOr("reference", 0).value_or(0);
  row.simulated = reader.expression("simulated").value_or(core::Expression());
  const auto judged = reader.oneOfOr("judged", kJudged, "compared").value_or("compared");
  row.judged = judged == "compared"  ? ServingRow::Judged::Compared
               : judged == "at_most" ? ServingRow::Judged::AtMost
                                     : ServingRow::Judged::Informative;
  row.tolerance = reader.realOr("within", 0).value_or(0);
  row.reason = reader.text("reason").value_or("");
  reader.finish();
  return row;
}

ServingTable readTable(const Node& node, core::Problems& problems) {
  MapReader reader(node, problems);
  ServingTable table;
  table.title = reader.text("title").value_or("");
  table.columns = reader.textListIf("columns");
  if (const auto* lines = reader.map("lines")) {
    for (const auto& [name, values] : lines->entries) {
      ServingTable::Line line{name.scalar, {}};
      for (const auto& value : values.items) {
        line.values.push_back(config::expression(value, problems).value_or(core::Expression()));
      }
      if (line.values.size() != table.columns.size()) {
        config::report(values, "a line has a value for each column", {}, problems);
      }
      table.lines.push_back(std::move(line));
    }
  }
  reader.finish();
  return table;
}

} // namespace

core::Expected<ServingSpec> readServingSpec(const std::filesystem::path& file) {
  const auto root = config::load(file);
  if (!root) {
    return core::failure(root.error());
  }
  core::Problems problems;
  ServingSpec spec;
  MapReader reader(*root, problems);
  reader.text("source");
  if (const auto* runs = reader.map("runs")) {
    for (const auto& [name, run] : runs->entries) {
      spec.runs.emplace(name.scalar, readRun(run, file, problems));
    }
  }
  if (const auto* values = reader.mapIf("values")) {
    for (const auto& [name, value] : values->entries) {
      if (auto expression = config::expression(value, problems)) {
        spec.values.push_back({name.scalar, std::move(*expression)});
      }
    }
  }
  if (const auto* rows = reader.sequence("rows")) {
    for (const auto& row : rows->items) {
      spec.rows.push_back(readRow(row, problems));
    }
  }
  if (const auto* tables = reader.sequenceIf("tables")) {
    for (const auto& table : tables->items) {
      spec.tables.push_back(readTable(table, problems));
    }
  }
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return spec;
}

} // namespace einsight::validation::offload
