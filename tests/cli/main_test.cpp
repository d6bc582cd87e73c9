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

TEST_CASE("help is a word too", "[cli]") {
  CHECK(program("help").out == program("--help").out);
  CHECK(program("help run").out == program("run --help").out);
  CHECK(program("help rnu").err.find("did you mean 'run'?") != std::string::npos);
}

TEST_CASE("an empty value is refused, and its option named", "[cli]") {
  const Folder folder;
  const std::string run = "run -w bert -a fusemax --set L=1K,B=1 --engine analytic ";
  for (const auto& given :
       {run + "--json ''", run + "--trace ''", run + "--vcd ''", run + "-m ''",
        std::string("map -w bert -a fusemax -o ''"), std::string("sweep x.yaml -o ''"),
        std::string("compare -w bert -a fusemax --svg ''"), std::string("list suites --json ''")}) {
    const auto outcome = program(given);
    INFO(given);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find("the value is empty") != std::string::npos);
  }
  CHECK(program(run + "-m ''").err == "error: --mapping: the value is empty\n  help: give one\n");
}

TEST_CASE("a file that a command reads is not written over", "[cli]") {
  const Folder folder;
  const auto file = folder.write("f.yaml", "text");
  const auto other = (folder.path() / "." / "f.yaml").string();
  for (const auto& given :
       {"run -w " + file + " -a fusemax --json " + other,
        "run -w attention-1pass:" + file + " -a fusemax --json " + file,
        "run -w bert -a " + file + " --vcd " + file,
        "run -w bert -a fusemax -m " + file + " --trace " + file,
        "sweep " + file + " -o " + folder.path().string() + "/x.db --csv " + file,
        "import hf " + file + " -o " + file, "report " + file + " -o " + file,
        "run -w bert -a h100x4 --set batch=1,trace=" + file + " --json " + file,
        "validate kernels --points " + file + " --csv " + file}) {
    const auto outcome = program(given);
    INFO(given + "\n" + outcome.err);
    CHECK(outcome.status == 2);
    CHECK(outcome.err.find("' is an input too (") != std::string::npos);
    CHECK(contentOf(file) == "text");
  }
}

TEST_CASE("only --json goes to standard output", "[cli]") {
  for (const std::string option : {"--vcd", "--trace"}) {
    const auto outcome = program("run -w bert -a fusemax --set L=1K " + option + " -");
    CHECK(outcome.status == 2);
    CHECK(outcome.err.find("error: " + option + ": '-' is no file\n") == 0);
  }
  CHECK(program("run -w bert -a fusemax --trace-cycles 9").err.find("goes with --trace FILE") !=
        std::string::npos);
}
