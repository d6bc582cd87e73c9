#pragma once
#include "mappings/verify.hpp"

#include <string>

namespace einsight::mappings::test {

/// A workload, a machine and settings of all three files, by name.
struct Setting {
  std::string workload = "attention-1pass";
  std::string machine = "fusemax";
  core::Settings workloadSettings{}, machineSettings{}, mappingSettings{};
};

/// What a mapping is read for: the cascade has the parameters that the mapping sets.
struct Reading {
  Mapping mapping;
  einsum::Cascade cascade;
  arch::Machine machine;
};

/// The mapping of that name or file, and what it is read for.
core::Expected<Reading> readingOf(const std::string& nameOrFile, const Setting& setting = {});
/// The same of the text after `version: 1`; its file is mapping.yaml in a temporary folder.
core::Expected<Reading> readingOfText(const std::string& text, const Setting& setting = {});

core::Expected<VerifiedMapping> verifiedOf(core::Expected<Reading> reading);

/// The value, or a test failure with the problems as the user sees them.
Reading valid(core::Expected<Reading> reading);
VerifiedMapping valid(core::Expected<VerifiedMapping> mapping);

/// The problems as the user sees them with bare file names, or "no problem".
std::string messages(const core::Expected<Reading>& reading);
std::string messages(const core::Expected<VerifiedMapping>& mapping);

/// The part of that name, or a test failure.
Part partOf(const VerifiedMapping& mapping, const std::string& name);

} // namespace einsight::mappings::test
