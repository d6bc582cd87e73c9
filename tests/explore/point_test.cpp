#include "point_laws.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;
using namespace einsight::explore::test;

namespace {

using core::Settings;

struct Pair {
  std::string workload, machine, mapping;
};

const std::vector<Pair> kPairs{{"attention-1pass", "fusemax", "fusemax-binding"},
                               {"attention-1pass", "fusemax", "fusemax-architecture"},
                               {"attention-1pass", "flat-deep-registers", "fusemax-cascade"},
                               {"attention-3pass", "flat", "unfused"},
                               {"attention-3pass", "flat", "flat"}};

/// Every pair at these sizes on a small array; heads and lengths as given.
void checkLaws(const Settings& workload, const Settings& machine, const Laws& laws = {}) {
  for (const auto& pair : kPairs) {
    const PointRequest request{pair.workload, pair.machine, pair.mapping, workload, machine, {}};
    INFO(describe(request));
    CHECK(violation(prepared(request), laws) == "");
  }
}

Settings sizes(std::int64_t b, std::int64_t h, std::int64_t e, std::int64_t f, std::int64_t l) {
  return {{"B", b}, {"H", h}, {"E", e}, {"F", f}, {"L", l}};
}

} // namespace

TEST_CASE("on a small array every law holds at even lengths", "[explore]") {
  checkLaws(sizes(2, 3, 8, 8, 128), {{"PE", 16}});
}

TEST_CASE("on a small array every law holds at ragged lengths", "[explore]") {
  for (const std::int64_t length : {100, 300}) {
    checkLaws(sizes(1, 2, 8, 8, length), {{"PE", 16}});
  }
}

TEST_CASE("on a rectangular array every law holds, either way", "[explore]") {
  checkLaws(sizes(1, 2, 8, 8, 100), {{"rows", 8}, {"columns", 16}});
  checkLaws(sizes(2, 1, 8, 8, 100), {{"rows", 16}, {"columns", 8}});
}

TEST_CASE("keys and values may have different sizes", "[explore]") {
  checkLaws(sizes(1, 2, 24, 5, 64), {{"PE", 16}});
  checkLaws(sizes(1, 2, 5, 24, 64), {{"PE", 16}});
}

TEST_CASE("one head of one batch, one query, one key", "[explore]") {
  checkLaws(sizes(1, 1, 4, 4, 50), {{"PE", 16}});
  checkLaws(sizes(1, 1, 1, 1, 1), {{"PE", 16}});
  checkLaws(sizes(3, 2, 4, 4, 10), {{"PE", 16}}); // a tile larger than the sequence
}

TEST_CASE("the full-size machines obey every law", "[explore]") {
  for (const std::int64_t length : {10, 1000, 1024}) {
    checkLaws(sizes(1, 2, 64, 64, length), {});
  }
}

TEST_CASE("long sequences obey every law that can be seen with periods skipped", "[explore]") {
  const Laws skipped{false, true, true};
  checkLaws(sizes(64, 12, 64, 64, 1 << 16), {}, skipped);
  checkLaws(sizes(1, 1, 64, 64, 100000), {{"buffer_mib", 64}}, skipped);
}

TEST_CASE("one query over many keys obeys every law", "[explore]") {
  for (const auto& pair : kPairs) {
    const bool one = pair.workload == "attention-1pass";
    for (const auto& [p, m] : {std::pair{1, 777}, std::pair{777, 1}, std::pair{33, 70}}) {
      const PointRequest request{
          one ? "cross-attention-1pass" : "cross-attention-3pass",      pair.machine, pair.mapping,
          {{"B", 2}, {"H", 2}, {"E", 8}, {"F", 8}, {"P", p}, {"M", m}}, {{"PE", 16}}, {}};
      INFO(describe(request));
      CHECK(violation(prepared(request)) == "");
    }
  }
}

TEST_CASE("with a buffer of any size every law holds, or the mapping is refused for its capacity",
          "[explore]") {
  int legal = 0;
  for (const std::int64_t bytes : {2048, 4096, 6000, 8192, 16384, 65536}) {
    for (const auto& pair : kPairs) {
      const PointRequest request{pair.workload,
                                 pair.machine,
                                 pair.mapping,
                                 sizes(1, 2, 8, 8, 96),
                                 {{"PE", 16}, {"buffer_mib", core::Rational(bytes, 1 << 20)}},
                                 {}};
      INFO(describe(request));
      const auto point = prepare(request);
      if (!point) {
        CHECK(core::render(point.error()).find("bytes of 'global_buffer', which holds") !=
              std::string::npos);
        continue;
      }
      ++legal;
      CHECK(violation(*point) == "");
    }
  }
  CHECK(legal >= 20);
}

TEST_CASE("a slow memory makes a run slower, and every law holds", "[explore]") {
  for (const auto& pair : kPairs) {
    double before = 0;
    for (const std::int64_t rate : {400, 10, 1}) {
      const PointRequest request{pair.workload,
                                 pair.machine,
                                 pair.mapping,
                                 sizes(1, 2, 8, 8, 96),
                                 {{"PE", 16}, {"dram_gib_per_s", rate}},
                                 {}};
      INFO(describe(request));
      const auto point = prepared(request);
      CHECK(violation(point) == "");
      const auto result = run(point);
      REQUIRE(result.has_value());
      CHECK(*result->cycles > before);
      before = *result->cycles;
    }
  }
}

TEST_CASE("tiles larger or smaller than the array obey every law", "[explore]") {
  for (const std::int64_t tile : {24, 32, 12}) {
    for (const auto& pair : kPairs) {
      auto workload = sizes(1, 2, 8, 8, 100);
      Settings mapping{{"p0", tile}};
      (pair.workload == "attention-1pass" ? workload["M0"] : mapping["m0"]) = tile;
      const PointRequest request{pair.workload, pair.machine, pair.mapping,
                                 workload,      {{"PE", 16}}, mapping};
      INFO(describe(request));
      CHECK(violation(prepared(request)) == "");
    }
  }
}

TEST_CASE("matrix products, linear layers and a whole encoder layer obey every law", "[explore]") {
  const std::vector<PointRequest> requests{
      {"matmul", "fusemax", "matmul", {{"M", 70}, {"N", 33}, {"K", 50}}, {{"PE", 16}}, {}},
      {"matmul",
       "flat",
       "matmul",
       {{"M", 1}, {"N", 100}, {"K", 7}},
       {{"rows", 8}, {"columns", 16}},
       {}},
      {"linear-layers",
       "fusemax",
       "linear-layers",
       {{"B", 1}, {"L", 40}, {"D", 48}, {"H", 2}, {"E", 16}, {"F", 16}, {"S", 70}},
       {{"PE", 16}},
       {}},
      {"encoder-layer-1pass",
       "fusemax",
       "encoder-fusemax",
       {{"B", 1}, {"L", 40}, {"D", 48}, {"H", 2}, {"E", 16}, {"F", 16}, {"S", 70}},
       {{"PE", 16}},
       {}}};
  for (const auto& request : requests) {
    INFO(describe(request));
    CHECK(violation(prepared(request)) == "");
  }
}

TEST_CASE("a result has its inputs, its limits, and what it was asked for", "[explore]") {
  const auto point =
      prepared({"attention-1pass", "fusemax", "fusemax-binding", sizes(1, 1, 64, 64, 512), {}, {}});
  RunOptions options;
  options.limits = true;
  const auto result = run(point, options);
  REQUIRE(result.has_value());
  CHECK(result->workload == "attention-1pass");
  CHECK(result->machine == "fusemax");
  CHECK(result->mapping == "fusemax-binding");
  CHECK(result->engine == "cycle");
  CHECK(result->inputs.size() >= 4); // workload, machine, its table, mapping
  for (const auto& [file, hash] : result->inputs) {
    INFO(file);
    CHECK(hash.size() == 16);
  }
  REQUIRE(result->limits.size() == 3);
  CHECK(result->limits[0].unit == "array_1d"); // AV of few key tiles is not hidden
  for (const auto& limit : result->limits) {
    CHECK(limit.speedupIfDoubled <= result->limits[0].speedupIfDoubled);
    CHECK(limit.speedupIfDoubled >= 1);
    CHECK(limit.speedupIfDoubled <= 2);
  }
  REQUIRE(result->areaUm2.has_value());
  REQUIRE(result->energy.total.has_value());
}

TEST_CASE("without a mapping the catalogue's first that is legal is taken, and named",
          "[explore]") {
  const auto point = prepared({"attention-1pass", "fusemax", "", sizes(1, 1, 64, 64, 512), {}, {}});
  CHECK(point.mappingName == "fusemax-binding");
  REQUIRE(point.notes.size() == 1);
  CHECK(point.notes[0] == "mapping fusemax-binding chosen from the catalogue; -m gives another");
  CHECK(prepared({"attention-3pass", "flat", "", sizes(1, 1, 64, 64, 512), {}, {}})
            .mapping.mapping()
            .bindings.size() == 6);
}

TEST_CASE(
    "a cascade for which the catalogue has nothing gets what a short search finds, or what runs "
    "any where that is better",
    "[explore]") {
  for (const auto* workload : {"attention", "attention-window", "biformer"}) {
    PointRequest request{workload, "fusemax", "", {{"L", 500}}, {}, {}};
    INFO(workload);
    const auto chosen = prepared(request);
    CHECK(chosen.notes.back().find("search") != std::string::npos);
    request.mapping = "one-by-one";
    const auto general = run(prepared(request));
    const auto result = run(chosen);
    REQUIRE(general);
    REQUIRE(result);
    CHECK(*result->cycles <= *general->cycles);
    CHECK(chosen.searched == (*result->cycles < *general->cycles));
  }
}

TEST_CASE("a mapping that would have to be searched for takes no settings", "[explore]") {
  const auto point = prepare({"biformer", "fusemax", "", {}, {}, {{"m0", 3}, {"p1", 2}}});
  REQUIRE_FALSE(point.has_value());
  REQUIRE(point.error().size() == 2);
  CHECK(point.error()[0].where.path == "--set mapping.m0");
  CHECK(point.error()[0].what == "a mapping that is searched for takes no settings");
}

TEST_CASE("mistakes in names of all files are reported together", "[explore]") {
  const auto point = prepare({"attention-1pas", "fusemx", "fusemax-binding", {}, {}, {}});
  REQUIRE_FALSE(point.has_value());
  REQUIRE(point.error().size() == 2);
  CHECK(point.error()[0].what == "unknown workload 'attention-1pas'");
  CHECK(point.error()[1].what == "unknown machine 'fusemx'");
}

TEST_CASE("a stopped run has no result", "[explore]") {
  const auto point = prepared(
      {"attention-1pass", "fusemax", "fusemax-binding", sizes(8, 8, 64, 64, 4096), {}, {}});
  RunOptions options;
  options.skip = false;
  options.progress = [](double) { return false; };
  CHECK_FALSE(run(point, options).has_value());
}
