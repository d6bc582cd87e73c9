#include "arch/catalogue.hpp"
#include "arch/cluster/cluster.hpp"
#include "arch/gpu/gpu.hpp"
#include "config/catalogue.hpp"
#include "explore/serving/load.hpp"
#include "explore/sweep/names.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/trace.hpp"
#include "workloads/transformer.hpp"

#include <algorithm>
#include <array>

namespace einsight::explore::sweep {
namespace {

namespace fs = std::filesystem;

/// Results of whole models that serve requests, for conditions.
constexpr std::array kServingResults{"tbt_p50_s", "tbt_p99_s", "ttft_p50_s", "ttft_p99_s",
                                     "mean_batch"};

} // namespace

std::vector<Input> Names::inputs(const char* name) const {
  std::vector<Input> out;
  std::set<std::string> paths;
  if (const auto found = raw_.inputs.find(name); found != raw_.inputs.end()) {
    std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(out),
                 [&](const Input& input) { return paths.insert(input.path).second; });
  }
  return out;
}

void Names::failed(const std::string& prefix, core::Problems found, const Input& input) {
  failed_.insert(prefix);
  std::error_code error;
  ownMachineFailed_ =
      ownMachineFailed_ || (prefix == "arch" && fs::is_regular_file(input.path, error));
  for (auto& problem : found) {
    if (problem.where.file.empty()) {
      problem.where = input.where;
    }
    problems_.push_back(std::move(problem));
  }
}

void Names::know(const std::string& prefix, const std::string& name) {
  auto& names = known_[prefix];
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    names.push_back(name);
  }
}

void Names::addFile(const fs::path& file, const fs::path& folder) {
  if (const auto node = config::load(file, {config::catalogueRoot() / folder})) {
    hash_.add(*node);
  }
}

void Names::workload(const Input& input) {
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
    if (const auto trace = traceOf(input.path); !trace.empty()) {
      addTrace(trace);
    }
  }
  addFile(files->cascade, "workloads");
  if (files->model) {
    addFile(*files->model, "workloads");
  }
}

void Names::machine(const Input& input) {
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

void Names::gpu(const Input& input) {
  const auto gpu = arch::loadGpu(input.path);
  if (!gpu) {
    failed("arch", gpu.error(), input);
    return;
  }
  open_.insert("arch"); // any number of the file may be set by its path
  for (const auto* unit : {"tensor_core", "lanes", "special_functions", "l2", "dram"}) {
    results_.insert(std::string(unit) + ".utilization");
  }
  for (const auto* level : {"shared", "l2", "dram"}) {
    addLevel(level);
  }
  results_.insert(kServingResults.begin(), kServingResults.end()); // of a cluster of one
  devices_.insert(gpu->name());
  addFiles(gpu->data().files);
}

void Names::cluster(const Input& input) {
  const auto cluster = arch::loadCluster(input.path);
  if (!cluster) {
    failed("arch", cluster.error(), input);
    return;
  }
  open_.insert("arch"); // any number of the file may be set by its path
  results_.insert(kServingResults.begin(), kServingResults.end());
  for (const auto& group : cluster->data().groups) {
    devices_.insert(group.machine);
  }
  addFiles(cluster->data().files);
}

void Names::spatial(const Input& input) {
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

void Names::addLevel(const std::string& name) {
  results_.insert(name + ".read_bytes");
  results_.insert(name + ".write_bytes");
}

void Names::addFiles(const std::vector<std::string>& files) {
  for (const auto& file : files) {
    hash_.add(config::hashOfFile(file));
  }
}

void Names::mapping(const Input& input) {
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

void Names::addTrace(const std::string& trace) {
  if (const auto known = workloads::loadTrace(trace)) { // else the points say what is wrong
    hash_.add(config::hashOfFile(known->file));
  }
}

void Names::trace(const Input& input) {
  if (const auto known = workloads::loadTrace(input.path); !known) {
    failed(kTrace, known.error(), input);
  }
  addTrace(input.path);
}

void Names::lookUp() {
  for (const auto& [name, prefix] : {std::pair(kWorkload, ""), std::pair(kMachine, "arch")}) {
    if (inputs(name).empty() || raw_.absent.contains(name)) {
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
  for (const auto& input : inputs(kTrace)) {
    trace(input);
  }
  if (inputs(kMapping).empty() || raw_.absent.contains(kMapping)) {
    open_.insert("mapping");                     // sizes of whichever mapping is chosen
    for (const auto& entry : mappings::list()) { // any of them may be chosen
      const auto file = mappings::find(entry.name);
      hash_.add(file ? config::hashOfFile(*file) : "");
    }
  }
}

} // namespace einsight::explore::sweep
