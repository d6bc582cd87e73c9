#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using einsight::cli::test::contentOf;
using einsight::cli::test::Folder;
using einsight::cli::test::program;

namespace {

/// The JSON of a small run in a folder.
std::string smallRun(const Folder& folder) {
  const auto file = (folder.path() / "run.json").string();
  REQUIRE(
      program("run -w bert -a fusemax --set L=1K,B=1 --engine analytic --json " + file).status ==
      0);
  return file;
}

} // namespace

TEST_CASE("an answer says which command made it", "[cli]") {
  const Folder folder;
  const auto run = nlohmann::json::parse(contentOf(smallRun(folder)));
  CHECK(run["provenance"]["command"] ==
        "einsight run -w bert -a fusemax --set L=1K,B=1 --engine analytic");
  CHECK(run["provenance"]["settings"] == nlohmann::json({{"L", "1K"}, {"B", "1"}}));
  const auto again =
      program(run["provenance"]["command"].get<std::string>().substr(9) + " --json -");
  CHECK(nlohmann::json::parse(again.out) == run);
}

TEST_CASE("a report as Markdown and as tables has the numbers of the run", "[cli]") {
  const Folder folder;
  const auto run = smallRun(folder);
  const auto seconds = nlohmann::json::parse(contentOf(run))["seconds"].dump();
  const auto page = folder.path() / "report.md";
  const auto text = program("report " + run + " -o " + page.string());
  CHECK(text.status == 0);
  CHECK(text.out == page.string() + "\n");
  CHECK(contentOf(page).find("einsight run -w bert -a fusemax --set L=1K,B=1") !=
        std::string::npos);
  CHECK(
      program("report " + run + " --format csv --only runs -o " + folder.path().string()).status ==
      0);
  CHECK(contentOf(folder.path() / "runs.csv").find("," + seconds + ",") != std::string::npos);
}

TEST_CASE("mistakes of a report are listed at once, and nothing is written", "[cli]") {
  const Folder folder;
  const auto bad = folder.write("bad.json", "[");
  const auto page = folder.path() / "report.html";
  const auto outcome = program("report " + bad + " --format htm --baseline unfused -o " +
                               page.string() + " --only x");
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "error: --format: there is no format 'htm'\n"
        "  help: did you mean 'html'? (one of: html, md, csv, svg)\n"
        "error: --only: htm is one file with everything\n"
        "  help: goes with --format svg and --format csv\n"
        "error: --baseline: 'unfused' names no points\n"
        "  help: write COLUMN=VALUE, such as mapping=unfused or run=NAME\n" +
            bad +
            ":1:1: error: is neither JSON nor a database\n"
            "  help: a report is made of the JSON of run, compare, plan, validate, gna and "
            "measure, and the database of sweep\n");
  CHECK_FALSE(std::filesystem::exists(page));
}

TEST_CASE("many files go into a folder", "[cli]") {
  const Folder folder;
  const auto run = smallRun(folder);
  const auto made = folder.path() / "made";
  CHECK(program("report " + run + " --format csv --only runs -o " + made.string()).status == 0);
  CHECK(std::filesystem::exists(made / "runs.csv"));
  const auto file = (made / "runs.csv").string();
  CHECK(program("report " + run + " --format csv -o " + file).err ==
        "error: --output: '" + file +
            "' is no folder; csv is one file for each table\n"
            "  help: give the name of a folder\n");
  CHECK(program("report " + run + " --format csv --only rums -o " + folder.path().string()).err ==
        "error: --only: there is no 'rums'\n"
        "  help: did you mean 'runs'? (one of: runs, units, energy, traffic, limits, kernels, "
        "roofline, roofline-roofs)\n");
}

TEST_CASE("without node pictures are refused with what to install", "[cli]") {
  const Folder folder;
  const auto run = smallRun(folder);
  const auto outcome =
      program("report " + run + " --format svg -o " + folder.path().string(), "PATH=/nowhere");
  CHECK(outcome.status == 2);
  const bool pageMissing = outcome.err.find("a part of the page is missing") != std::string::npos;
  CHECK(
      (pageMissing || outcome.err.find("error: --format: pictures are drawn by node, which is not "
                                       "installed\n  help: install it (Debian: apt-get install "
                                       "nodejs), or write --format html\n") != std::string::npos));
}

TEST_CASE("a report says why there is nothing in a file", "[cli]") {
  const Folder folder;
  const auto page = (folder.path() / "r.html").string();
  const auto errorOf = [&](const std::string& input) {
    return program("report " + input + " -o " + page).err;
  };
  CHECK(errorOf("nofile.json").find("nofile.json: error: there is no such file\n") == 0);
  CHECK(errorOf(folder.write("empty.json", "")).find(": error: is empty\n") != std::string::npos);
  CHECK(errorOf(folder.path().string()).find(": error: is a folder\n") != std::string::npos);
}

TEST_CASE("an ending that names no single file's format is refused", "[cli]") {
  const Folder folder;
  const auto run = smallRun(folder);
  for (const std::string ending : {".svg", ".csv", ".xyz"}) {
    const auto outcome = program("report " + run + " -o " + folder.path().string() + "/r" + ending);
    CHECK(outcome.status == 2);
    CHECK(outcome.err.find("error: --output: '" + ending + "' says no format") == 0);
    CHECK(outcome.err.find("--format") != std::string::npos);
  }
}
