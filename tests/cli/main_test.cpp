#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

using namespace einsight::cli::test;

TEST_CASE("help and version are answers, not errors", "[cli]") {
  const auto help = program("--help");
  CHECK(help.status == 0);
  CHECK(help.err.empty());
  for (const auto* command : {"run", "analyze", "validate", "list", "show", "schema"}) {
    CHECK(help.out.find(command) != std::string::npos);
    const auto more = program(std::string(command) + " --help");
    CHECK(more.status == 0);
    CHECK(more.out.find("--json FILE") != std::string::npos);
  }
  CHECK(program("--version").out.find("einsight ") == 0);
}

TEST_CASE("a wrong command is answered with the nearest one", "[cli]") {
  const auto typo = program("rnu -w bert -a fusemax");
  CHECK(typo.status == 2);
  CHECK(typo.out.empty());
  CHECK(typo.err == "error: there is no command 'rnu'\n"
                    "  help: did you mean 'run'? (one of: run, map, analyze, compare, gna, "
                    "plan, import, validate, measure, sweep, merge, report, list, show, schema)\n");
  CHECK(program("").status == 2);
}

TEST_CASE("a missing or unknown option is the user's mistake", "[cli]") {
  CHECK(program("run -w bert").err == "error: --arch is required\n"
                                      "  help: einsight run --help lists the options\n");
  const auto unknown = program("analyze -w bert --speed 3");
  CHECK(unknown.status == 2);
  CHECK(unknown.err.find("--speed") != std::string::npos);
  CHECK(unknown.out.empty());
}

TEST_CASE("a file that cannot be written is named", "[cli]") {
  const auto failed = program("list suites --json /nonexistent/x.json");
  CHECK(failed.status == 2);
  CHECK(failed.out.empty());
  CHECK(failed.err == "/nonexistent/x.json: error: cannot write the file\n");
}

TEST_CASE("--json FILE writes the JSON beside the text, - in its place", "[cli]") {
  const Folder folder;
  const auto file = folder.path() / "list.json";
  const auto both = program("list suites --json " + file.string());
  CHECK(both.status == 0);
  CHECK(both.out.find("summary") != std::string::npos);
  CHECK(contentOf(file).find("\"suites\"") != std::string::npos);
  CHECK(program("list suites --json -").out == contentOf(file));
}

TEST_CASE("what is not a terminal gets no colour", "[cli]") {
  CHECK(program("list machines").out.find('\033') == std::string::npos);
}
