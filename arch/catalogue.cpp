#include "arch/catalogue.hpp"

#include "arch/kind.hpp"
#include "config/catalogue.hpp"
#include "config/reader.hpp"

namespace einsight::arch {

std::filesystem::path machinesFolder() {
  return config::catalogueRoot() / "arch" / "machines";
}

std::filesystem::path tablesFolder() {
  return config::catalogueRoot() / "arch" / "tables";
}

core::Expected<std::vector<Listed>> list() {
  std::vector<Listed> machines;
  core::Problems problems;
  for (const auto& name : config::names(machinesFolder())) {
    const auto file = machinesFolder() / (name + ".yaml");
    const auto node = config::load(file, {machinesFolder()});
    if (!node) {
      problems.insert(problems.end(), node.error().begin(), node.error().end());
      continue;
    }
    config::MapReader reader(*node, problems); // not finished: readMachine judges the other keys
    machines.push_back({name, reader.text("summary").value_or(""), reader.text("kind").value_or(""),
                        file.string()});
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return machines;
}

core::Expected<std::string> kindOf(const std::string& nameOrPath) {
  const auto file = config::find(nameOrPath, {machinesFolder()}, "machine");
  if (!file) {
    return core::failure(file.error());
  }
  const auto node = config::load(*file, {machinesFolder()});
  if (!node) {
    return core::failure(node.error());
  }
  core::Problems problems;
  config::MapReader reader(*node, problems); // not finished: the reader of the kind judges the rest
  const auto kind = reader.oneOf("kind", machineKinds());
  if (!kind && problems.empty()) {
    reader.problem("kind", "required key is missing", "write kind: spatial, gpu, cpu or cluster");
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return *kind;
}

core::Expected<Machine> load(const std::string& nameOrPath, const core::Settings& settings) {
  const auto file = config::find(nameOrPath, {machinesFolder()}, "machine");
  if (!file) {
    return core::failure(file.error());
  }
  return readMachine(*file, settings);
}

} // namespace einsight::arch
