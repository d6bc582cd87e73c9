#include "config/node.hpp"
#include "tests/config/scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using config::Node;

namespace {

std::string loadError(const config::ScratchFolder& folder, const std::string& name) {
  const auto root = config::load(folder.root() / name, {folder.root() / "catalogue"});
  return root ? "no error" : folder.relative(core::render(root.error()));
}

} // namespace

TEST_CASE("a file is read and its version is taken out", "[config]") {
  const config::ScratchFolder folder;
  const auto root = config::load(folder.write("a.yaml", "version: 1\nname: x\n"));
  REQUIRE(root);
  CHECK(root->entries.size() == 1);
  CHECK(root->find("name")->scalar == "x");
  CHECK(folder.relative(root->find("name")->where.file) == "a.yaml");
}

TEST_CASE("every file says which version it is written in", "[config]") {
  const auto errorOf = [](const std::string& text) {
    const auto root = config::parse(text, "a.yaml");
    return root ? "no error" : core::render(root.error());
  };
  CHECK(errorOf("name: x\n") == "a.yaml:1:1: error: version: required key is missing\n"
                                "  help: write 'version: 1' at the top of the file\n");
  CHECK(errorOf("") == "a.yaml:1:1: error: version: required key is missing\n"
                       "  help: write 'version: 1' at the top of the file\n");
  CHECK(errorOf("name: x\nversion: 2\n") == "a.yaml:2:10: error: version: unknown version '2'\n"
                                            "  help: write 'version: 1' at the top of the file\n");
  CHECK(errorOf("version: [1]\n") == "a.yaml:1:10: error: version: expected 1\n"
                                     "  help: write 'version: 1' at the top of the file\n");
  CHECK(errorOf("[1, 2]\n") == "a.yaml:1:1: error: expected a map, found a sequence\n");
  CHECK(errorOf("version: 1\n") == "no error");
}

TEST_CASE("a file that cannot be read is a problem", "[config]") {
  const config::ScratchFolder folder;
  CHECK(loadError(folder, "nowhere.yaml") == "nowhere.yaml: error: no such file\n");
  CHECK(loadError(folder, ".") == ".: error: no such file\n");
  std::filesystem::resize_file(folder.write("big.yaml", ""), (std::uintmax_t{16} << 20U) + 1);
  CHECK(loadError(folder, "big.yaml") == "big.yaml: error: the file is larger than 16 MiB\n");
}

TEST_CASE("an overlay merges maps, replaces the rest, removes with null and keeps its places",
          "[config]") {
  const config::ScratchFolder folder;
  folder.write("base.yaml", "version: 1\n"
                            "clock: 1 GHz\n"
                            "buffer: {capacity: 1 MiB, ports: 2}\n"
                            "list: [1, 2, 3]\n"
                            "extra: x\n");
  const auto root = config::load(folder.write("over.yaml", "version: 1\n"
                                                           "extends: base.yaml\n"
                                                           "buffer:\n"
                                                           "  ports: 4\n"
                                                           "  banks: 8\n"
                                                           "list: [9]\n"
                                                           "extra: ~\n"
                                                           "new: y\n"));
  REQUIRE(root);
  const Node& buffer = *root->find("buffer");
  CHECK(buffer.entries.size() == 3);
  CHECK(buffer.find("capacity")->scalar == "1 MiB");
  CHECK(folder.relative(buffer.find("capacity")->where.file) == "base.yaml");
  CHECK(buffer.find("ports")->scalar == "4");
  CHECK(folder.relative(buffer.find("ports")->where.file) == "over.yaml");
  CHECK(buffer.find("ports")->where.line == 4);
  CHECK(buffer.find("banks")->scalar == "8");
  CHECK(root->find("list")->items.size() == 1);
  CHECK(root->find("extra") == nullptr);
  CHECK(root->find("extends") == nullptr);
  CHECK(root->find("new")->scalar == "y");
  CHECK(root->find("clock")->scalar == "1 GHz");
}

TEST_CASE("an overlay's repeated and mistyped keys stay for the reader to report", "[config]") {
  const config::ScratchFolder folder;
  folder.write("base.yaml", "version: 1\nports: 1\n");
  const auto root = config::load(folder.write(
      "over.yaml", "version: 1\nextends: base.yaml\nports: 2\nports: 3\ncapasity: ~\n"));
  REQUIRE(root);
  CHECK(root->find("ports")->scalar == "2");
  CHECK(root->entries.size() == 3);
  CHECK(root->find("capasity") != nullptr);
}

TEST_CASE("overlays may be stacked, and the topmost wins", "[config]") {
  const config::ScratchFolder folder;
  folder.write("a.yaml", "version: 1\nx: 1\ny: 1\nz: 1\n");
  folder.write("sub/b.yaml", "version: 1\nextends: ../a.yaml\ny: 2\nz: 2\n");
  const auto root = config::load(folder.write("c.yaml", "version: 1\nextends: sub/b.yaml\nz: 3\n"));
  REQUIRE(root);
  CHECK(root->find("x")->scalar == "1");
  CHECK(root->find("y")->scalar == "2");
  CHECK(root->find("z")->scalar == "3");
}

TEST_CASE("a bare name is looked up in the catalogue", "[config]") {
  const config::ScratchFolder folder;
  folder.write("catalogue/deep/small.yaml", "version: 1\nx: 1\n");
  const auto file = folder.write("over.yaml", "version: 1\nextends: small\n");
  const auto root = config::load(file, {folder.root() / "catalogue"});
  REQUIRE(root);
  CHECK(root->find("x")->scalar == "1");
}

TEST_CASE("a base that does not exist is reported where it is named", "[config]") {
  const config::ScratchFolder folder;
  folder.write("catalogue/small.yaml", "version: 1\n");
  folder.write("a.yaml", "version: 1\nextends: smal\n");
  folder.write("b.yaml", "version: 1\nextends: gone.yaml\n");
  folder.write("c.yaml", "version: 1\nextends: [a, b]\n");
  CHECK(loadError(folder, "a.yaml") == "a.yaml:2:10: error: extends: unknown file 'smal'\n"
                                       "  help: did you mean 'small'? (one of: small)\n");
  CHECK(loadError(folder, "b.yaml") == "b.yaml:2:10: error: extends: unknown file 'gone.yaml'\n"
                                       "  help: there is no such file\n");
  CHECK(loadError(folder, "c.yaml") ==
        "c.yaml:2:10: error: extends: expected a plain value, found a sequence\n");
}

TEST_CASE("a file that extends itself is refused", "[config]") {
  const config::ScratchFolder folder;
  folder.write("self.yaml", "version: 1\nextends: self.yaml\n");
  CHECK(loadError(folder, "self.yaml") ==
        "self.yaml:2:10: error: extends: extends itself: self.yaml -> self.yaml\n");
  folder.write("a.yaml", "version: 1\nextends: b.yaml\n");
  folder.write("b.yaml", "version: 1\nextends: c.yaml\n");
  folder.write("c.yaml", "version: 1\nextends: ./b.yaml\n");
  CHECK(loadError(folder, "a.yaml") ==
        "c.yaml:2:10: error: extends: extends itself: b.yaml -> c.yaml -> b.yaml\n");
}

TEST_CASE("problems of the overlay and of its base are reported together", "[config]") {
  const config::ScratchFolder folder;
  folder.write("base.yaml", "x: 1\n");
  folder.write("over.yaml", "version: 3\nextends: base.yaml\n");
  CHECK(loadError(folder, "over.yaml") == "over.yaml:1:10: error: version: unknown version '3'\n"
                                          "  help: write 'version: 1' at the top of the file\n"
                                          "base.yaml:1:1: error: version: required key is missing\n"
                                          "  help: write 'version: 1' at the top of the file\n");
}
