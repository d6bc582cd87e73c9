#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight::cli::test;

TEST_CASE("run of a whole model on a cluster answers what its users see", "[cli]") {
  const auto outcome = program("run -w llama-33b -a lamina-1h100-2h20 -m attention-offload --set "
                               "trace=kimi-conv,requests=60 --json -");
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["cycles"].is_null());
  const auto& serving = json["serving"];
  CHECK(serving["requests"] == 60);
  CHECK(serving["ttft_s"].get<double>() > 0);
  CHECK(serving["tbt_s"]["p50"].get<double>() <= serving["tbt_s"]["p99"].get<double>());
  CHECK(serving["tokens_per_s"].get<double>() > 0);
  CHECK(serving["usd_per_mtoken"].get<double>() > 0);
  CHECK(json["limits"].size() == json["units"].size() + 1);
  CHECK(serving["limited_by"] == json["limits"][0]["unit"]);
}

TEST_CASE("a whole model on a GPU by itself is one layer's attention", "[cli]") {
  const auto outcome = program("run -w llama-3-8b -a h100");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("one layer's attention; given a load (batch and context, or a trace) the "
                         "GPU serves the whole model (docs/serving.md)") != std::string::npos);
}

TEST_CASE("show and analyze tell what a whole model is", "[cli]") {
  for (const std::string command : {"show llama-3-70b", "analyze -w llama-3-70b"}) {
    const auto outcome = program(command);
    INFO(command);
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find("70.55 G") != std::string::npos);
    CHECK(outcome.out.find("327.7 kB per token") != std::string::npos);
    CHECK(outcome.out.find("one layer's attention") != std::string::npos);
  }
}

TEST_CASE("show of a mapping for serving lists the stages of a layer", "[cli]") {
  const auto outcome = program("show attention-offload -w llama-3-70b -a lamina-2h100-4h20");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("2 x h100 (workers)") != std::string::npos);
  CHECK(outcome.out.find("send queries") != std::string::npos);
  CHECK(program("show tensor-parallel").status == 0);
}

TEST_CASE("a plan that cannot be met exits 2 and says by how much", "[cli]") {
  const auto outcome = program("run -w llama-3-70b -a h100x2 -m tensor-parallel --set "
                               "batch=1,context=1M");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find(" too few") != std::string::npos);
  CHECK(program("run -w llama-3-70b -a h100x4 --set trace=azure-con").status == 2);
}

TEST_CASE("a model is imported, and runs", "[cli]") {
  const Folder folder;
  const auto file = (folder.path() / "mine.yaml").string();
  const auto imported = program(std::string("import hf " EINSIGHT_SOURCE_DIR
                                            "/tests/workloads/hugging_face/mixtral.json -o ") +
                                file + " --json -");
  REQUIRE(imported.status == 0);
  const auto json = nlohmann::json::parse(imported.out);
  CHECK(json["kv_bytes_per_token"] == 131072);
  CHECK(program("run -w " + file + " -a h100x2 --set batch=4,context=1K").status == 0);
  CHECK(program("analyze -w " + file).status == 0);
}

TEST_CASE("what cannot be imported is refused, and nothing is written", "[cli]") {
  const Folder folder;
  const auto file = folder.path() / "mine.yaml";
  const auto outcome = program(std::string("import hg " EINSIGHT_SOURCE_DIR
                                           "/tests/workloads/hugging_face/unknown.json -o ") +
                               file.string());
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("there is no format 'hg' to import\n  help: did you mean 'hf'?") !=
        std::string::npos);
  CHECK(outcome.err.find("num_hidden_layers: this size is missing") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("plan names the cheapest cluster first", "[cli]") {
  const Folder folder;
  const auto file = folder.write(
      "plan.yaml", "version: 1\nplan: p\nworkload: llama-33b\nload: {batch: 16, context: 1K}\n"
                   "clusters: [{machine: lamina-2h100-4h20}, {machine: h100x2}]\n");
  const auto outcome = program("plan " + file + " --json -");
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["limits"]["tbt_s"].is_null());
  const auto& candidates = json["candidates"];
  REQUIRE(candidates.size() == 2);
  CHECK(candidates[0]["usd_per_mtoken"].get<double>() <=
        candidates[1]["usd_per_mtoken"].get<double>());
  CHECK(candidates[0]["frontier"] == true);
  const auto hopeless = folder.write(
      "none.yaml", "version: 1\nplan: p\nworkload: llama-33b\nload: {batch: 16, context: 1K}\n"
                   "limits: {tbt: 1 us}\nclusters: [{machine: h100x2}]\n");
  const auto none = program("plan " + hopeless);
  CHECK(none.status == 2);
  CHECK(none.err.find("limits: no candidate serves the load within the limits; the nearest is "
                      "h100x2") != std::string::npos);
}
