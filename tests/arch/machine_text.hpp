#pragma once
#include "arch/machine.hpp"

#include <string>

namespace einsight::arch::test {

/// The machine whose file has this text after `version: 1`; the file lies in a temporary folder.
core::Expected<Machine> machineOf(const std::string& text, const core::Settings& settings = {});

/// The machine, or a test failure with the problems as the user sees them.
Machine valid(core::Expected<Machine> machine);

/// The problems as the user sees them, or "no problem".
std::string messages(const core::Expected<Machine>& machine);

/// The energy in pJ of an action of that name; a test failure when there is none.
double energy(const std::vector<Action>& actions, const std::string& name);

} // namespace einsight::arch::test
