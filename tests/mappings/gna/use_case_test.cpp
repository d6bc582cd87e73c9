#include "mappings/gna/use_case.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::mappings::gna;

namespace {

UseCase loaded(const std::string& name, const core::Settings& settings = {}) {
  const auto useCase = loadUseCase(name, settings);
  INFO(core::render(useCase ? core::Problems{} : useCase.error()));
  REQUIRE(useCase.has_value());
  return *useCase;
}

std::string problemsOf(const std::string& yaml) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-use-case-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << "version: 1\nmodel: x\n" << yaml;
  const auto useCase = loadUseCase(file.string());
  std::filesystem::remove(file);
  auto text = useCase ? "accepted" : core::render(useCase.error());
  for (auto at = text.find(file.string()); at != std::string::npos; at = text.find(file.string())) {
    text.replace(at, file.string().size(), "FILE");
  }
  return text;
}

std::vector<double> bounds(const UseCase& useCase) {
  std::vector<double> speedups;
  for (const auto& pattern : useCase.patterns) {
    const auto found = tally(pattern.question);
    REQUIRE(found.has_value());
    CHECK(found->fullyBlockSparse);
    speedups.push_back(found->simSpeedup());
  }
  return speedups;
}

} // namespace

TEST_CASE("every use case of the catalogue can be loaded and says where it comes from", "[gna]") {
  const auto names = useCases();
  CHECK(names == std::vector<std::string>{"cosmos-7b", "cosmos-predict2-14b", "cosmos-predict2-2b",
                                          "flux-4k", "hunyuan-video"});
  for (const auto& name : names) {
    const auto useCase = loaded(name);
    CHECK_FALSE(useCase.summary.empty());
    CHECK_FALSE(useCase.source.empty());
    CHECK_FALSE(useCase.patterns.empty());
  }
}

TEST_CASE("patterns of layers are fully block-sparse, as published, at both frame rates", "[gna]") {
  for (const auto* name : {"cosmos-predict2-2b", "cosmos-predict2-14b"}) {
    for (const std::int64_t frames : {16, 24}) {
      const auto speedups = bounds(loaded(name, {{"T", frames}}));
      REQUIRE(speedups.size() == 5);
      CHECK(speedups[0] == Approx(55));
      CHECK(speedups[1] == Approx(18.33).margin(0.005));
      CHECK(speedups[2] == Approx(12.22).margin(0.005));
      CHECK(speedups[3] == Approx(4.4));
      CHECK(speedups[4] == Approx(2.245).margin(0.005));
    }
  }
}

TEST_CASE("layers without a pattern are dense", "[gna]") {
  const auto small = loaded("cosmos-predict2-2b");
  const auto large = loaded("cosmos-predict2-14b");
  const auto layersOf = [](const UseCase& useCase) {
    std::size_t layers = 0;
    for (const auto& pattern : useCase.patterns) {
      layers += pattern.layers.size();
    }
    return layers;
  };
  CHECK(small.layers == 28);
  CHECK(layersOf(small) == 28);
  CHECK(large.layers == 36);
  CHECK(layersOf(large) == 35);
  CHECK(large.heads.heads == 40);
  const std::vector<double> four(5, 4.0);
  CHECK(overLayers(small, four) == Approx(4));
  CHECK(overLayers(large, four) == Approx(36.0 / (35.0 / 4 + 1)));
}

TEST_CASE("end to end follows from the share, the steps and the speedup", "[gna]") {
  CHECK(endToEnd(0.5, 10, 0, 2) == Approx(1 / 0.75));
  CHECK(endToEnd(0.5, 10, 10, 2) == 1);
  CHECK(endToEnd(0.587, 35, 12, 9.17) == Approx(1.52).margin(0.005));
  CHECK(endToEnd(0.607, 50, 15, 11.11) == Approx(1.63).margin(0.005));
  CHECK(endToEnd(0.518, 28, 9, 10.24) == Approx(1.46).margin(0.005));
}

TEST_CASE("the window of a pattern may be that of a parameter", "[gna]") {
  const auto useCase = loaded("cosmos-7b", {{"T", 8}});
  CHECK(useCase.patterns.front().question.layout() == Shape{8, 44, 80});
  CHECK(useCase.patterns.front().question.window() == Shape{8, 32, 48});
  CHECK(useCase.attentionShare == Approx(0.587));
  CHECK(useCase.steps == 35);
  CHECK(useCase.heads.batch == 2);
}

TEST_CASE("a model without a neighborhood is answered with those that have one", "[gna]") {
  CHECK(
      problemsOf("parameters: {L: 4}\n") ==
      "FILE:1:1: error: the model 'x' has no neighborhood\n"
      "  help: models that have one: cosmos-7b, cosmos-predict2-14b, cosmos-predict2-2b, flux-4k, "
      "hunyuan-video\n");
}

TEST_CASE("every mistake of a use case is reported with its place", "[gna]") {
  CHECK(
      problemsOf("parameters: {T: 8}\n"
                 "neighborhood:\n"
                 "  layout: [T, 8]\n"
                 "  layers: 4\n"
                 "  attention_share: 1.5\n"
                 "  q_tile: [4, 4]\n"
                 "  kv_tile: [4, 4]\n"
                 "  patterns:\n"
                 "    a: {window: [4, 9], layers: [0-1]}\n"
                 "    b: {window: [4, 4], layers: [1, 4, x]}\n"
                 "    c: {window: [4, 4], layer: 3}\n") ==
      "FILE:7:20: error: neighborhood.attention_share: 1.5 is not a share of the time\n"
      "  help: above 0 and at most 1\n"
      "FILE:11:8: error: neighborhood.patterns.a.window: 9 tokens of axis 2 do not fit its 8\n"
      "  help: at most 8 there\n"
      "FILE:12:33: error: neighborhood.patterns.b.layers: layer 1 has a pattern already\n"
      "FILE:12:33: error: neighborhood.patterns.b.layers: '4' is no layer of the model's 4\n"
      "  help: numbers from 0 and ranges, as in [3, 6-9]\n"
      "FILE:12:33: error: neighborhood.patterns.b.layers: 'x' is no layer of the model's 4\n"
      "  help: numbers from 0 and ranges, as in [3, 6-9]\n"
      "FILE:13:8: error: neighborhood.patterns.c: the pattern has no layers\n"
      "  help: layers: [0-3]\n"
      "FILE:13:25: error: neighborhood.patterns.c.layer: unknown key\n"
      "  help: did you mean 'layers'? (one of: window, stride, dilation, causal, q_tile, kv_tile, "
      "kv_tiling, layers)\n");
  CHECK(problemsOf("parameters: {T: 8}\nneighborhood: {layout: [T], patterns: {}}\n") ==
        "FILE:4:39: error: neighborhood.patterns: there is no pattern\n"
        "  help: NAME: {window: [16, 24, 16]}\n");
}
