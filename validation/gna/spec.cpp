#include "validation/gna/spec.hpp"

#include "config/reader.hpp"
#include "core/text.hpp"
#include "validation/gna/quantities.hpp"
#include "validation/gna/times.hpp"
#include "validation/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::validation {
namespace {

class SpecReader {
public:
  SpecReader(std::filesystem::path folder, core::Problems& problems)
      : folder_(std::move(folder)), problems_(problems) {}

  GnaSpec read(const config::Node& document) {
    config::MapReader reader(document, problems_);
    reader.text("suite");
    reader.text("summary");
    if (const auto* oracle = reader.map("oracle")) {
      readOracle(*oracle);
    }
    if (const auto* published = reader.map("published")) {
      config::MapReader part(*published, problems_);
      spec_.published = fileOf(part);
      spec_.sweepMetric = part.text("sweeps").value_or("");
      if (const auto* machines = part.mapIf("machines")) {
        readMachines(*machines);
      }
      part.finish();
    }
    if (const auto* complete = reader.sequence("complete")) {
      for (const auto& item : complete->items) {
        readCompletion(item);
      }
    }
    if (const auto* classes = reader.map("classes")) {
      for (const auto& [name, node] : classes->entries) {
        readClass(name.scalar, node);
      }
    }
    if (const auto* rows = reader.sequence("rows")) {
      for (const auto& item : rows->items) {
        readRule(item);
      }
    }
    reader.finish();
    return std::move(spec_);
  }

private:
  std::filesystem::path fileOf(config::MapReader& reader) {
    return folder_ / reader.text("reference").value_or("");
  }

  void readMachines(const config::Node& node) {
    for (const auto& [hardware, entry] : node.entries) {
      config::MapReader reader(entry, problems_);
      spec_.machines[hardware.scalar] = {reader.text("machine").value_or(""),
                                         reader.text("baseline").value_or("")};
      reader.finish();
    }
  }

  void readOracle(const config::Node& node) {
    config::MapReader reader(node, problems_);
    spec_.oracle = fileOf(reader);
    spec_.counts = reader.textListIf("counts");
    spec_.ratios = reader.textListIf("ratios");
    spec_.ratioTolerance = reader.realOr("ratio_tolerance", 0).value_or(0);
    for (const auto* key : {"counts", "ratios"}) {
      for (const auto& column : std::string_view(key) == "counts" ? spec_.counts : spec_.ratios) {
        if (!isTallyQuantity(column)) {
          reader.problem(key, fmt::format("there is no count '{}'", column),
                         core::suggestion(column, tallyQuantities()));
        }
      }
    }
    reader.finish();
  }

  void readCompletion(const config::Node& node) {
    config::MapReader reader(node, problems_);
    GnaCompletion out;
    const auto text = [&](std::string_view key) { return reader.textOr(key, "").value_or(""); };
    out.layout = text("layout");
    out.window = text("window");
    out.metric = text("metric");
    out.asWindow = text("as_window");
    out.stride = text("stride");
    out.qTile = text("q_tile");
    out.kvTile = text("kv_tile");
    out.useCase = text("use_case");
    reader.finish();
    spec_.completions.push_back(std::move(out));
  }

  void readClass(const std::string& name, const config::Node& node) {
    config::MapReader reader(node, problems_);
    GnaClass out;
    if (reader.has("tolerance")) {
      out.tolerance = reader.realOr("tolerance", 0).value_or(0);
    }
    if (reader.has("mean")) {
      out.mean = reader.realOr("mean", 0).value_or(0);
    }
    out.rounded = reader.booleanOr("rounded", false).value_or(false);
    out.reason = reader.textOr("reason", "").value_or("");
    reader.finish();
    spec_.classes.emplace(name, std::move(out));
  }

  void readRule(const config::Node& node) {
    config::MapReader reader(node, problems_);
    GnaRule out;
    out.metric = reader.text("metric").value_or("");
    out.window = reader.textOr("window", "").value_or("");
    out.notCovered = reader.textOr("not_covered", "").value_or("");
    if (out.notCovered.empty()) {
      out.take = reader.text("take").value_or("");
      out.rowClass = reader.text("class").value_or("");
      std::vector<std::string> classes;
      for (const auto& [name, rowClass] : spec_.classes) {
        classes.push_back(name);
      }
      if (!out.rowClass.empty() && !spec_.classes.contains(out.rowClass)) {
        reader.problem("class", fmt::format("there is no class '{}'", out.rowClass),
                       core::suggestion(out.rowClass, classes));
      }
      auto known = publishedQuantities();
      const auto times = timeQuantities();
      known.insert(known.end(), times.begin(), times.end());
      if (!out.take.empty() && std::find(known.begin(), known.end(), out.take) == known.end()) {
        reader.problem("take", fmt::format("there is no quantity '{}'", out.take),
                       core::suggestion(out.take, known));
      }
    }
    reader.finish();
    spec_.rules.push_back(std::move(out));
  }

  std::filesystem::path folder_;
  core::Problems& problems_;
  GnaSpec spec_;
};

} // namespace

bool GnaRule::fits(const std::string& ofMetric, const std::string& ofWindow) const {
  return matches(ofMetric, metric) && (window.empty() || window == ofWindow);
}

core::Expected<GnaSpec> readGnaSpec(const std::filesystem::path& file) {
  const auto document = config::load(file);
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  auto spec = SpecReader(file.parent_path().parent_path(), problems).read(*document);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return spec;
}

} // namespace einsight::validation
