#include "arch/measure.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"

namespace einsight::arch {

std::optional<config::Dimension> measureAt(const std::vector<std::string>& machines,
                                           const std::string& path) {
  const std::vector<std::filesystem::path> folders{machinesFolder()};
  for (const auto& machine : machines) {
    const auto file = config::find(machine, folders, "machine");
    const auto root = file ? config::load(*file, folders) : core::failure({});
    if (const auto measure = root ? config::measureAt(*root, path) : std::nullopt) {
      return measure;
    }
  }
  return std::nullopt;
}

} // namespace einsight::arch
