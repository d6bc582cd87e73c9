#include "tests/einsum/cascades.hpp"

namespace einsight::einsum {

Cascade attention(const std::string& name, const core::Settings& settings,
                  const std::string& folder) {
  const auto cascade = readCascade(
      std::string(EINSIGHT_SOURCE_DIR) + "/workloads/" + folder + "/" + name + ".yaml", settings);
  INFO(core::render(cascade ? core::Problems{} : cascade.error()));
  REQUIRE(cascade.has_value());
  return *cascade;
}

} // namespace einsight::einsum
