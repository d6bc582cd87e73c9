#include "mapping_text.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <unistd.h>

namespace einsight::mappings::test {
namespace {

core::Expected<Mapping> readFile(const std::filesystem::path& file, const Setting& setting,
                                 const einsum::Cascade& cascade, const arch::Machine& machine) {
  return readMapping(file, cascade, machine, setting.mappingSettings,
                     {config::catalogueRoot() / "mappings"});
}

core::Expected<Reading> readingOfFile(const std::filesystem::path& file, const Setting& setting) {
  auto machine = arch::load(setting.machine, setting.machineSettings);
  auto cascade = workloads::load(setting.workload, setting.workloadSettings);
  if (!machine || !cascade) {
    FAIL((machine ? "" : core::render(machine.error()))
         << (cascade ? "" : core::render(cascade.error())));
  }
  auto first = readFile(file, setting, *cascade, *machine);
  if (!first) {
    return core::failure(first.error());
  }
  auto settings = workloadParameters(*first, *cascade, *machine);
  if (!settings) {
    return core::failure(settings.error());
  }
  for (const auto& [name, value] : setting.workloadSettings) {
    (*settings)[name] = value;
  }
  cascade = workloads::load(setting.workload, *settings);
  if (!cascade) {
    return core::failure(cascade.error());
  }
  auto mapping = readFile(file, setting, *cascade, *machine);
  if (!mapping) {
    return core::failure(mapping.error());
  }
  return Reading{std::move(*mapping), std::move(*cascade), std::move(*machine)};
}

/// The problems as the user sees them, with bare file names; places in the catalogue's own mappings
/// without line, as these files change.
std::string withBareNames(core::Problems problems) {
  const auto catalogue = (config::catalogueRoot() / "mappings").string();
  for (auto& problem : problems) {
    if (problem.where.file.find(catalogue) == 0) {
      problem.where.line = 0;
    }
    problem.where.file = std::filesystem::path(problem.where.file).filename().string();
  }
  return core::render(std::move(problems));
}

} // namespace

core::Expected<Reading> readingOf(const std::string& nameOrFile, const Setting& setting) {
  const auto file = find(nameOrFile);
  if (!file) {
    return core::failure(file.error());
  }
  return readingOfFile(*file, setting);
}

core::Expected<Reading> readingOfText(const std::string& text, const Setting& setting) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("einsight-mappings-{}", getpid());
  std::filesystem::create_directories(folder);
  const auto file = folder / "mapping.yaml";
  std::ofstream(file) << "version: 1\n" << text;
  auto reading = readingOfFile(file, setting);
  std::filesystem::remove_all(folder);
  return reading;
}

core::Expected<VerifiedMapping> verifiedOf(core::Expected<Reading> reading) {
  if (!reading) {
    return core::failure(reading.error());
  }
  return verify(std::move(reading->mapping), std::move(reading->cascade),
                std::move(reading->machine));
}

Reading valid(core::Expected<Reading> reading) {
  if (!reading) {
    FAIL(core::render(reading.error()));
  }
  return std::move(*reading);
}

VerifiedMapping valid(core::Expected<VerifiedMapping> mapping) {
  if (!mapping) {
    FAIL(core::render(mapping.error()));
  }
  return std::move(*mapping);
}

std::string messages(const core::Expected<Reading>& reading) {
  return reading ? "no problem" : withBareNames(reading.error());
}

std::string messages(const core::Expected<VerifiedMapping>& mapping) {
  return mapping ? "no problem" : withBareNames(mapping.error());
}

Part partOf(const VerifiedMapping& mapping, const std::string& name) {
  for (const auto& [variable, parts] : mapping.plan().parts) {
    for (const auto& part : parts) {
      if (part.name == name) {
        return part;
      }
    }
  }
  FAIL("no part " << name);
  return {};
}

} // namespace einsight::mappings::test
