#pragma once
#include "arch/catalogue.hpp"
#include "arch/kind.hpp"
#include "arch/scope.hpp"
#include "config/catalogue.hpp"
#include "config/node.hpp"
#include "config/reader.hpp"

#include <set>

namespace einsight::arch {

/// The parts of `settings` that `parameters:` declares (null: nothing); the others are numbers of
/// the file, or mistakes.
core::Settings parametersOf(const core::Settings& settings, const config::Node* parameters);

/// A machine's file with what it extends, which is looked up in `folders`; a problem where it is of
/// another kind.
core::Expected<config::Node> documentOf(const std::filesystem::path& file, std::string_view kind,
                                        const std::vector<std::filesystem::path>& folders);

/// Where the sections of a machine's file are read from, and where to.
template <class Data>
struct MachineFrame {
  config::MapReader& reader;
  core::Problems& problems;
  Scope& scope;
  const std::vector<std::filesystem::path>& folders; ///< in which machines are looked up
  Data& data;                                        ///< name, summary, source and files are known
};

/// What the files of machines of kinds gpu, cpu and cluster have in common: name, summary, source
/// and parameters, around sections that `readSections(MachineFrame)` reads. All problems at
/// once; those of `check` come when there are no others.
template <class Machine, class ReadSections>
core::Expected<Machine>
readFramed(const std::filesystem::path& file, std::string_view kind, const core::Settings& settings,
           std::vector<std::filesystem::path> folders, const ReadSections& readSections) {
  folders.push_back(machinesFolder());
  const auto node = documentOf(file, kind, folders);
  if (!node) {
    return core::failure(node.error());
  }
  core::Problems problems;
  typename Machine::Data data;
  config::MapReader reader(*node, problems);
  data.name = reader.text("machine").value_or("");
  reader.oneOf("kind", machineKinds());
  data.summary = reader.text("summary").value_or("");
  data.source = reader.text("source").value_or("");
  Scope scope(problems);
  const auto* parameters = reader.mapIf("parameters");
  scope.readParameters(parameters, node->where, parametersOf(settings, parameters));
  std::set<std::string> files;
  collectFiles(*node, files);
  data.files.assign(files.begin(), files.end());
  readSections(MachineFrame<typename Machine::Data>{reader, problems, scope, folders, data});
  reader.finish();
  for (const auto& [name, value] : scope.values()) {
    data.parameters[name] = value.toDouble();
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  data.file = file.string();
  return check(std::move(data));
}

/// A machine by its name in the catalogue or the path of its file, as `read(file)` reads it.
template <class Read>
auto loadNamed(const std::string& nameOrPath, const Read& read) {
  return config::find(nameOrPath, {machinesFolder()}, "machine").and_then(read);
}

} // namespace einsight::arch
