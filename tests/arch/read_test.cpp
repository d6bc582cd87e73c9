#include "arch/machine.hpp"
#include "machine_text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace einsight;
using arch::test::machineOf;
using arch::test::messages;
using arch::test::valid;
namespace fs = std::filesystem;

namespace {

std::string contentOf(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The text with the source folder's path taken out, so that it does not depend on the checkout.
std::string portable(std::string text) {
  const std::string folder = EINSIGHT_SOURCE_DIR "/";
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    text.erase(at, folder.size());
  }
  return text;
}

std::vector<fs::path> badFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator("tests/bad_yaml/machine")) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

} // namespace

TEST_CASE("every bad machine file is answered with its expected messages", "[arch]") {
  fs::current_path(EINSIGHT_SOURCE_DIR);
  const auto files = badFiles();
  REQUIRE(files.size() >= 14);
  for (const auto& file : files) {
    INFO(file.string());
    const auto machine = arch::readMachine(file);
    const auto expected = contentOf(fs::path(file).replace_extension(".expected"));
    CHECK(expected.find(": error: ") != std::string::npos);
    CHECK(portable(messages(machine)) == expected);
  }
}

TEST_CASE("every expectation has its bad machine file", "[arch]") {
  fs::current_path(EINSIGHT_SOURCE_DIR);
  for (const auto& entry : fs::directory_iterator("tests/bad_yaml/machine")) {
    if (entry.path().extension() == ".expected") {
      CHECK(fs::exists(fs::path(entry.path()).replace_extension(".yaml")));
    }
  }
}

TEST_CASE("a machine without tables has no energy and no area, with the reason", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"
                                       "machine: bare\n"
                                       "tables: ~\n"));
  CHECK_FALSE(machine.area().has_value());
  const std::string reason = "the machine file names no energy and area table for it";
  CHECK(machine.areaReason() ==
        "global_buffer: " + reason + "; array_2d: " + reason + "; array_1d: " + reason);
  for (const auto& memory : machine.memories()) {
    for (const auto& action : memory.actions) {
      CHECK_FALSE(action.picojoules.has_value());
      CHECK(action.reason == reason);
    }
  }
  CHECK_FALSE(machine.unit("array_2d")->actions.front().picojoules.has_value());
}

TEST_CASE("conventions of a publication are switched by name", "[arch]") {
  const auto machine = valid(machineOf("extends: flat\n"
                                       "conventions: {one_register_file: true, other: false}\n"));
  CHECK(machine.conventions() ==
        std::map<std::string, bool>{{"one_register_file", true}, {"other", false}});
}

TEST_CASE("settings that no parameter answers to are listed with the nearest name", "[arch]") {
  const auto machine = machineOf("extends: array-family\n", {{"columms", 32}, {"PE", 64}});
  REQUIRE_FALSE(machine.has_value());
  REQUIRE(machine.error().size() == 1);
  CHECK(machine.error()[0].where.path == "parameters");
  CHECK(machine.error()[0].what == "this machine has no parameter 'columms' to set");
  CHECK(machine.error()[0].help ==
        "did you mean 'columns'? (one of: E, PE, buffer_multiple, clock_mhz, columns, "
        "dram_gib_per_s, min_tiles, rows)");
}

TEST_CASE("a setting that makes a size impossible is named", "[arch]") {
  const auto machine = machineOf("extends: fusemax\n", {{"rows", 0}});
  REQUIRE_FALSE(machine.has_value());
  REQUIRE(machine.error().size() == 1);
  CHECK(machine.error()[0].where.path == "arrays.array_2d.axes.rows.size");
  CHECK(machine.error()[0].what == "rows = 0 must be a whole number from 1 to 1M");
  CHECK(machine.error()[0].help == "rows is 0, as set");
}
