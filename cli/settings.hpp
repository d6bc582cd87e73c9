#pragma once
#include "core/expected.hpp"
#include "core/settings.hpp"

#include <map>
#include <string>
#include <vector>

namespace einsight::cli {

/// What `--set` gives: a bare name is a parameter of the workload, `arch.` and `mapping.` go before
/// names of the other files.
struct Settings {
  core::Settings workload, machine, mapping;
  std::map<std::string, std::string> workloadNames{}; ///< of the workload, that are no numbers
};

/// Reads "L=4K", "arch.PE=64", "mapping.p1=4": values are exact numbers with the binary suffixes K,
/// M, G, or arithmetic on them, but a name or file for `trace`. Numbers of the `machines`, where
/// any are given, may have a unit as in their files ("1.5 GHz"); those in Hz, B/s and USD take no
/// suffix, which would be binary. Every problem at once.
core::Expected<Settings> readSettings(const std::vector<std::string>& texts,
                                      const std::vector<std::string>& machines = {});
/// The same, for a command that goes on to look for more mistakes: what could be read.
Settings readSettings(const std::vector<std::string>& texts, core::Problems& problems,
                      const std::vector<std::string>& machines = {});

} // namespace einsight::cli
