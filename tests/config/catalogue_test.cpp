#include "config/catalogue.hpp"
#include "tests/config/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace einsight;

TEST_CASE("the catalogue is the source tree unless the environment says otherwise", "[config]") {
  ::unsetenv("EINSIGHT_CATALOGUE");
  CHECK(config::catalogueRoot() == EINSIGHT_SOURCE_DIR);
  ::setenv("EINSIGHT_CATALOGUE", "/somewhere/else", 1);
  CHECK(config::catalogueRoot() == "/somewhere/else");
  ::setenv("EINSIGHT_CATALOGUE", "", 1);
  CHECK(config::catalogueRoot() == EINSIGHT_SOURCE_DIR);
  ::unsetenv("EINSIGHT_CATALOGUE");
}

TEST_CASE("names are those of the YAML files below a folder, sorted and each once", "[config]") {
  const config::ScratchFolder folder;
  folder.write("b.yaml", "");
  folder.write("deep/a.yaml", "");
  folder.write("deep/b.yaml", "");
  folder.write("deep/readme.md", "");
  CHECK(config::names(folder.root()) == std::vector<std::string>{"a", "b"});
  CHECK(config::names(folder.root() / "nowhere").empty());
}

TEST_CASE("a name is found below the folders and a path is taken as it is", "[config]") {
  const config::ScratchFolder folder;
  const auto file = folder.write("things/deep/small.yaml", "");
  const std::vector<std::filesystem::path> folders{folder.root() / "nowhere",
                                                   folder.root() / "things"};
  CHECK(config::find("small", folders, "machine") == file);
  CHECK(config::find(file.string(), {}, "machine") == file);
  const std::vector<std::filesystem::path> overlapping{folder.root() / "things",
                                                       folder.root() / "things/deep"};
  CHECK(config::find("small", overlapping, "machine") == file);
}

TEST_CASE("a name that is not in the catalogue is answered with the nearest", "[config]") {
  const config::ScratchFolder folder;
  folder.write("attention-2pass.yaml", "");
  folder.write("attention-1pass.yaml", "");
  const auto errorOf = [&](const std::string& name) {
    const auto found = config::find(name, {folder.root()}, "workload");
    return found ? "found" : folder.relative(core::render(found.error()));
  };
  CHECK(errorOf("atention-1pass") ==
        "error: unknown workload 'atention-1pass'\n"
        "  help: did you mean 'attention-1pass'? (one of: attention-1pass, attention-2pass)\n");
  CHECK(errorOf("resnet") == "error: unknown workload 'resnet'\n"
                             "  help: one of: attention-1pass, attention-2pass\n");
  CHECK(errorOf("./") == "error: unknown workload './'\n"
                         "  help: that is a folder; give a file in it\n");
  CHECK(errorOf("./gone.yaml") == "error: unknown workload './gone.yaml'\n"
                                  "  help: there is no such file\n");
  folder.write("other/attention-1pass.yaml", "");
  CHECK(errorOf("attention-1pass") ==
        "error: 'attention-1pass' is the name of 2 files\n"
        "  help: write one of the paths: attention-1pass.yaml, other/attention-1pass.yaml\n");
}

TEST_CASE("a file's hash is the 64-bit FNV-1a of its bytes", "[config]") {
  // Test vectors of draft-eastlake-fnv-17, section C.
  const config::ScratchFolder folder;
  CHECK(config::hashOfFile(folder.write("empty", "")) == "cbf29ce484222325");
  CHECK(config::hashOfFile(folder.write("a", "a")) == "af63dc4c8601ec8c");
  CHECK(config::hashOfFile(folder.write("foobar", "foobar")) == "85944171f73967e8");
  const std::string two(5000, 'x');
  CHECK(config::hashOfFile(folder.write("x", two)) !=
        config::hashOfFile(folder.write("y", two + "x")));
  CHECK(config::hashOfFile(folder.root() / "nowhere").empty());
  CHECK(config::hashOfFile(folder.root()).empty());
}

TEST_CASE("a name that is something else in the catalogue is said to be that", "[config]") {
  const auto helpOf = [](const char* name, const char* folder, const char* kindOfThing) {
    const auto found = config::find(name, {config::catalogueRoot() / folder}, kindOfThing);
    return found ? std::string("found") : found.error().front().help;
  };
  CHECK(helpOf("fusemax", "workloads", "workload") == "that is a machine");
  CHECK(helpOf("bert", "arch/machines", "machine") == "that is a workload");
  CHECK(helpOf("bert", "mappings", "mapping") == "that is a workload");
  CHECK(helpOf("fusemax-binding", "workloads", "workload") == "that is a mapping");
}
