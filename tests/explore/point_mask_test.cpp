#include "einsum/analysis.hpp"
#include "point_laws.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::explore;
using namespace einsight::explore::test;

namespace {

/// A folder of its own for workload files, removed at the end.
class Folder {
public:
  Folder()
      : root_(std::filesystem::temp_directory_path() /
              fmt::format("einsight-explore-{}", getpid())) {
    std::filesystem::create_directories(root_);
  }
  ~Folder() { std::filesystem::remove_all(root_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// A workload file with this text after `version: 1`.
  std::string write(const std::string& name, const std::string& text) const {
    const auto file = root_ / (name + ".yaml");
    std::ofstream(file) << "version: 1\nworkload: " << name << "\n" << text;
    return file.string();
  }

private:
  std::filesystem::path root_;
};

const std::string kKey = "m1*M0+m0";

std::string masked(const Folder& folder, const std::string& name, bool onePass,
                   const std::string& mask) {
  return folder.write(name, onePass ? "extends: attention-1pass\nmasks: {BQK: " + mask + "}\n"
                                    : "extends: attention-3pass\nmasks: {QK: " + mask + "}\n");
}

struct Pair {
  bool onePass;
  std::string machine, mapping;
};
const std::vector<Pair> kPairs{{true, "fusemax", "fusemax-binding"},
                               {true, "fusemax", "fusemax-architecture"},
                               {true, "flat-deep-registers", "fusemax-cascade"},
                               {false, "flat", "unfused"},
                               {false, "flat", "flat"}};

const Laws kMasked{true, false, true};

std::int64_t operationsOf(const results::Result& result, const std::string& einsum) {
  for (const auto& use : result.einsums) {
    if (use.name == einsum) {
      std::int64_t sum = 0;
      for (const auto& [op, count] : use.ops) {
        sum += count;
      }
      return sum;
    }
  }
  FAIL("no Einsum " << einsum);
  return 0;
}

} // namespace

TEST_CASE("causal attention obeys every law, at even and ragged lengths", "[explore]") {
  for (const auto& pair : kPairs) {
    for (const std::int64_t length : {10, 64, 100, 300}) {
      const PointRequest request{pair.onePass ? "attention-1pass-causal" : "attention-3pass-causal",
                                 pair.machine,
                                 pair.mapping,
                                 {{"B", 1}, {"H", 2}, {"E", 8}, {"F", 8}, {"L", length}},
                                 {{"PE", 16}},
                                 {}};
      INFO(describe(request));
      CHECK(violation(prepared(request), kMasked) == "");
    }
  }
}

TEST_CASE("windows, prefixes and bands of keys obey every law", "[explore]") {
  const Folder folder;
  for (const auto& pair : kPairs) {
    const auto key = pair.onePass ? kKey : "m";
    const std::vector<std::pair<std::string, std::string>> masks{
        {"window", fmt::format("{0} <= p and {0} >= p - 9", key)},
        {"band", fmt::format("{0} <= p + 7 and {0} >= p - 7", key)},
        {"ahead", fmt::format("{0} >= p", key)},
        {"prefix", fmt::format("{0} < 40", key)}};
    for (const auto& [name, mask] : masks) {
      for (const std::int64_t length : {64, 100}) {
        const PointRequest request{masked(folder, name, pair.onePass, mask),
                                   pair.machine,
                                   pair.mapping,
                                   {{"B", 1}, {"H", 2}, {"E", 8}, {"F", 8}, {"L", length}},
                                   {{"PE", 16}},
                                   {}};
        INFO(name << ": " << describe(request));
        auto laws = kMasked;
        laws.compulsory = name != "prefix"; // keys behind it are never needed
        CHECK(violation(prepared(request), laws) == "");
      }
    }
  }
}

TEST_CASE("a mask that lets everything through changes nothing", "[explore]") {
  const Folder folder;
  for (const auto& pair : kPairs) {
    const auto mask = (pair.onePass ? kKey : "m") + std::string(" <= p + 1000");
    const core::Settings sizes{{"B", 1}, {"H", 2}, {"E", 8}, {"F", 8}, {"L", 100}};
    const auto open = run(prepared({masked(folder, "open", pair.onePass, mask),
                                    pair.machine,
                                    pair.mapping,
                                    sizes,
                                    {{"PE", 16}},
                                    {}}));
    const auto plain = run(prepared({pair.onePass ? "attention-1pass" : "attention-3pass",
                                     pair.machine,
                                     pair.mapping,
                                     sizes,
                                     {{"PE", 16}},
                                     {}}));
    REQUIRE(open.has_value());
    REQUIRE(plain.has_value());
    INFO(pair.mapping);
    CHECK(open->cycles == plain->cycles);
    CHECK(open->flops == plain->flops);
    CHECK(open->energy.total == plain->energy.total);
  }
}

TEST_CASE("causal tiles above the diagonal are not visited: about half of the work", "[explore]") {
  const core::Settings sizes{{"B", 1}, {"H", 1}, {"E", 64}, {"F", 64}, {"L", 16 * 256}};
  const auto causal =
      run(prepared({"attention-1pass-causal", "fusemax", "fusemax-binding", sizes, {}, {}}));
  const auto full = run(prepared({"attention-1pass", "fusemax", "fusemax-binding", sizes, {}, {}}));
  REQUIRE(causal.has_value());
  REQUIRE(full.has_value());
  // 16 tiles on the diagonal and 120 below it, of 256: whole tiles are executed.
  CHECK(operationsOf(*causal, "BQK") * 256 == operationsOf(*full, "BQK") * 136);
  // In later rows of keys few tiles follow each other: the pipeline fills and drains in each.
  CHECK(*causal->cycles < 0.7 * *full->cycles);
  CHECK(*causal->cycles > 136.0 / 256 * 0.95 * *full->cycles);
}
