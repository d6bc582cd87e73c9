#pragma once
#include "arch/cluster/cluster.hpp"

namespace einsight::arch::test {

/// The cluster whose file has this text after `version: 1`; the file lies in a temporary folder.
core::Expected<Cluster> clusterOf(const std::string& text, const core::Settings& settings = {});
/// The same for a CPU.
core::Expected<Cpu> cpuOf(const std::string& text, const core::Settings& settings = {});

/// The cluster, or a test failure with the problems as the user sees them.
Cluster valid(core::Expected<Cluster> cluster);
Cpu valid(core::Expected<Cpu> cpu);

/// The problems as the user sees them without the temporary folder, or "no problem".
std::string messages(const core::Expected<Cluster>& cluster);
std::string messages(const core::Expected<Cpu>& cpu);

} // namespace einsight::arch::test
