#include "workloads/catalogue.hpp"
#include "workloads/lengths.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
namespace fs = std::filesystem;

namespace {

/// The lengths of a workload that has these, with sequences of at most L.
core::Expected<std::optional<workloads::Lengths>> lengthsWith(const std::string& lengths,
                                                              const core::Settings& settings = {}) {
  const auto file = fs::temp_directory_path() / fmt::format("einsight-lengths-{}.yaml", getpid());
  std::ofstream(file) << "version: 1\nextends: attention\nworkload: mine\n"
                         "parameters: {B: 3, L: 1K}\n"
                      << lengths;
  const auto cascade = workloads::load(file.string(), settings);
  if (!cascade) {
    FAIL(core::render(cascade.error()));
  }
  auto out = workloads::lengthsOf(file.string(), *cascade);
  fs::remove(file);
  return out;
}

std::string messagesOf(const std::string& lengths) {
  auto read = lengthsWith(lengths);
  if (read) {
    return "no problem";
  }
  auto problems = read.error();
  for (auto& problem : problems) {
    problem.where.file = "mine.yaml";
  }
  return core::render(problems);
}

std::vector<std::int64_t> valuesOf(const std::string& lengths,
                                   const core::Settings& settings = {}) {
  const auto read = lengthsWith(lengths, settings);
  REQUIRE(read);
  REQUIRE(*read);
  return (*read)->values;
}

} // namespace

TEST_CASE("A workload without lengths has sequences that are alike", "[workloads]") {
  const auto read = lengthsWith("");
  REQUIRE(read);
  CHECK_FALSE(*read);
}

TEST_CASE("Lengths may be given one by one", "[workloads]") {
  CHECK(valuesOf("lengths: {of: L, each: B, values: [512, 1K, L/4]}\n") ==
        std::vector<std::int64_t>{512, 1024, 256});
}

TEST_CASE("Drawn lengths lie within their bounds, and the seed decides them", "[workloads]") {
  const std::string uniform = "lengths: {of: L, each: B, draw: uniform, from: 100, to: L}\n";
  const auto drawn = valuesOf(uniform, {{"B", 1000}});
  REQUIRE(drawn.size() == 1000);
  CHECK(*std::min_element(drawn.begin(), drawn.end()) >= 100);
  CHECK(*std::max_element(drawn.begin(), drawn.end()) <= 1024);
  CHECK(*std::max_element(drawn.begin(), drawn.end()) > 1000);
  CHECK(*std::min_element(drawn.begin(), drawn.end()) < 120);
  CHECK(valuesOf(uniform, {{"B", 1000}}) == drawn);
  CHECK(valuesOf("lengths: {of: L, each: B, draw: uniform, from: 100, to: L, seed: 2}\n",
                 {{"B", 1000}}) != drawn);
}

TEST_CASE("Half of lognormal lengths are shorter than the median", "[workloads]") {
  const auto drawn = valuesOf(
      "lengths: {of: L, each: B, draw: lognormal, median: 200, spread: 1}\n", {{"B", 2000}});
  const auto shorter = std::count_if(drawn.begin(), drawn.end(), [](auto v) { return v < 200; });
  CHECK(shorter > 900);
  CHECK(shorter < 1100);
  CHECK(*std::max_element(drawn.begin(), drawn.end()) == 1024); // cut
}

TEST_CASE("One sequence is the cascade with its length", "[workloads]") {
  const auto read = lengthsWith("lengths: {of: L, each: B, values: [512, 1K, 7]}\n");
  REQUIRE(read);
  CHECK((*read)->settingsOf(7) == core::Settings{{"L", 7}, {"B", 1}});
}

TEST_CASE("A list goes before the drawing of the file that is extended", "[workloads]") {
  const auto file = fs::temp_directory_path() / fmt::format("einsight-given-{}.yaml", getpid());
  const auto read = [&](const std::string& lengths) {
    std::ofstream(file) << "version: 1\nextends: attention-varlen\nworkload: mine\n"
                           "parameters: {B: 3, L: 1K}\nlengths: "
                        << lengths;
    const auto cascade = workloads::load(file.string(), {});
    REQUIRE(cascade);
    auto out = workloads::lengthsOf(file.string(), *cascade);
    fs::remove(file);
    return out;
  };
  const auto given = read("{of: L, each: B, values: [512, 1K, 300]}\n");
  REQUIRE(given);
  CHECK((*given)->values == std::vector<std::int64_t>{512, 1024, 300});
  CHECK_FALSE(read("{values: [512, 1K, 300], draw: uniform}\n"));
}

TEST_CASE("Mistakes in lengths are told all at once", "[workloads]") {
  CHECK(messagesOf("lengths: {of: LL, each: B, draw: unifrom, values: [1, 2, 3], seed: -1}\n") ==
        "mine.yaml:5:15: error: lengths.of: the workload has no parameter 'LL'\n"
        "  help: did you mean 'L'? (one of: B, H, R, G, L, D, E, F, M, P, M0, M1)\n"
        "mine.yaml:5:34: error: lengths.draw: unknown value 'unifrom'\n"
        "  help: did you mean 'uniform'? (one of: uniform, lognormal)\n"
        "mine.yaml:5:68: error: lengths.seed: -1 is not from 0 to 9223372036854775807\n");
  CHECK(messagesOf("lengths: {of: L, each: B, draw: uniform, seed: -1/2}\n") ==
        "mine.yaml:5:48: error: lengths.seed: -1/2 is not from 0 to 9223372036854775807\n");
  CHECK(messagesOf("lengths: {of: L, each: B, values: [1, 2K]}\n") ==
        "mine.yaml:5:35: error: lengths.values: 2048 is not from 1 to 1024\n"
        "mine.yaml:5:35: error: lengths.values: 2 lengths for 3 sequences\n"
        "  help: one for each\n");
  CHECK(messagesOf("lengths: {of: L, each: B}\n") ==
        "mine.yaml:5:10: error: lengths: lengths are either given (values) or drawn (draw)\n"
        "  help: values: [512, 8K], or draw: uniform with from and to\n");
  CHECK(messagesOf("lengths: {of: L, each: B, draw: uniform, from: 9, to: 8}\n") ==
        "mine.yaml:5:48: error: lengths.from: the shortest may have 9, the longest 8\n");
}
