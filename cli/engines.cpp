#include "cli/engines.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::cli {

const std::vector<std::string>& engineNames() {
  static const std::vector<std::string> kNames{"analytic", "cycle"};
  return kNames;
}

const std::vector<std::string>& runEngineNames() {
  static const std::vector<std::string> kNames{"analytic", "cycle", "pe"};
  return kNames;
}

core::Problems checkEngine(const std::string& name, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    return {};
  }
  return {{{{}, 0, 0, "--engine"},
           fmt::format("there is no engine '{}'", name),
           core::suggestion(name, known)}};
}

} // namespace einsight::cli
