#include "config/detail/document.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using config::Node;

namespace {

std::string errorOf(const std::string& text) {
  const auto root = config::readDocument(text, "a.yaml");
  return root ? "no error" : core::render(root.error());
}

} // namespace

TEST_CASE("every node knows its place and its path", "[config]") {
  const auto root =
      config::readDocument("einsums:\n  - name: QK\n    ranks: [M, P]\nx:\n", "a.yaml");
  REQUIRE(root);
  REQUIRE(root->kind == Node::Kind::Map);
  const Node& einsum = root->find("einsums")->items.at(0);
  const Node& rank = einsum.find("ranks")->items.at(1);
  CHECK(rank.scalar == "P");
  CHECK(rank.where.file == "a.yaml");
  CHECK(rank.where.line == 3);
  CHECK(rank.where.column == 16);
  CHECK(rank.where.path == "einsums[0].ranks[1]");
  CHECK(einsum.entries.at(1).first.where.column == 5);
  CHECK(root->find("x")->kind == Node::Kind::Null);
  CHECK(root->find("y") == nullptr);
}

TEST_CASE("a control character is refused where it stands", "[config]") {
  using namespace std::string_literals;
  CHECK(errorOf("a: 1\nb: \x04") == "a.yaml:2:4: error: control character 0x04\n"
                                    "  help: write the file as UTF-8 text\n");
  CHECK(errorOf("a: :i\n%\0\0\n- b"s) == "a.yaml:2:2: error: control character 0x00\n"
                                         "  help: write the file as UTF-8 text\n");
  CHECK(errorOf("a:\t1 # \xc3\xa9\r\n") == "no error");
}

TEST_CASE("repeated keys are kept and the first is found", "[config]") {
  const auto root = config::readDocument("a: 1\na: 2\n", "a.yaml");
  REQUIRE(root);
  CHECK(root->entries.size() == 2);
  CHECK(root->find("a")->scalar == "1");
}

TEST_CASE("an alias stands for what its anchor says", "[config]") {
  const auto root = config::readDocument("a: &x {b: 1}\nc: *x\n", "a.yaml");
  REQUIRE(root);
  CHECK(root->find("c")->find("b")->scalar == "1");
  CHECK(root->find("c")->find("b")->where.path == "c.b");
}

TEST_CASE("an empty document is nothing", "[config]") {
  for (const char* text : {"", "# only a comment\n", "---\n"}) {
    const auto root = config::readDocument(text, "a.yaml");
    REQUIRE(root);
    CHECK(root->kind == Node::Kind::Null);
  }
}

TEST_CASE("a mistake of syntax has its place", "[config]") {
  CHECK(errorOf("a: [1, 2\nb: 3\n") ==
        "a.yaml:2:2: error: not valid YAML: end of sequence flow not found\n");
  CHECK(errorOf("a: 1\n b: 2\n") == "a.yaml:2:3: error: not valid YAML: illegal map value\n");
  CHECK(errorOf("a: *nobody\n") ==
        "a.yaml:1:4: error: not valid YAML: the referenced anchor is not defined\n");
}

TEST_CASE("a key must be a plain value", "[config]") {
  CHECK(errorOf("a:\n  [1, 2]: x\n") == "a.yaml:2:3: error: a: a key must be a plain value\n");
}

TEST_CASE("a file holds one document", "[config]") {
  CHECK(errorOf("a: 1\n---\nb: 2\n") == "a.yaml:3:1: error: a second document begins here\n"
                                        "  help: write one document per file, without '---' "
                                        "between\n");
}

TEST_CASE("text that never becomes a value ends", "[config]") {
  CHECK(errorOf("#\n,") == "a.yaml:2:1: error: a second document begins here\n"
                           "  help: write one document per file, without '---' between\n");
}

TEST_CASE("a text may be nested 64 levels deep and no more", "[config]") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + "1" + std::string(levels, ']');
  };
  CHECK(errorOf(nested(64)) == "no error");
  CHECK(config::readDocument(nested(65), "a.yaml").error().at(0).what ==
        "nested deeper than 64 levels");
  CHECK_FALSE(config::readDocument(nested(100000), "a.yaml"));
}

TEST_CASE("an alias that contains itself is refused", "[config]") {
  const auto root = config::readDocument("a: &x [*x]\n", "a.yaml");
  REQUIRE_FALSE(root);
  CHECK(root.error().at(0).what == "nested deeper than 64 levels");
  CHECK(root.error().at(0).help == "does an alias contain itself?");
}

TEST_CASE("aliases that multiply without end are refused", "[config]") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string use = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + use;
    for (int j = 0; j < 9; ++j) {
      text += ", " + use;
    }
    text += "]\n";
  }
  const auto root = config::readDocument(text, "a.yaml");
  REQUIRE_FALSE(root);
  CHECK(root.error().at(0).what == "the file has more than 1000000 values");
}

TEST_CASE("a text of more than 16 MiB is refused", "[config]") {
  const std::size_t limit = std::size_t{16} << 20U;
  CHECK(errorOf("# " + std::string(limit - 2, 'x')) == "no error");
  CHECK(errorOf("# " + std::string(limit - 1, 'x')) ==
        "a.yaml: error: the file is larger than 16 MiB\n");
}
