#include "arch/machine_frame.hpp"

namespace einsight::arch {

core::Settings parametersOf(const core::Settings& settings) {
  core::Settings parameters;
  for (const auto& [name, value] : settings) {
    if (name.find('.') == std::string::npos) {
      parameters.emplace(name, value);
    }
  }
  return parameters;
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
