#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace einsight;
namespace fs = std::filesystem;

namespace {

std::string contentOf(const fs::path& file) {
  std::ifstream in(file);
  REQUIRE(in.good());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

} // namespace

TEST_CASE("every bad workload file is refused with exactly the expected text", "[workloads]") {
  const fs::path before = fs::current_path();
  fs::current_path(EINSIGHT_SOURCE_DIR);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator("tests/bad_yaml/workload")) {
    if (entry.path().extension() != ".yaml") {
      continue;
    }
    ++files;
    INFO(entry.path().string());
    const auto cascade = workloads::load(entry.path().string());
    CHECK_FALSE(cascade.has_value());
    if (!cascade) {
      CHECK(core::render(cascade.error()) ==
            contentOf(fs::path(entry.path()).replace_extension(".expected")));
    }
  }
  fs::current_path(before);
  CHECK(files >= 20);
}
