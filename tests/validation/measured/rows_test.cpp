#include "tests/validation/scratch_file.hpp"
#include "validation/measured/rows.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;
using einsight::core::Rational;
using test::ScratchFile;

namespace {

std::string fileOf(const std::string& cases) {
  return R"({"provenance": {"device": "NVIDIA H200", "sms": 132, "date": "d", "command": "c"},
             "cases": [)" +
         cases + R"(], "not_run": ["later"]})";
}

} // namespace

TEST_CASE("a measured file is its device and its rows", "[validation]") {
  const ScratchFile file("m.json", fileOf(R"(
    {"id": "rate exp2", "suite": "micro", "system": "microbenchmark", "median_us": 10,
     "operations": 1e6, "sm_mhz": 1500},
    {"id": "fused-sm90 x", "suite": "dense", "system": "fused-sm90", "batch": 4, "heads_q": 16,
     "heads_kv": 2, "seq_q": 777, "seq_kv": 777, "head_dim": 128, "mask": "window 256",
     "weights": "sigmoid", "direction": "forward", "dtype": "bf16", "median_us": 812.5,
     "p10_us": 800, "p90_us": 900},
    {"id": "split-kv y splits16 bf16", "suite": "decode", "system": "split-kv", "heads_q": 128,
     "heads_kv": 1, "seq_q": 1, "seq_kv": 4096, "head_dim": 576, "head_dim_v": 512,
     "median_us": 5},
    {"id": "broken", "suite": "dense", "system": "fused-sm80", "error": "out of memory"})"));
  const auto measured = readMeasured(file.path());
  REQUIRE(measured);
  CHECK(measured->device == "NVIDIA H200");
  CHECK(measured->sms == 132);
  CHECK(measured->failed == std::vector<std::string>{"broken: out of memory"});
  CHECK(measured->notRun == std::vector<std::string>{"later"});
  REQUIRE(measured->rows.size() == 3);
  CHECK(measured->rows[0].operations == 1e6);
  CHECK(measured->rows[0].hertz == 1.5e9);
  const auto& window = measured->rows[1];
  CHECK(window.mask == "window");
  CHECK(window.weights == "sigmoid");
  CHECK(window.shape.at("window") == Rational(256));
  CHECK(window.shape.at("heads_kv") == Rational(2));
  CHECK(window.shape.at("value_dim") == Rational(128));
  CHECK(window.seconds == Approx(812.5e-6));
  CHECK(window.high == Approx(900e-6));
  const auto& latent = measured->rows[2];
  CHECK(latent.shape.at("value_dim") == Rational(512));
  CHECK(latent.shape.at("splits") == Rational(16));
  CHECK(latent.shape.at("batch") == Rational(1));
}

TEST_CASE("a window over an image of one frame has two axes", "[validation]") {
  const ScratchFile file("m.json", fileOf(R"(
    {"id": "a", "system": "fused-sm90", "heads_q": 8, "head_dim": 128, "mask": "neighborhood x",
     "layout": [1, 256, 128], "window": [1, 80, 40], "stride": [1, 16, 1], "q_tile": [1, 8, 16],
     "kv_tile": [1, 16, 8], "median_us": 5},
    {"id": "b", "system": "FlexAttention GNA", "heads": 8, "head_dim": 128, "layout": [64],
     "window": [64], "stride": [1], "median_us": 5})"));
  const auto measured = readMeasured(file.path());
  REQUIRE(measured);
  const auto& image = measured->rows[0];
  REQUIRE(image.neighborhood);
  CHECK(image.mask == "neighborhood");
  CHECK(image.neighborhood->layout == einsight::mappings::gna::Shape{256, 128});
  CHECK(image.neighborhood->qTile == einsight::mappings::gna::Shape{8, 16});
  CHECK(image.shape.at("seq_q") == Rational(256 * 128));
  const auto& whole = measured->rows[1];
  CHECK(whole.mask == "whole");
  CHECK(whole.shape.at("heads_q") == Rational(8));
  CHECK(whole.neighborhood->qTile.empty());
}

TEST_CASE("every problem of a measured file is told", "[validation]") {
  const ScratchFile file("m.json", fileOf(R"(
    {"system": "x", "median_us": 5},
    {"id": "a", "system": "x", "median_us": -1},
    {"id": "b", "system": "x", "median_us": 1},
    {"id": "b", "system": "x", "median_us": 1},
    {"id": "c", "system": "x", "median_us": 1, "layout": [4, 4], "window": [4], "stride": [1, 1]},
    {"id": "d", "system": "x", "median_us": 1, "layout": [0], "window": [4], "stride": [1]},
    7)"));
  const auto measured = readMeasured(file.path());
  REQUIRE_FALSE(measured);
  std::vector<std::string> told;
  for (const auto& problem : measured.error()) {
    told.push_back(problem.what);
  }
  CHECK(told == std::vector<std::string>{
                    "the case has no id", "'a' has no median_us above zero", "'b' is there twice",
                    "'c': layout, window, stride and tiles differ in their number of axes",
                    "'d': layout is no list of lengths",
                    "'d': layout, window, stride and tiles differ in their number of axes",
                    "a case is no map"});
}

TEST_CASE("what measure did not write is refused", "[validation]") {
  for (const auto* text : {"", "[]", "{\"cases\": 3}", "nothing", R"({"provenance": {"device": 5},
                            "cases": []})"}) {
    const ScratchFile file("m.json", text);
    const auto measured = readMeasured(file.path());
    REQUIRE_FALSE(measured);
    CHECK(measured.error().front().what == "this is no file that measure wrote");
  }
  const auto absent = readMeasured("/nowhere/m.json");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().front().what == "cannot read the file");
}
