#include "validation/offload/distributed_spec.hpp"

#include "config/reader.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace einsight::validation::offload {
namespace {

using config::MapReader;
using config::Node;

constexpr std::int64_t kMostSteps = 4096;

class SpecReader {
public:
  SpecReader(std::filesystem::path folder, core::Problems& problems)
      : folder_(std::move(folder)), problems_(problems) {}

  DistributedSpec read(const Node& document) {
    MapReader reader(document, problems_);
    reader.text("suite");
    spec_.published = folder_ / reader.text("published").value_or("");
    forEach(reader.map("runs"), [&](const auto& name, const Node& node) { readRun(name, node); });
    forEach(reader.map("classes"),
            [&](const auto& name, const Node& node) { readClass(name, node); });
    forEach(reader.map("points"),
            [&](const auto& name, const Node& node) { readPoint(name, node); });
    reader.finish();
    return std::move(spec_);
  }

private:
  template <class Read>
  void forEach(const Node* map, const Read& read) {
    if (map != nullptr) {
      for (const auto& [name, node] : map->entries) {
        read(name.scalar, node);
      }
    }
  }

  void readRun(const std::string& name, const Node& node) {
    MapReader reader(node, problems_);
    DistributedRun run;
    run.workload = reader.text("workload").value_or("");
    run.machine = reader.text("machine").value_or("");
    run.mapping = reader.text("mapping").value_or("");
    if (run.mapping.find('/') != std::string::npos) {
      run.mapping = (folder_ / run.mapping).lexically_normal().string();
    }
    if (const auto* set = reader.mapIf("set")) {
      for (const auto& [parameter, value] : set->entries) {
        if (auto read = config::expression(value, problems_)) {
          run.set.emplace(parameter.scalar, std::move(*read));
        }
      }
    }
    if (reader.has("step")) {
      run.step = reader.integer("step", 0, kMostSteps);
    }
    reader.finish();
    spec_.runs[name] = std::move(run);
  }

  void readClass(const std::string& name, const Node& node) {
    MapReader reader(node, problems_);
    DistributedClass rowClass;
    if (reader.has("tolerance")) {
      rowClass.tolerance = reader.realOr("tolerance", 0);
    }
    rowClass.reason = reader.text("reason").value_or("");
    reader.finish();
    spec_.classes[name] = std::move(rowClass);
  }

  void readPoint(const std::string& id, const Node& node) {
    MapReader reader(node, problems_);
    DistributedPoint point;
    point.notCovered = reader.textOr("not_covered", "").value_or("");
    if (point.notCovered.empty()) {
      point.value = reader.expression("value");
      point.rowClass = reader.text("class").value_or("");
      point.reason = reader.textOr("reason", "").value_or("");
      expect(spec_.classes, "class", point.rowClass, node);
    }
    for (const auto& name : point.value ? point.value->names() : std::set<std::string>{}) {
      expect(spec_.runs, "run", name, node);
    }
    reader.finish();
    spec_.points[id] = std::move(point);
  }

  template <class Things>
  void expect(const Things& things, const char* kind, const std::string& name, const Node& node) {
    if (things.contains(name)) {
      return;
    }
    std::vector<std::string> known;
    for (const auto& [other, thing] : things) {
      known.push_back(other);
    }
    config::report(node, fmt::format("there is no {} '{}'", kind, name),
                   core::suggestion(name, known), problems_);
  }

  std::filesystem::path folder_;
  core::Problems& problems_;
  DistributedSpec spec_;
};

} // namespace

core::Expected<DistributedSpec> readDistributedSpec(const std::filesystem::path& file) {
  const auto document = config::load(file);
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  auto spec = SpecReader(file.parent_path(), problems).read(*document);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return spec;
}

} // namespace einsight::validation::offload
