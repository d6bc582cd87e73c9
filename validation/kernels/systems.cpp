#include "config/reader.hpp"
#include "validation/kernels/spec.hpp"
#include "validation/kernels/text.hpp"
#include "validation/pattern.hpp"

#include <algorithm>

namespace einsight::validation {
namespace {

/// A workload or mapping by its name, or by a file beside systems.yaml.
std::string nameOrFile(const std::string& text, const std::filesystem::path& folder) {
  return text.ends_with(".yaml") ? (folder / text).string() : text;
}

KernelSystem readSystem(const std::string& name, const config::Node& node,
                        const std::filesystem::path& folder, core::Problems& problems) {
  config::MapReader reader(node, problems);
  KernelSystem out;
  out.system = name;
  out.pass = reader.text("pass").value_or("");
  out.mask = reader.textOr("mask", "").value_or("");
  out.hardware = reader.textOr("hardware", "").value_or("");
  out.when = reader.expressionIf("when");
  out.workload = nameOrFile(reader.text("workload").value_or(""), folder);
  out.mapping = nameOrFile(reader.text("mapping").value_or(""), folder);
  out.times = reader.realOr("times", 1).value_or(1);
  if (const auto* parameters = reader.mapIf("parameters")) {
    out.parameters = readExpressions(*parameters, problems);
  }
  if (const auto* sizes = reader.mapIf("sizes")) {
    out.mappingSettings = readExpressions(*sizes, problems);
  }
  reader.finish();
  return out;
}

bool fits(const std::string& text, const std::string& pattern) {
  return pattern.empty() || matches(text, pattern);
}

} // namespace

std::optional<std::string> KernelSystems::machineOf(const std::string& published) const {
  const auto found = std::find_if(hardware.begin(), hardware.end(), [&](const auto& entry) {
    return matches(published, entry.first);
  });
  return found == hardware.end() ? std::nullopt : std::optional(found->second);
}

std::vector<const KernelSystem*> KernelSystems::find(const std::string& system,
                                                     const std::string& pass,
                                                     const std::string& mask,
                                                     const std::string& published) const {
  std::vector<const KernelSystem*> found;
  for (const auto& entry : systems) {
    if (matches(system, entry.system) && entry.pass == pass && fits(mask, entry.mask) &&
        fits(published, entry.hardware)) {
      found.push_back(&entry);
    }
  }
  return found;
}

core::Expected<KernelSystems> readKernelSystems(const std::filesystem::path& file) {
  const auto document = config::load(file);
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  KernelSystems out;
  config::MapReader reader(*document, problems);
  reader.text("summary");
  if (const auto* hardware = reader.map("hardware")) {
    for (const auto& [name, machine] : hardware->entries) {
      out.hardware.emplace_back(name.scalar, machine.scalar);
    }
  }
  if (const auto* parameters = reader.map("parameters")) {
    out.parameters = readExpressions(*parameters, problems);
  }
  if (const auto* systems = reader.map("systems")) {
    for (const auto& [name, entries] : systems->entries) {
      for (const auto& item : entries.items) {
        out.systems.push_back(readSystem(name.scalar, item, file.parent_path(), problems));
      }
    }
  }
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return out;
}

} // namespace einsight::validation
