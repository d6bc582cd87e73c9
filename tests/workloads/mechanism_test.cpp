#include "workloads/catalogue.hpp"
#include "workloads/mechanism.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace einsight;
namespace fs = std::filesystem;

namespace {

/// A workload file that is removed again.
class TemporaryWorkload {
public:
  explicit TemporaryWorkload(const std::string& mechanism)
      : path_(fs::temp_directory_path() / "einsight-mechanism-test.yaml") {
    std::ofstream(path_) << "version: 1\nworkload: einsight-mechanism-test\nsource: nobody\n"
                            "parameters: {L: 8, D: 4, G: 2}\nranks: {l: L, d: D}\n"
                            "tensors: {X: [l, d]}\neinsums: [\"Z[l] = X[l,d] :: add(d)\"]\n"
                         << mechanism;
  }
  ~TemporaryWorkload() { fs::remove(path_); }
  TemporaryWorkload(const TemporaryWorkload&) = delete;
  TemporaryWorkload& operator=(const TemporaryWorkload&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

private:
  fs::path path_;
};

core::Expected<std::optional<workloads::Mechanism>> read(const std::string& mechanism,
                                                         const core::Settings& settings = {}) {
  const TemporaryWorkload file(mechanism);
  const auto cascade = workloads::load(file.path(), settings);
  REQUIRE(cascade.has_value());
  return workloads::mechanismOf(file.path(), *cascade);
}

std::string problemsOf(const std::string& mechanism) {
  const auto found = read(mechanism);
  if (found) {
    return "accepted";
  }
  auto text = core::render(found.error());
  for (auto at = text.find('/'); at != std::string::npos; at = text.find('/')) {
    const auto end = text.find("einsight-mechanism-test.yaml", at);
    text.erase(at, end - at);
  }
  return text;
}

} // namespace

TEST_CASE("what decoding keeps is computed from the parameters as they are set", "[workloads]") {
  const std::string text = "mechanism: {title: T, idea: An idea., cache_per_token: 2*G*D, "
                           "state: D*D/8, cache_bits: 8}\n";
  const auto found = read(text, {{"G", 3}});
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  const auto& about = **found;
  CHECK(about.title == "T");
  CHECK(about.idea == "An idea.");
  CHECK(about.source == "nobody");
  CHECK(about.cachePerToken == 24);
  CHECK(about.cacheText == "2*G*D");
  CHECK(about.state == 2);
  CHECK(about.cacheBits == 8);
  CHECK(about.family.empty());
}

TEST_CASE("a workload without a mechanism has none", "[workloads]") {
  const auto found = read("");
  REQUIRE(found.has_value());
  CHECK_FALSE(found->has_value());
}

TEST_CASE("every mistake of a mechanism is reported with its place", "[workloads]") {
  CHECK(problemsOf("mechanism: {title: T, cache_per_token: 2*Q, state: 0-1, cach_bits: 8}\n") ==
        "einsight-mechanism-test.yaml:8:12: error: mechanism.idea: required key is missing\n"
        "einsight-mechanism-test.yaml:8:40: error: mechanism.cache_per_token: unknown name 'Q'\n"
        "  help: the parameters are L, D, G\n"
        "einsight-mechanism-test.yaml:8:52: error: mechanism.state: -1 is less than 0\n"
        "einsight-mechanism-test.yaml:8:57: error: mechanism.cach_bits: unknown key\n"
        "  help: did you mean 'cache_bits'? (one of: title, idea, cache_per_token, state, "
        "cache_bits)\n");
}

TEST_CASE("the library is listed family by family", "[workloads]") {
  const auto names = workloads::library();
  REQUIRE(names.size() >= 60);
  std::vector<std::string> families;
  for (const auto& name : names) {
    const auto cascade = workloads::load(name);
    REQUIRE(cascade.has_value());
    const auto about = workloads::mechanismOf(name, *cascade);
    REQUIRE(about.has_value());
    REQUIRE(about->has_value());
    if (families.empty() || families.back() != (*about)->family) {
      families.push_back((*about)->family);
    }
  }
  CHECK(std::is_sorted(families.begin(), families.end()));
  CHECK(std::adjacent_find(families.begin(), families.end()) == families.end());
}
