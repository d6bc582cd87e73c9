#include "cli/output_file.hpp"
#include "program.hpp"

#include <catch2/catch.hpp>

#include <CLI/CLI.hpp>

using namespace einsight;
using namespace einsight::cli;
using namespace einsight::cli::test;

TEST_CASE("a file can be written into a folder that exists, new or not", "[cli]") {
  const Folder folder;
  CHECK(checkWritable("--output", (folder.path() / "new.yaml").string()).empty());
  CHECK(checkWritable("--output", folder.write("old.yaml", "text")).empty());
  CHECK(checkWritable("--output", "new-in-the-working-folder.yaml").empty());
  CHECK(contentOf(folder.path() / "old.yaml") == "text");
  CHECK_FALSE(std::filesystem::exists(folder.path() / "new.yaml"));
}

TEST_CASE("a folder that is missing, or is the file itself, is named", "[cli]") {
  const Folder folder;
  const auto missing = (folder.path() / "none").string();
  CHECK(core::render(checkWritable("--output", missing + "/x.yaml")) ==
        "error: --output: cannot write '" + missing + "/x.yaml': there is no folder '" + missing +
            "'\n  help: make the folder first, or give another file\n");
  CHECK(core::render(checkWritable("--vcd", folder.path().string())) ==
        "error: --vcd: '" + folder.path().string() +
            "' is a folder\n  help: give the name of a file in it\n");
}

TEST_CASE("only options that are given and name a file are checked", "[cli]") {
  CLI::App app;
  std::string first, second;
  app.add_option("--first", first);
  app.add_option("--second", second);
  app.parse("--first /nonexistent/a", false);
  CHECK(checkOutputs(app, {"--first", "--second", "--absent"}).size() == 1);
  CLI::App other;
  other.add_option("--first", first);
  other.parse("--first -", false);
  CHECK(checkOutputs(other, {"--first"}).empty());
}
