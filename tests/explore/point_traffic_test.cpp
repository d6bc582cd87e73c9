#include "point_laws.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;
using namespace einsight::explore::test;

namespace {

const std::string kPublished = EINSIGHT_SOURCE_DIR "/validation/published/fusemax/";

/// The sizes of a run of attention, and words that follow from them.
struct Sizes {
  std::int64_t b = 64, h = 12, l = 1024, e = 64, f = 64;

  [[nodiscard]] core::Settings settings() const {
    return {{"B", b}, {"H", h}, {"L", l}, {"E", e}, {"F", f}};
  }
  [[nodiscard]] std::int64_t tiles() const { return l / 256; }
  [[nodiscard]] std::int64_t queries() const { return b * h * l; }
  [[nodiscard]] std::int64_t scores() const { return b * h * l * l; }
  [[nodiscard]] std::int64_t keyWords() const { return queries() * e; }   ///< of Q, or of K
  [[nodiscard]] std::int64_t valueWords() const { return queries() * f; } ///< of V, or of AV
};

struct Traffic {
  std::int64_t reads = 0, writes = 0;
  bool operator==(const Traffic&) const = default;
};

/// Words of 16 bits as bytes.
Traffic bytes(const Traffic& words) {
  return {2 * words.reads, 2 * words.writes};
}

std::ostream& operator<<(std::ostream& out, const Traffic& traffic) {
  return out << traffic.reads << " reads, " << traffic.writes << " writes";
}

results::Result resultOf(const Point& point) {
  RunOptions options;
  options.engine = "analytic"; // traffic is the same for every engine
  auto result = run(point, options);
  REQUIRE(result.has_value());
  return std::move(*result);
}

Traffic trafficOf(const results::Result& result, const std::string& level) {
  for (const auto& known : result.levels) {
    if (known.name == level) {
      return {known.readBytes, known.writeBytes};
    }
  }
  FAIL("no level " << level);
  return {};
}

std::int64_t groupsOf(const Point& point) {
  for (const auto& part : point.mapping.plan().parts.at("p")) {
    if (part.name == "p2") {
      return part.trips;
    }
  }
  FAIL("no part p2");
  return 0;
}

std::vector<Sizes> lengthsOf(std::int64_t e, std::int64_t f) {
  std::vector<Sizes> list;
  for (std::int64_t l = 1024; l <= 1 << 20; l *= 4) {
    list.push_back({64, 16, l, e, f});
  }
  return list;
}

/// FuseMax (MICRO 2024), artifact: words of the buffer for +Binding and +Architecture. SLN, on the
/// 2D array, gets the maximum straight from the 1D array that made it.
Traffic bindingBuffer(const Sizes& s, std::int64_t groups) {
  const auto tiles = s.tiles();
  return {s.keyWords() * tiles                                   // Q
              + (s.keyWords() + s.valueWords()) * tiles          // K, V
              + s.valueWords() * (tiles + 1)                     // RNV, once more for AV
              + s.queries() * tiles + s.queries() * (tiles + 1), // RM, RD
          s.keyWords() + groups * (s.keyWords() + s.valueWords()) + s.valueWords() * tiles +
              2 * tiles * s.queries()};
}

Traffic bindingDram(const Sizes& s, std::int64_t groups) {
  return {s.keyWords() + groups * (s.keyWords() + s.valueWords()), s.valueWords()};
}

} // namespace

TEST_CASE("traffic of the pipelined mapping is what the artifact counts, at every length",
          "[explore]") {
  for (const auto& [e, f] : {std::pair{64, 64}, std::pair{128, 128}, std::pair{32, 96}}) {
    for (const auto& s : lengthsOf(e, f)) {
      for (const auto* mapping : {"binding", "architecture"}) {
        const PointRequest request{"attention-1pass",
                                   kPublished + "machines/fusemax-as-published.yaml",
                                   kPublished + "mappings/" + mapping + "-as-published.yaml",
                                   s.settings(),
                                   {},
                                   {}};
        INFO(describe(request));
        const auto point = prepared(request);
        const auto result = resultOf(point);
        CHECK(trafficOf(result, "global_buffer") == bytes(bindingBuffer(s, groupsOf(point))));
        CHECK(trafficOf(result, "dram") == bytes(bindingDram(s, groupsOf(point))));
      }
    }
  }
}

TEST_CASE("by our own counting the initial values are not read, and a result is read as it leaves",
          "[explore]") {
  const Sizes s{2, 3, 4096, 64, 64};
  const auto point =
      prepared({"attention-1pass", "fusemax", "fusemax-binding", s.settings(), {}, {}});
  const auto result = resultOf(point);
  auto expected = bindingBuffer(s, groupsOf(point));
  expected.reads -= s.valueWords() + 2 * s.queries(); // RNV, RM, RD of the first key tile
  CHECK(trafficOf(result, "global_buffer") == bytes(expected));
  CHECK(trafficOf(result, "dram") == bytes(bindingDram(s, groupsOf(point))));
}

TEST_CASE("with the scores in the buffer each is written and read once more", "[explore]") {
  for (const auto& s : lengthsOf(64, 64)) {
    const PointRequest request{"attention-1pass",
                               kPublished + "machines/cascade-as-published.yaml",
                               kPublished + "mappings/cascade-as-published.yaml",
                               s.settings(),
                               {},
                               {}};
    INFO(describe(request));
    const auto point = prepared(request);
    auto expected = bindingBuffer(s, groupsOf(point));
    expected.reads += 2 * s.scores();
    expected.writes += 2 * s.scores();
    CHECK(trafficOf(resultOf(point), "global_buffer") == bytes(expected));
  }
}

TEST_CASE("three separate phases move the scores through DRAM", "[explore]") {
  for (const std::int64_t l : {1024, 4096}) {
    const Sizes s{64, 12, l, 64, 64};
    const auto point = prepared({"attention-3pass", "flat", "unfused", s.settings(), {}, {}});
    REQUIRE(groupsOf(point) == 1);
    const auto dram = trafficOf(resultOf(point), "dram");
    CHECK(dram == bytes({2 * s.keyWords() + s.valueWords() + 2 * s.scores(),
                         s.valueWords() + 2 * s.scores()}));
  }
}

TEST_CASE("a fraction that does not fit goes to DRAM and comes back, exactly", "[explore]") {
  const Sizes s{64, 12, 4096, 64, 64};
  const auto point = prepared({"attention-3pass",
                               kPublished + "machines/flat-as-published.yaml",
                               kPublished + "mappings/flat-as-published.yaml",
                               s.settings(),
                               {},
                               {}});
  const auto dram = trafficOf(resultOf(point), "dram");
  // Q once per row of key tiles, K once per row of query tiles, V too; the artifact's 7 accesses to
  // spilled scores: QK 1 write and 2 reads, SN 1 and 1, A 1 and 1.
  const auto spilled = [&](std::int64_t accesses) {
    return static_cast<double>(accesses) * static_cast<double>(s.scores()) / 129;
  };
  const auto streamed = (2 * s.keyWords() + s.valueWords()) * s.tiles();
  CHECK(static_cast<double>(dram.reads) / 2 ==
        Approx(static_cast<double>(streamed) + spilled(4)).epsilon(1e-6));
  CHECK(static_cast<double>(dram.writes) / 2 ==
        Approx(static_cast<double>(s.valueWords()) + spilled(3)).epsilon(1e-6));
}
