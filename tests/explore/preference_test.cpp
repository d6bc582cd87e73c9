#include "explore/preference.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

using einsight::explore::byPreference;

std::ptrdiff_t placeOf(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) - names.begin();
}

} // namespace

TEST_CASE("mappings stand in the order of their preference, those without one last",
          "[explore][preference]") {
  const auto names = byPreference("gpu");
  CHECK(placeOf(names, "flash-attention-3") < placeOf(names, "unfused-chain"));
  CHECK(placeOf(names, "unfused-chain") < std::ssize(names));
}

TEST_CASE("only mappings of the kind are named, without those that are left out",
          "[explore][preference]") {
  const auto all = byPreference("gpu");
  const auto some = byPreference("gpu", [](const einsight::config::Node& root) {
    return root.find("neighborhood") != nullptr;
  });
  CHECK(placeOf(all, "neighborhood-hopper") < std::ssize(all));
  CHECK(placeOf(some, "neighborhood-hopper") == std::ssize(some));
  CHECK(some.size() < all.size());
  CHECK(placeOf(all, "fusemax-binding") == std::ssize(all));
  CHECK(byPreference("nothing of this kind").empty());
}
