#include "explore/machine_parameters.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {

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
                     known.empty() ? "it has no parameters" : core::suggestion(own, known),
                     problems);
    }
  }
}

} // namespace einsight::explore
