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

TEST_CASE("machines and mappings have kinds, which say what goes with what", "[cli]") {
  const auto kindOf = [](const std::string& list, const std::string& name) {
    const auto json = nlohmann::json::parse(program("list " + list + " --json -").out);
    for (const auto& item : json[list]) {
      if (item["name"] == name) {
        return item.value("kind", std::string("none"));
      }
    }
    return std::string("absent");
  };
  CHECK(kindOf("machines", "h100") == "gpu");
  CHECK(kindOf("machines", "fusemax") == "spatial");
  CHECK(kindOf("mappings", "flash-attention-3") == "gpu");
  CHECK(kindOf("mappings", "ring-attention") == "cluster");
  CHECK(kindOf("mappings", "tensor-parallel") == "serving");
  CHECK(kindOf("suites", "kernels") == "none");
  CHECK(program("list mappings").out.find("kind") != std::string::npos);
}

TEST_CASE("lists and analyses say which command made them", "[cli]") {
  for (const std::string command : {"list suites", "list mechanisms", "analyze -w bert --set L=1K",
                                    "measure --dry-run micro"}) {
    const auto outcome = program(command + " --json -");
    INFO(command + outcome.err);
    REQUIRE(outcome.status == 0);
    const auto json = nlohmann::json::parse(outcome.out);
    CHECK(json["provenance"]["command"].get<std::string>().find("einsight " +
                                                                command.substr(0, 4)) == 0);
    CHECK(json["provenance"].contains("version"));
  }
}
