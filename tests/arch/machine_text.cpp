#include "machine_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <unistd.h>

namespace einsight::arch::test {

core::Expected<Machine> machineOf(const std::string& text, const core::Settings& settings) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("einsight-{}", getpid());
  std::filesystem::create_directories(folder);
  const auto file = folder / "machine.yaml";
  std::ofstream(file) << "version: 1\n" << text;
  auto machine = readMachine(file, settings);
  std::filesystem::remove_all(folder);
  return machine;
}

Machine valid(core::Expected<Machine> machine) {
  if (!machine) {
    FAIL(core::render(machine.error()));
  }
  return std::move(*machine);
}

std::string messages(const core::Expected<Machine>& machine) {
  return machine ? "no problem" : core::render(machine.error());
}

double energy(const std::vector<Action>& actions, const std::string& name) {
  for (const auto& action : actions) {
    if (action.name == name && action.picojoules) {
      return *action.picojoules;
    }
  }
  FAIL("no energy of " << name);
  return 0;
}

} // namespace einsight::arch::test
