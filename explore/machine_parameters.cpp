#include "explore/machine_parameters.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "core/decimal.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

/// The paths of the numbers below a node.
void collectNumbers(const config::Node& node, std::vector<std::string>& paths) {
  if (node.kind == config::Node::Kind::Scalar && !node.scalar.empty() && !node.quoted &&
      core::readDecimal(node.scalar)) {
    paths.push_back(node.where.path);
  }
  for (const auto& [key, value] : node.entries) {
    collectNumbers(value, paths);
  }
}

/// Numbers of a machine without parameters that a name may mean: those of its section, or else all.
std::string numbersNear(const std::string& name, const config::Node& machine) {
  std::vector<std::string> all;
  std::vector<std::string> near;
  for (const auto& [key, section] : machine.entries) {
    const auto before = all.size();
    collectNumbers(section, all);
    if (!core::nearest(name, {key.scalar}).empty()) {
      near.insert(near.end(), all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
    }
  }
  return "it has no parameters, but numbers: " + core::suggestion(name, near.empty() ? all : near);
}

} // namespace

void checkParameters(const std::string& name, const std::string& machine,
                     const config::Node* settings, core::Problems& problems) {
  const std::vector<std::filesystem::path> folders{arch::machinesFolder()};
  const auto file = config::find(machine, folders, "machine");
  const auto node = file ? config::load(*file, folders) : core::failure(file.error());
  if (!node || settings == nullptr) {
    return;
  }
  std::vector<std::string> known;
  if (const auto* parameters = node->find("parameters")) {
    for (const auto& [key, value] : parameters->entries) {
      known.push_back(key.scalar);
    }
  }
  constexpr std::string_view kArch = "arch.";
  for (const auto& [key, value] : settings->entries) {
    const auto own = key.scalar.substr(key.scalar.starts_with(kArch) ? kArch.size() : 0);
    if (own.find('.') == std::string::npos &&
        std::find(known.begin(), known.end(), own) == known.end()) {
      config::report(key, fmt::format("machine '{}' has no parameter '{}' to set", name, own),
                     known.empty() ? numbersNear(own, *node) : core::suggestion(own, known),
                     problems);
    }
  }
}

} // namespace einsight::explore
