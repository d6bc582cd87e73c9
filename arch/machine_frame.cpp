#include "arch/machine_frame.hpp"

namespace einsight::arch {

core::Settings parametersOf(const core::Settings& settings, const config::Node* parameters) {
  core::Settings declared;
  for (const auto& [name, value] : settings) {
    if (parameters != nullptr && parameters->find(name) != nullptr) {
      declared.emplace(name, value);
    }
  }
  return declared;
}

core::Expected<config::Node> documentOf(const std::filesystem::path& file, std::string_view kind,
                                        const std::vector<std::filesystem::path>& folders) {
  auto node = config::load(file, folders);
  if (!node) {
    return node;
  }
  core::Problems problems;
  if (!isOfKind(*node, kind, problems)) {
    return core::failure(std::move(problems));
  }
  return node;
}

} // namespace einsight::arch
