#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight::cli::test;
using nlohmann::json;

namespace {

const std::string kHunyuan =
    "gna --layout 30x48x80 --window 18x24x24 --q-tile 4x8x8 --kv-tile 2x8x8 ";

json answer(const std::string& arguments) {
  const auto outcome = program(arguments + " --json -");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return json::parse(outcome.out);
}

} // namespace

TEST_CASE("gna answers with every key of the contract", "[cli]") {
  const auto found = answer(kHunyuan);
  CHECK(found["q_tiles"] == 480);
  CHECK(found["kv_tiles_dense"] == 900);
  CHECK(found["visited_total"] == 82368);
  CHECK(found["visited_max"] == 275);
  CHECK(found["visited_min"] == 81);
  CHECK(found["full_tiles"] == 12672);
  CHECK(found["partial_tiles"] == 69696);
  CHECK(found["sim_speedup"].get<double>() == Approx(900.0 / 275));
  CHECK(found["mean_speedup"].get<double>() == Approx(5.24476).epsilon(1e-5));
  CHECK(found["flop_speedup"].get<double>() == Approx(11.1111).epsilon(1e-5));
  CHECK(found["fully_block_sparse"] == false);
  CHECK(found["block_sparse_stride"] == "16x8x8");
  CHECK_FALSE(found.contains("strides"));
}

TEST_CASE("gna sweeps strides", "[cli]") {
  const auto strides = answer(kHunyuan + "--sweep-strides")["strides"];
  REQUIRE(strides.size() == 7);
  CHECK(strides[0]["stride"] == "1x1x1");
  CHECK(strides[6]["stride"] == "16x8x8");
  CHECK(strides[6]["sim_speedup"].get<double>() == Approx(100.0 / 9));
  CHECK(strides[6]["fully_block_sparse"] == true);
}

TEST_CASE("gna sweeps the tiles of shipped kernels and takes the best when none are given",
          "[cli]") {
  const auto found = answer("gna --layout 256x256 --window 80x80 --stride 16x16 --sweep-tiles");
  CHECK(found["fully_block_sparse"] == true);
  CHECK(found["q_tile"] == found["tiles"][0]["q_tile"]);
  CHECK(found["kv_tile"] == found["tiles"][0]["kv_tile"]);
  CHECK(found["tiles"].size() > 20);
}

TEST_CASE("gna counts dynamic, dilated, causal and 1-D tilings", "[cli]") {
  CHECK(answer("gna --layout 25x36x10 --window 7x11x2 --stride 7x11x2 --dilation 3x2x1 --causal "
               "0x0x1 --q-tile 8x4x8 --kv-tile 4x4x8")["visited_total"] == 1064);
  CHECK(answer("gna --layout 30x48x80 --window 18x24x24 --q-tile 2x8x4 --kv-tile 2x8x8 --kv-tiling "
               "dynamic")["visited_total"] == 229548);
  const auto flat = answer("gna --layout 16x44x80 --window 16x24x16 --stride 1x8x16 --tiling 1d "
                           "--q-tile 256 --kv-tile 128");
  CHECK(flat["visited_total"] == 59264);
  CHECK(flat["block_sparse_stride"] == nullptr);
}

TEST_CASE("gna answers for a use case, pattern by pattern", "[cli]") {
  const auto cosmos = answer("gna --use-case cosmos-7b --sweep-strides --dense-steps 12");
  REQUIRE(cosmos["patterns"].size() == 2);
  const auto& sparse = cosmos["patterns"][1];
  CHECK(sparse["end_to_end"]["sim_speedup"].get<double>() == Approx(1.52).margin(0.005));
  CHECK(sparse["strides"][0]["end_to_end_sim_speedup"].get<double>() == Approx(1.45).margin(0.005));
  const auto layers = answer("gna --use-case cosmos-predict2-14b --set T=16");
  CHECK(layers["layers"] == 36);
  CHECK(layers["patterns"][0]["layout"] == "16x44x80");
  CHECK(layers["patterns"][0]["layers"].size() == 11);
  CHECK(layers["attention"]["flop_speedup"].get<double>() == Approx(5.84).margin(0.005));
}

TEST_CASE("gna says where the tiles go and what would help", "[cli]") {
  const auto outcome = program(kHunyuan + "--sweep-strides --sweep-tiles");
  CHECK(outcome.status == 0);
  for (const auto* part :
       {"Of the tile work 44.3% is attended, 5.8% is padding",
        "The nearest stride that needs no mask is 16x8x8: 11.11x by the worst Q tile.",
        "Strides worth a try", "Shipped tiles, least work first"}) {
    INFO(part);
    CHECK(outcome.out.find(part) != std::string::npos);
  }
  CHECK(program("gna --layout 64 --window 64 --q-tile 16 --kv-tile 16")
            .out.find("All of the tile work is attended.\n  No visited tile needs a mask.") !=
        std::string::npos);
}

TEST_CASE("gna predicts the time on a GPU and where it goes", "[cli]") {
  const auto found = answer(kHunyuan + "--heads 24 -a b200");
  CHECK(found["machine"] == "b200");
  CHECK(found["mapping"] == "neighborhood-blackwell");
  CHECK(found["speedup"].get<double>() ==
        Approx(found["dense_seconds"].get<double>() / found["seconds"].get<double>()));
  double losses = 0;
  for (const auto* name : {"masking", "waves", "padding", "permutation", "tiles", "kernel"}) {
    losses += found["losses"][name].get<double>();
  }
  CHECK(losses == Approx(found["seconds"].get<double>() - found["ideal_seconds"].get<double>()));
  const auto text = program(kHunyuan + "--heads 24 -a b200").out;
  for (const auto* part :
       {"time on b200", "time beyond the ideal", "masking", "waves", "padding", "permutation"}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("gna with a GPU takes its tiles and sorts them by time", "[cli]") {
  const auto found = answer("gna --layout 64x64 --window 16x16 -a b200 --sweep-tiles");
  double before = 0;
  int known = 0;
  for (const auto& row : found["tiles"]) {
    if (row["seconds"].is_null()) {
      CHECK(row["kernel"] != "blackwell");
      continue;
    }
    CHECK(row["kernel"] == "blackwell");
    CHECK(row["seconds"].get<double>() >= before);
    before = row["seconds"];
    ++known;
  }
  CHECK(known == 4);
}

TEST_CASE("gna says what goes with a GPU only", "[cli]") {
  const auto outcome = program(kHunyuan + "-m neighborhood-blackwell --set arch.dram.efficiency=1");
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "error: --set: arch. and mapping. go with --arch\n"
                       "  help: name a GPU: -a b200\n"
                       "error: --mapping: goes with --arch\n"
                       "  help: name a GPU: -a b200\n");
}

TEST_CASE("gna reports every wrong option at once", "[cli]") {
  const auto outcome =
      program("gna --layout 8x8 --window 9x4 --stride 1x5 --q-tile 4x4 --kv-tile 4x4 --dtype fp4 "
              "--heads 0 --kv-heads 2 --tiling flat --set T=1");
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(
      outcome.err ==
      "error: --heads: '0' is not a whole number from 1 to 1048576\n"
      "error: --kv-heads: '2' is not a whole number from 1 to 1\n"
      "error: --dtype: there is no 'fp4'\n"
      "  help: did you mean 'fp8'? (one of: fp16, bf16, fp8, fp32)\n"
      "error: --tiling: there is no 'flat'\n"
      "  help: one of: multi, 1d\n"
      "error: --set: goes with --use-case\n"
      "  help: leave it out, or name a use case\n"
      "error: --window: 9 tokens of axis 1 do not fit its 8\n"
      "  help: at most 8 there\n"
      "error: --stride: 5 of axis 2 is longer than the window of 4: some keys would be seen by no "
      "query\n"
      "  help: 1 to 4 there\n");
}

TEST_CASE("gna says which shape cannot be read", "[cli]") {
  const auto outcome = program("gna --layout 8,8 --window 4xx4 --q-tile 4x4 --kv-tile 4x4");
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "error: --layout: '8,8' is not a shape\n"
                       "  help: one whole number per axis, as in 30x48x80\n"
                       "error: --window: '4xx4' is not a shape\n"
                       "  help: one whole number per axis, as in 30x48x80\n");
}

TEST_CASE("gna refuses what a use case says itself, and names the nearest use case", "[cli]") {
  const auto outcome = program("gna --use-case cosmos-7c --layout 8x8 --heads 2");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("error: --layout: comes from the use case\n"
                         "  help: leave it out, or leave out --use-case\n"
                         "error: --heads: comes from the use case\n"
                         "  help: leave it out, or leave out --use-case\n"
                         "error: unknown model 'cosmos-7c'\n"
                         "  help: did you mean 'cosmos-7b'?") == 0);
}

TEST_CASE("tile shapes are no mapping, use cases and their cascades are workloads", "[cli]") {
  CHECK(program("list mappings").out.find("tile-shapes") == std::string::npos);
  const auto workloads = program("list workloads").out;
  for (const auto* name : {"cosmos-7b", "hunyuan-video", "neighborhood-3d"}) {
    CHECK(workloads.find(name) != std::string::npos);
  }
  const auto cascade = program("show cosmos-7b");
  CHECK(cascade.status == 0);
  CHECK(cascade.out.find("T=16, Y=44, X=80") != std::string::npos);
}
