#include "einsum/analysis.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;

namespace {

einsum::Cascade loaded(const std::string& reference, const core::Settings& settings = {}) {
  const auto cascade = workloads::load(reference, settings);
  INFO(core::render(cascade ? core::Problems{} : cascade.error()));
  REQUIRE(cascade.has_value());
  return *cascade;
}

std::string problemsOf(const std::string& reference, const core::Settings& settings = {}) {
  const auto cascade = workloads::load(reference, settings);
  return cascade ? "accepted" : core::render(cascade.error());
}

bool isListed(const std::string& name) {
  const auto entries = workloads::list();
  return std::any_of(entries.begin(), entries.end(),
                     [&](const workloads::Entry& entry) { return entry.name == name; });
}

} // namespace

TEST_CASE("everything in the catalogue can be loaded and has a summary", "[workloads]") {
  const auto entries = workloads::list();
  CHECK(entries.size() >= 21);
  for (const workloads::Entry& entry : entries) {
    INFO(entry.name);
    CHECK(problemsOf(entry.name) == "accepted");
    CHECK_FALSE(entry.summary.empty());
  }
  CHECK(isListed("attention-1pass"));
  CHECK(isListed("bert"));
}

TEST_CASE("a model is its default cascade with its own sizes", "[workloads]") {
  const auto cascade = loaded("xlm");
  CHECK(cascade.name() == "attention-1pass");
  CHECK(cascade.parameter("H") == 16);
  CHECK(cascade.parameter("E") == 128);
  CHECK(cascade.parameter("F") == 128);
  CHECK(cascade.parameter("L") == 1024);
}

TEST_CASE("a cascade and a model may be named together", "[workloads]") {
  const auto cascade = loaded("attention-3pass:t5", {{"L", 4096}});
  CHECK(cascade.name() == "attention-3pass");
  CHECK(cascade.parameter("H") == 8);
  CHECK(cascade.parameter("M") == 4096);
  CHECK(loaded("linear-layers:trxl").parameter("S") == 4096);
}

TEST_CASE("a setting wins over a model, which wins over a cascade", "[workloads]") {
  CHECK(loaded("attention-1pass").parameter("H") == 12);
  CHECK(loaded("attention-1pass:t5").parameter("H") == 8);
  CHECK(loaded("attention-1pass:t5", {{"H", 3}}).parameter("H") == 3);
}

TEST_CASE("a path is a reference too, alone or with a model", "[workloads]") {
  const std::string path =
      std::string(EINSIGHT_SOURCE_DIR) + "/workloads/attention/attention-2pass.yaml";
  CHECK(loaded(path).name() == "attention-2pass");
  CHECK(loaded(path + ":t5").parameter("H") == 8);
}

TEST_CASE("wrong names are answered with the nearest", "[workloads]") {
  CHECK_THAT(problemsOf("atention-1pass"),
             Catch::StartsWith("error: unknown workload 'atention-1pass'\n"
                               "  help: did you mean 'attention-1pass'? (one of: "));
  CHECK(problemsOf("attention-1pass:brt") ==
        "error: unknown model 'brt'\n"
        "  help: did you mean 'bert'? (one of: bert, cosmos-7b, cosmos-predict2-14b, "
        "cosmos-predict2-2b, deepseek-v3, flux-4k, hunyuan-video, kimi-k2, llama-2-7b, "
        "llama-3-70b, llama-3-8b, llama-33b, llama-65b, mixtral-8x7b, t5, trxl, xlm)\n");
  CHECK_THAT(problemsOf("bert:t5"), Catch::Contains("workloads/models/bert.yaml: error: this is a "
                                                    "model, not a cascade\n  help: write "
                                                    "CASCADE:MODEL, as in attention-1pass:bert\n"));
  CHECK_THAT(problemsOf("attention-1pass:bert", {{"LL", 1}}),
             Catch::EndsWith("error: parameters: there is no parameter 'LL' to set\n"
                             "  help: did you mean 'L'? (one of: B, H, L, E, F, M0)\n"));
}

TEST_CASE("a wrong model and a wrong cascade are reported together", "[workloads]") {
  const std::string problems = problemsOf("attention-9pass:brt");
  CHECK_THAT(problems, Catch::Contains("unknown model 'brt'"));
  CHECK_THAT(problems, Catch::Contains("unknown workload 'attention-9pass'"));
}

TEST_CASE("the files of a reference are those that are read", "[workloads]") {
  const auto alone = workloads::filesOf("attention-3pass");
  REQUIRE(alone.has_value());
  CHECK(alone->cascade.filename() == "attention-3pass.yaml");
  CHECK_FALSE(alone->model.has_value());
  const auto model = workloads::filesOf("bert");
  REQUIRE(model.has_value());
  CHECK(model->cascade.filename() == "attention-1pass.yaml");
  CHECK(model->model->filename() == "bert.yaml");
  CHECK(workloads::filesOf("attention-3pass:t5")->model->filename() == "t5.yaml");
  CHECK_FALSE(workloads::filesOf("nothing").has_value());
}

TEST_CASE("linear layers have the products of an encoder layer", "[workloads]") {
  const auto cascade = loaded("linear-layers:bert");
  const std::int64_t tokens = std::int64_t{64} * 1024;
  const auto maccs = [&](const char* name) {
    return einsum::operations(cascade, *cascade.einsum(name)).value().at("macc");
  };
  for (const char* square : {"Q", "K", "V", "Z"}) {
    CHECK(maccs(square) == tokens * 768 * 768);
  }
  CHECK(maccs("FFN1") == tokens * 768 * 3072);
  CHECK(maccs("FFN2") == tokens * 3072 * 768);
}

TEST_CASE("a description shows parameters, tensors, Einsums and masks", "[workloads]") {
  const std::string text =
      workloads::describe(loaded("attention-1pass-causal", {{"L", 512}, {"B", 1}}));
  CHECK_THAT(text,
             Catch::StartsWith("attention-1pass-causal: attention-1pass in which a query sees "
                               "the keys up to its own position\n\nparameters\n"
                               "  B             1\n"));
  CHECK_THAT(text, Catch::Contains("\n  M           512 = L\n"));
  CHECK_THAT(text, Catch::Contains("\n  K     input  16 bit  [B=1, H=12, E=64, M=512]\n"));
  CHECK_THAT(text, Catch::Contains("\n  BK[b,h,e,m1,m0] = K[b,h,e,m1*M0+m0]   (view)\n"));
  CHECK_THAT(text, Catch::Contains("\n    where -m0-256*m1+p >= 0\n"));
}
