#include "arch/kind.hpp"

#include "arch/catalogue.hpp"
#include "config/scalar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::arch {

namespace {

constexpr std::array<std::string_view, 4> kKinds{"spatial", "gpu", "cpu", "cluster"};

std::string namesOf(std::string_view kind) {
  std::string names;
  for (const auto& machine : list().value_or(std::vector<Listed>{})) {
    if (machine.kind == kind) {
      names += (names.empty() ? "" : ", ") + machine.name;
    }
  }
  return names;
}

} // namespace

std::span<const std::string_view> machineKinds() {
  return kKinds;
}

bool isOfKind(const config::Node& machine, std::string_view needed, core::Problems& problems) {
  const auto* kind = machine.find("kind");
  if (kind == nullptr || kind->scalar == needed ||
      std::find(kKinds.begin(), kKinds.end(), kind->scalar) == kKinds.end()) {
    return true;
  }
  config::report(*kind,
                 fmt::format("this machine is of kind '{}'; one of kind '{}' is needed here",
                             kind->scalar, needed),
                 fmt::format("machines of kind {}: {}", needed, namesOf(needed)), problems);
  return false;
}

} // namespace einsight::arch
