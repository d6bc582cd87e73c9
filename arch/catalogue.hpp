#pragma once
#include "arch/machine.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace einsight::arch {

/// The folders of the machines that come with Einsight, and of their tables.
std::filesystem::path machinesFolder();
std::filesystem::path tablesFolder();

/// One machine of the catalogue.
struct Listed {
  std::string name, summary, kind, file;
};

/// The machines that come with Einsight, by name.
core::Expected<std::vector<Listed>> list();

/// The kind of a machine, by its name in the catalogue or the path of its file: "spatial" is for
/// load, "gpu" for loadGpu (arch/gpu/gpu.hpp). An unknown kind is a problem.
core::Expected<std::string> kindOf(const std::string& nameOrPath);

/// Reads a spatial machine by its name in the catalogue or the path of its file; `settings` replace
/// its parameters. Every problem at once.
core::Expected<Machine> load(const std::string& nameOrPath, const core::Settings& settings = {});

} // namespace einsight::arch
