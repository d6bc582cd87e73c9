#include "arch/catalogue.hpp"
#include "arch/cluster/cluster.hpp"
#include "arch/gpu/gpu.hpp"
#include "config/catalogue.hpp"
#include "core/text.hpp"
#include "explore/sweep/hash.hpp"
#include "explore/sweep/reading.hpp"
#include "mappings/catalogue.hpp"
#include "results/sweep_row.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/transformer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::explore::sweep {
namespace {

namespace fs = std::filesystem;

/// Results of whole models that serve requests, for conditions.
constexpr std::array kServingResults{"tbt_p50_s", "tbt_p99_s", "ttft_p50_s", "ttft_p99_s",
                                     "mean_batch"};

/// Looks up what a sweep names.
class Names {
public:
  Names(const Raw& raw, core::Problems& problems) : raw_(raw), problems_(problems) {}

  void lookUp() {
    for (const auto& [name, prefix] : {std::pair(kWorkload, ""), std::pair(kMachine, "arch")}) {
      if (inputs(name).empty()) {
        failed_.insert(prefix); // said already
      }
    }
    for (const auto& input : inputs(kWorkload)) {
      workload(input);
    }
    for (const auto& input : inputs(kMachine)) {
      machine(input);
    }
    for (const auto& input : inputs(kMapping)) {
      mapping(input);
    }
    if (inputs(kMapping).empty()) {
      open_.insert("mapping");                     // sizes of whichever mapping is chosen
      for (const auto& entry : mappings::list()) { // any of them may be chosen
        const auto file = mappings::find(entry.name);
        hash_.add(file ? config::hashOfFile(*file) : "");
      }
    }
  }

  void checkVaried() {
    for (const auto& [name, where] : raw_.varied) {
      const auto dot = name.find('.');
      const auto prefix = dot == std::string::npos ? std::string() : name.substr(0, dot);
      const auto& names = known_[prefix];
      const auto own = dot == std::string::npos ? name : name.substr(dot + 1);
      if (failed_.contains(prefix) || open_.contains(prefix) ||
          std::find(names.begin(), names.end(), own) != names.end()) {
        continue;
      }
      const auto* thing = prefix.empty() ? kWorkload : prefix == "arch" ? kMachine : kMapping;
      problems_.push_back({where, fmt::format("no {} of this sweep has '{}' to set", thing, own),
                           core::suggestion(own, names)});
    }
  }

  void checkWhere() {
    auto known = results::columnNames();
    for (const auto& varied : raw_.varied) {
      known.push_back(varied.name);
    }
    known.insert(known.end(), results_.begin(), results_.end());
    for (const auto& [expression, where] : raw_.sweep.where) {
      for (const auto& name : expression.names()) {
        if (!failed_.contains("arch") &&
            std::find(known.begin(), known.end(), name) == known.end()) {
          problems_.push_back({where, fmt::format("no machine of this sweep gives '{}'", name),
                               core::suggestion(name, known)});
        }
      }
    }
  }

  [[nodiscard]] std::string hash() {
    for (const auto& axis : raw_.sweep.axes) {
      for (const auto& name : axis.names) {
        hash_.add(name);
      }
      for (const auto& row : axis.rows) {
        for (const auto& value : row) {
          hash_.add(value.text);
        }
      }
      hash_.add("end");
    }
    for (const auto* conditions : {&raw_.sweep.when, &raw_.sweep.where}) {
      for (const auto& condition : *conditions) {
        hash_.add(condition.expression.text());
      }
      hash_.add("end");
    }
    hash_.add(raw_.sweep.engine);
    if (const auto& sample = raw_.sweep.sample) {
      hash_.add(fmt::format("{} {}", sample->count, sample->seed));
    }
    if (const auto& search = raw_.sweep.search) {
      hash_.add(fmt::format("search {} {} {} {}", search->method, search->evaluations, search->seed,
                            search->population));
    }
    for (const auto& objective : raw_.sweep.objectives) {
      hash_.add(objective);
    }
    for (const auto& name : raw_.sweep.per) {
      hash_.add("per " + name);
    }
    return hash_.text();
  }

private:
  [[nodiscard]] const std::vector<Input>& inputs(const char* name) const {
    static const std::vector<Input> kNone;
    const auto found = raw_.inputs.find(name);
    return found == raw_.inputs.end() ? kNone : found->second;
  }

  /// Problems with an input; those without a place of their own are at its name.
  void failed(const std::string& prefix, core::Problems found, const Input& input) {
    failed_.insert(prefix);
    for (auto& problem : found) {
      if (problem.where.file.empty()) {
        problem.where = input.where;
      }
      problems_.push_back(std::move(problem));
    }
  }

  void know(const std::string& prefix, const std::string& name) {
    auto& names = known_[prefix];
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }

  void addFile(const fs::path& file, const fs::path& folder) {
    if (const auto node = config::load(file, {config::catalogueRoot() / folder})) {
      hash_.add(*node);
    }
  }

  void workload(const Input& input) {
    const auto cascade = workloads::load(input.path);
    const auto files = workloads::filesOf(input.path);
    if (!cascade || !files) {
      failed("", cascade ? files.error() : cascade.error(), input);
      return;
    }
    for (const auto& parameter : cascade->parameters()) {
      if (!parameter.derived) {
        know("", parameter.name);
      }
    }
    if (workloads::isTransformer(input.path)) {
      open_.insert(""); // what a whole model serves: prepareServing checks the names
    }
    addFile(files->cascade, "workloads");
    if (files->model) {
      addFile(*files->model, "workloads");
    }
  }

  void machine(const Input& input) {
    const auto kind = arch::kindOf(input.path);
    if (!kind) {
      failed("arch", kind.error(), input);
    } else if (*kind == "gpu") {
      gpu(input);
    } else if (*kind == "cluster") {
      cluster(input);
    } else {
      spatial(input);
    }
  }

  void gpu(const Input& input) {
    const auto gpu = arch::loadGpu(input.path);
    if (!gpu) {
      failed("arch", gpu.error(), input);
      return;
    }
    open_.insert("arch"); // any number of the file may be set by its path
    for (const auto* unit : {"tensor_core", "lanes", "l2", "dram"}) {
      results_.insert(std::string(unit) + ".utilization");
    }
    for (const auto* level : {"shared", "l2", "dram"}) {
      addLevel(level);
    }
    addFiles(gpu->data().files);
  }

  void cluster(const Input& input) {
    const auto cluster = arch::loadCluster(input.path);
    if (!cluster) {
      failed("arch", cluster.error(), input);
      return;
    }
    open_.insert("arch"); // any number of the file may be set by its path
    for (const auto* name : kServingResults) {
      results_.insert(name);
    }
    addFiles(cluster->data().files);
  }

  void spatial(const Input& input) {
    const auto machine = arch::load(input.path);
    if (!machine) {
      failed("arch", machine.error(), input);
      return;
    }
    for (const auto& unit : machine->units()) {
      results_.insert(unit.name + ".utilization");
    }
    for (const auto& memory : machine->memories()) {
      results_.insert(memory.name + ".utilization"); // of its port
      addLevel(memory.name);
    }
    const auto node = config::load(machine->file(), {arch::machinesFolder()});
    const auto* parameters = node ? node->find("parameters") : nullptr;
    if (parameters != nullptr) {
      for (const auto& [key, value] : parameters->entries) {
        know("arch", key.scalar);
      }
    }
    addFiles(machine->files());
  }

  void addLevel(const std::string& name) {
    results_.insert(name + ".read_bytes");
    results_.insert(name + ".write_bytes");
  }

  void addFiles(const std::vector<std::string>& files) {
    for (const auto& file : files) {
      hash_.add(config::hashOfFile(file));
    }
  }

  void mapping(const Input& input) {
    const auto file = mappings::find(input.path);
    const auto node = file.and_then([](const fs::path& path) {
      return config::load(path, {config::catalogueRoot() / "mappings"});
    });
    if (!node) {
      failed("mapping", node.error(), input);
      return;
    }
    if (node->find("cases") != nullptr) {
      open_.insert("mapping"); // a case may bring sizes of its own
    }
    if (const auto* kind = node->find("kind"); kind != nullptr && kind->scalar == "serving") {
      open_.insert("mapping"); // any number of the file may be set by its path
    }
    if (const auto* sizes = node->find("sizes")) {
      for (const auto& [key, value] : sizes->entries) {
        know("mapping", key.scalar);
      }
    }
    hash_.add(*node);
  }

  const Raw& raw_;
  core::Problems& problems_;
  Hash hash_;
  std::map<std::string, std::vector<std::string>> known_; ///< prefix -> names that can be set
  std::set<std::string> open_;                            ///< prefixes where any name may be right
  std::set<std::string> failed_;                          ///< prefixes with an unreadable input
  std::set<std::string> results_;                         ///< names that `where` may use
};

} // namespace

std::string checkNames(const Raw& raw, core::Problems& problems) {
  Names names(raw, problems);
  names.lookUp();
  names.checkVaried();
  names.checkWhere();
  return names.hash();
}

} // namespace einsight::explore::sweep
