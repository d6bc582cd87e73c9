#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight::cli::test;

TEST_CASE("analyze answers with every key of the contract", "[cli]") {
  const auto outcome = program("analyze -w attention-3pass --set B=1,H=1,L=512,E=32,F=32 --json -");
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["passes"]["M"] == 3);
  CHECK(json["operational_intensity"].get<double>() > 1);
  CHECK(json["parameters"]["L"] == 512);
  const auto& scores = json["einsums"][0];
  CHECK(scores["name"] == "QK");
  CHECK(scores["ops"]["macc"] == 512 * 512 * 32);
  bool found = false;
  for (const auto& tensor : json["tensors"]) {
    if (tensor["name"] == "QK") {
      found = true;
      CHECK(tensor["elements"] == 512 * 512);
      CHECK(tensor["live_elements"] == 512);
    }
    const auto& name = tensor["name"];
    const bool input = name == "Q" || name == "K" || name == "V";
    CHECK(tensor["role"] == (input          ? nlohmann::json("input")
                             : name == "AV" ? nlohmann::json("result")
                                            : nlohmann::json(nullptr)));
  }
  CHECK(found);
}

TEST_CASE("the passes of the cascades are those of the literature", "[cli]") {
  for (const auto& [workload, passes] :
       {std::pair("attention-1pass", 1), std::pair("attention-2pass", 2),
        std::pair("attention-3pass-deferred", 2), std::pair("attention-3pass", 3)}) {
    const auto outcome = program(std::string("analyze --json - -w ") + workload);
    INFO(workload);
    REQUIRE(outcome.status == 0);
    CHECK(nlohmann::json::parse(outcome.out)["passes"]["M"] == passes);
  }
}

TEST_CASE("analyze says what decoding keeps where the workload says it", "[cli]") {
  const auto outcome = program("analyze -w mqa --json -");
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  const auto size = json["parameters"]["E"].get<double>();
  CHECK(json["mechanism"]["cache_per_token"] == 2 * size);
  CHECK(json["mechanism"]["family"] == "heads");
  CHECK(program("analyze -w mqa").out.find("decoding keeps") != std::string::npos);
  CHECK_FALSE(
      nlohmann::json::parse(program("analyze -w matmul --json -").out).contains("mechanism"));
}

TEST_CASE("analyze is told in tables", "[cli]") {
  const auto outcome = program("analyze -w matmul");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("operational intensity") != std::string::npos);
  CHECK(outcome.out.find("live elements") != std::string::npos);
}

TEST_CASE("analyze knows no machine", "[cli]") {
  const auto outcome = program("analyze -w bert --set arch.PE=64");
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "error: --set: analyze knows neither machine nor mapping\n"
                       "  help: set parameters of the workload, such as L=4K\n");
}
