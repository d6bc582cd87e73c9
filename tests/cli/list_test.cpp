#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight::cli::test;

TEST_CASE("every list has names and summaries", "[cli]") {
  for (const std::string kind : {"workloads", "mechanisms", "machines", "mappings", "suites"}) {
    const auto outcome = program("list " + kind + " --json -");
    INFO(kind);
    REQUIRE(outcome.status == 0);
    const auto json = nlohmann::json::parse(outcome.out);
    REQUIRE_FALSE(json[kind].empty());
    for (const auto& item : json[kind]) {
      INFO(item.dump());
      CHECK_FALSE(item["name"].get<std::string>().empty());
      CHECK_FALSE(item["summary"].get<std::string>().empty());
    }
  }
}

TEST_CASE("a wrong kind is answered with the nearest one", "[cli]") {
  const auto outcome = program("list machins");
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "error: there are no 'machins' to list\n"
                       "  help: did you mean 'machines'? (one of: mechanisms, workloads, machines, "
                       "mappings, suites)\n");
}

TEST_CASE("the page of the library is what the program makes of the files", "[cli]") {
  const auto outcome = program("list mechanisms --markdown");
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out == contentOf(std::string(EINSIGHT_SOURCE_DIR) + "/docs/attention-library.md"));
  CHECK(program("list machines --markdown").status == 2);
}
