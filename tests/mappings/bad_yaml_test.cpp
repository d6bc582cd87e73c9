#include "mapping_text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace einsight;
using namespace einsight::mappings::test;
namespace fs = std::filesystem;

namespace {

std::string contentOf(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> filesWith(const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(EINSIGHT_SOURCE_DIR "/tests/bad_yaml/mapping")) {
    if (entry.path().extension() == extension) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// "# workload: attention-1pass, machine: fusemax, L=4096, mapping.p1=4"
Setting settingOf(const std::string& text) {
  Setting setting;
  auto line = text.substr(0, text.find('\n'));
  std::replace(line.begin(), line.end(), ',', ' ');
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    const auto mark = word.find('=');
    if (word == "workload:") {
      words >> setting.workload;
    } else if (word == "machine:") {
      words >> setting.machine;
    } else if (mark != std::string::npos) {
      const core::Rational value(std::stoll(word.substr(mark + 1)));
      const auto name = word.substr(0, mark);
      const auto dot = name.find('.');
      auto& settings = dot == std::string::npos        ? setting.workloadSettings
                       : name.substr(0, dot) == "arch" ? setting.machineSettings
                                                       : setting.mappingSettings;
      settings[name.substr(dot == std::string::npos ? 0 : dot + 1)] = value;
    }
  }
  return setting;
}

} // namespace

TEST_CASE("every bad mapping file is answered with its expected messages", "[mappings]") {
  const auto files = filesWith(".yaml");
  REQUIRE(files.size() >= 40);
  for (const auto& file : files) {
    INFO(file.string());
    const auto expected = contentOf(fs::path(file).replace_extension(".expected"));
    CHECK(expected.find("error: ") != std::string::npos);
    CHECK(messages(verifiedOf(readingOf(file.string(), settingOf(contentOf(file))))) == expected);
  }
}

TEST_CASE("every expectation has its bad mapping file", "[mappings]") {
  for (const auto& file : filesWith(".expected")) {
    CHECK(fs::exists(fs::path(file).replace_extension(".yaml")));
  }
}
