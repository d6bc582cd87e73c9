#include "cluster_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <unistd.h>

namespace einsight::arch::test {

namespace {

std::filesystem::path folder() {
  return std::filesystem::temp_directory_path() / fmt::format("einsight-cluster-{}", getpid());
}

template <class Read>
auto readText(const std::string& text, const Read& read) {
  std::filesystem::create_directories(folder());
  const auto file = folder() / "machine.yaml";
  std::ofstream(file) << "version: 1\n" << text;
  auto found = read(file);
  std::filesystem::remove_all(folder());
  return found;
}

template <class Machine>
Machine validOf(core::Expected<Machine> machine) {
  if (!machine) {
    FAIL(core::render(machine.error()));
  }
  return std::move(*machine);
}

template <class Machine>
std::string messagesOf(const core::Expected<Machine>& machine) {
  auto text = machine ? std::string("no problem") : core::render(machine.error());
  const auto prefix = folder().string() + "/";
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
    text.erase(at, prefix.size());
  }
  return text;
}

} // namespace

core::Expected<Cluster> clusterOf(const std::string& text, const core::Settings& settings) {
  return readText(text, [&](const auto& file) { return readCluster(file, settings); });
}

core::Expected<Cpu> cpuOf(const std::string& text, const core::Settings& settings) {
  return readText(text, [&](const auto& file) { return readCpu(file, settings); });
}

Cluster valid(core::Expected<Cluster> cluster) {
  return validOf(std::move(cluster));
}

Cpu valid(core::Expected<Cpu> cpu) {
  return validOf(std::move(cpu));
}

std::string messages(const core::Expected<Cluster>& cluster) {
  return messagesOf(cluster);
}

std::string messages(const core::Expected<Cpu>& cpu) {
  return messagesOf(cpu);
}

} // namespace einsight::arch::test
