#include "config/reader.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace einsight;
using config::Dimension;

namespace {

constexpr std::array<std::string_view, 3> kPolicies{"lru", "fifo", "explicit"};

config::Node rootOf(const std::string& text) {
  auto node = config::parse("version: 1\n" + text, "bad.yaml");
  INFO((node ? "" : core::render(node.error())));
  REQUIRE(node);
  return std::move(*node);
}

} // namespace

TEST_CASE("every mistake in a map is reported once, in file order, with place and help",
          "[config]") {
  const auto root = rootOf(R"(arch:
  buffer:
    capasity: 64 KiB
    latency: 12
    policy: lur
    line: 64 B
    line: 32 B
)");
  core::Problems problems;
  config::MapReader reader(*root.find("arch")->find("buffer"), problems);
  CHECK_FALSE(reader.quantity("capacity", Dimension::Bytes));
  CHECK_FALSE(reader.quantity("latency", Dimension::Seconds));
  CHECK_FALSE(reader.oneOf("policy", kPolicies));
  CHECK(reader.quantity("line", Dimension::Bytes) == core::Rational(64));
  CHECK_FALSE(reader.integer("ports", 1, 8));
  reader.finish();
  CHECK(core::render(problems) ==
        "bad.yaml:4:5: error: arch.buffer.capasity: unknown key\n"
        "  help: did you mean 'capacity'? (one of: capacity, latency, policy, line, ports)\n"
        "bad.yaml:4:5: error: arch.buffer.ports: required key is missing\n"
        "bad.yaml:5:14: error: arch.buffer.latency: '12' is not a number with a unit\n"
        "  help: write a number and one of: ps, ns, us, ms, s\n"
        "bad.yaml:6:13: error: arch.buffer.policy: unknown value 'lur'\n"
        "  help: did you mean 'lru'? (one of: lru, fifo, explicit)\n"
        "bad.yaml:8:5: error: arch.buffer.line: key given twice\n");
}

TEST_CASE("a correct map is read without problems", "[config]") {
  const auto root = rootOf(R"(
name: small
in_flight: 2K
share: 0.25
exact: true
size: ceil(L / 3)
capacity: 64 KiB
policy: fifo
inner: {a: 1}
list: [x, y]
)");
  core::Problems problems;
  config::MapReader reader(root, problems);
  CHECK(reader.text("name") == "small");
  CHECK(reader.integer("in_flight", 1, 4096) == 2048);
  CHECK(reader.realOr("share", 1) == 0.25);
  CHECK(reader.booleanOr("exact", false) == true);
  CHECK(reader.expression("size")->text() == "ceil(L / 3)");
  CHECK(reader.quantity("capacity", Dimension::Bytes) == core::Rational(65536));
  CHECK(reader.oneOf("policy", kPolicies) == "fifo");
  REQUIRE(reader.map("inner") != nullptr);
  CHECK(reader.map("inner")->find("a")->scalar == "1");
  REQUIRE(reader.sequence("list") != nullptr);
  CHECK(reader.textListIf("list") == std::vector<std::string>{"x", "y"});
  CHECK(reader.has("share"));
  reader.finish();
  CHECK(core::render(problems).empty());
}

TEST_CASE("fields that may be absent fall back, also where the value is null", "[config]") {
  const auto root = rootOf("share:\nname: ~\n");
  core::Problems problems;
  config::MapReader reader(root, problems);
  CHECK(reader.textOr("name", "nobody") == "nobody");
  CHECK(reader.realOr("share", 0.5) == 0.5);
  CHECK(reader.integerOr("count", 0, 9, 7) == 7);
  CHECK(reader.booleanOr("exact", true) == true);
  CHECK(reader.oneOfOr("policy", kPolicies, "lru") == "lru");
  CHECK_FALSE(reader.quantityIf("capacity", Dimension::Bytes));
  CHECK_FALSE(reader.expressionIf("size"));
  CHECK(reader.mapIf("inner") == nullptr);
  CHECK(reader.sequenceIf("list") == nullptr);
  CHECK(reader.optional("share") == nullptr);
  CHECK(reader.textListIf("ranks").empty());
  CHECK_FALSE(reader.has("share"));
  reader.finish();
  CHECK(core::render(problems).empty());
}

TEST_CASE("a fallback does not hide a value that is wrong", "[config]") {
  const auto root = rootOf("share: half\ncount: 12\nexact: yes\n");
  core::Problems problems;
  config::MapReader reader(root, problems);
  CHECK_FALSE(reader.realOr("share", 0.5));
  CHECK_FALSE(reader.integerOr("count", 0, 9, 7));
  CHECK_FALSE(reader.booleanOr("exact", true));
  reader.finish();
  CHECK(core::render(problems) == "bad.yaml:2:8: error: share: 'half' is not a number\n"
                                  "  help: write a number such as 0.5 or 2e-3\n"
                                  "bad.yaml:3:8: error: count: '12' is out of range\n"
                                  "  help: write a whole number from 0 to 9\n"
                                  "bad.yaml:4:8: error: exact: 'yes' is neither true nor false\n"
                                  "  help: write true or false\n");
}

TEST_CASE("a required key without a value is told apart from a missing one", "[config]") {
  const auto root = rootOf("name:\n");
  core::Problems problems;
  config::MapReader reader(root, problems);
  CHECK_FALSE(reader.text("name"));
  CHECK_FALSE(reader.text("kind"));
  reader.finish();
  CHECK(core::render(problems) == "bad.yaml:1:1: error: kind: required key is missing\n"
                                  "bad.yaml:2:1: error: name: has no value\n");
}

TEST_CASE("a child of the wrong kind is reported at its place", "[config]") {
  const auto root = rootOf("a: [1]\nb: text\nc: {x: 1}\nd: text\n");
  core::Problems problems;
  config::MapReader reader(root, problems);
  CHECK(reader.map("a") == nullptr);
  CHECK(reader.sequence("b") == nullptr);
  CHECK_FALSE(reader.text("c"));
  CHECK(reader.mapIf("d") == nullptr);
  CHECK(reader.sequenceIf("d") == nullptr);
  reader.finish();
  CHECK(core::render(problems) ==
        "bad.yaml:2:4: error: a: expected a map, found a sequence\n"
        "bad.yaml:3:4: error: b: expected a sequence, found a plain value\n"
        "bad.yaml:4:4: error: c: expected a plain value, found a map\n"
        "bad.yaml:5:4: error: d: expected a map, found a plain value\n"
        "bad.yaml:5:4: error: d: expected a sequence, found a plain value\n");
}

TEST_CASE("what is not a map is reported once, without its missing keys", "[config]") {
  const auto root = rootOf("a: [1]\n");
  core::Problems problems;
  config::MapReader reader(*root.find("a"), problems);
  CHECK_FALSE(reader.text("name"));
  reader.finish();
  CHECK(core::render(problems) == "bad.yaml:2:4: error: a: expected a map, found a sequence\n");
}

TEST_CASE("an empty map reports every required key", "[config]") {
  const auto root = rootOf("a:\n");
  core::Problems problems;
  config::MapReader reader(*root.find("a"), problems);
  CHECK_FALSE(reader.quantity("capacity", Dimension::Bytes));
  CHECK_FALSE(reader.text("name"));
  reader.finish();
  CHECK(core::render(problems) == "bad.yaml:2:1: error: a.capacity: required key is missing\n"
                                  "bad.yaml:2:1: error: a.name: required key is missing\n");
}

TEST_CASE("a caller's own problem is put at the value, or at the map", "[config]") {
  const auto root = rootOf("a: {x: 3}\n");
  core::Problems problems;
  config::MapReader reader(*root.find("a"), problems);
  reader.problem("x", "3 is odd", "write 4");
  reader.problem("y", "y goes with x");
  reader.problem("", "a is small");
  CHECK(core::render(problems) == "bad.yaml:2:4: error: a.y: y goes with x\n"
                                  "bad.yaml:2:4: error: a: a is small\n"
                                  "bad.yaml:2:8: error: a.x: 3 is odd\n"
                                  "  help: write 4\n");
}
