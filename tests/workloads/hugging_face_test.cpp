#include "workloads/hugging_face.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::workloads;

namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(EINSIGHT_SOURCE_DIR) / "tests" / "workloads" / "hugging_face";

Transformer imported(const std::string& name) {
  auto model = readHuggingFace(kFolder / (name + ".json"));
  if (!model) {
    FAIL(core::render(model.error()));
  }
  return *model;
}

std::string problemsOf(const std::string& name) {
  const auto model = readHuggingFace(kFolder / (name + ".json"));
  auto out = model ? std::string("accepted") : core::render(model.error());
  const auto place = kFolder.string() + "/";
  for (auto at = out.find(place); at != std::string::npos; at = out.find(place)) {
    out.erase(at, place.size());
  }
  return out;
}

} // namespace

TEST_CASE("configurations of the Hugging Face format give the models' known sizes", "[workloads]") {
  struct Known {
    const char* name;
    double all, active; ///< 1e9
    double keyBytes;    ///< per token
  };
  for (const auto& known :
       {Known{"llama", 70.6, 69.5, 320 * 1024}, Known{"mixtral", 46.7, 12.8, 128 * 1024},
        Known{"deepseek_v3", 671, 37, 61 * 576 * 2}, Known{"qwen3_moe", 30.5, 3.0, 96 * 1024},
        Known{"gemma2", 9.24, 9.24, 336 * 1024}, Known{"gpt_neox", 20.6, 20.2, 44 * 24576},
        Known{"phi", 2.78, 2.65, 32 * 10240}}) {
    INFO(known.name);
    const auto model = imported(known.name);
    CHECK(parameters(model) / 1e9 == Approx(known.all).epsilon(0.01));
    CHECK(activeParameters(model) / 1e9 == Approx(known.active).epsilon(0.02));
    CHECK(keyBytesPerToken(model) == known.keyBytes);
  }
  CHECK(imported("deepseek_v3").weightBytes == 1);
  CHECK(imported("gemma2").weightBytes == 4);
  CHECK(imported("gemma2").tiedEmbeddings);
  CHECK(imported("llama").context == 8192);
  CHECK(imported("phi").context == 0);
}

TEST_CASE("an imported model is the one of the catalogue", "[workloads]") {
  for (const auto& [file, name] : {std::pair{"llama", "llama-3-70b"},
                                   {"mixtral", "mixtral-8x7b"},
                                   {"deepseek_v3", "deepseek-v3"}}) {
    const auto theirs = imported(file);
    const auto ours = loadTransformer(name);
    REQUIRE(ours.has_value());
    CHECK(parameters(theirs) == parameters(*ours));
    CHECK(weightBytes(theirs) == weightBytes(*ours));
    CHECK(keyBytesPerToken(theirs) == keyBytesPerToken(*ours));
  }
}

TEST_CASE("an imported model can be read again as it is written", "[workloads]") {
  for (const auto* name : {"llama", "mixtral", "deepseek_v3", "gemma2", "phi", "windowed"}) {
    INFO(name);
    const auto model = imported(name);
    const auto file = std::filesystem::temp_directory_path() /
                      ("einsight-import-" + std::to_string(getpid()) + ".yaml");
    std::ofstream(file) << toYaml(model);
    const auto again = readTransformer(file);
    std::filesystem::remove(file);
    INFO(core::render(again ? core::Problems{} : again.error()));
    REQUIRE(again.has_value());
    CHECK(toYaml(*again) == toYaml(model));
    CHECK(parameters(*again) == parameters(model));
  }
}

TEST_CASE("an unknown architecture is refused with all that is missing", "[workloads]") {
  CHECK(problemsOf("unknown") ==
        "unknown.json: error: model_type: unknown architecture 'lama': how many matrices its "
        "feed-forward parts have is not in the file\n"
        "  help: did you mean 'llama'? (one of: llama, mistral, mixtral, qwen2, qwen2_moe, qwen3, "
        "qwen3_moe, deepseek_v2, deepseek_v3, kimi_k2, gemma, gemma2, gemma3_text, phi, phi3, "
        "gpt_neox, gpt2, olmo2)\n"
        "unknown.json: error: num_hidden_layers: this size is missing\n"
        "  help: or 'n_layer', 'num_layers'\n"
        "unknown.json: error: vocab_size: this size is missing\n"
        "unknown.json: error: head_dim: a vector of 4096 cannot be divided over 30 heads: 16 are "
        "left over\n"
        "  help: the elements of a head\n"
        "unknown.json: error: num_key_value_heads: 30 query heads cannot share 8 key heads evenly\n"
        "  help: a number that divides the query heads\n"
        "unknown.json: error: intermediate_size: this size is missing\n"
        "  help: or 'n_inner'\n");
}

TEST_CASE("what is not JSON is refused where it stops being so", "[workloads]") {
  CHECK(problemsOf("broken") == "broken.json:3:3: error: this is not JSON\n"
                                "  help: a config.json of the Hugging Face format\n");
  CHECK(problemsOf("absent") == "absent.json: error: cannot read the file\n");
}

TEST_CASE("sizes that are none, and parts that are not modelled, are told at once", "[workloads]") {
  CHECK(problemsOf("wrong") ==
        "wrong.json: error: text_config.model_type: unknown architecture 'llama4': how many "
        "matrices its feed-forward parts have is not in the file\n"
        "  help: did you mean 'llama'? (one of: llama, mistral, mixtral, qwen2, qwen2_moe, qwen3, "
        "qwen3_moe, deepseek_v2, deepseek_v3, kimi_k2, gemma, gemma2, gemma3_text, phi, phi3, "
        "gpt_neox, gpt2, olmo2)\n"
        "wrong.json: error: text_config.num_hidden_layers: '2.5' is not a size\n"
        "  help: a whole number from 1 on\n"
        "wrong.json: error: text_config.hidden_size: '0' is not a size\n"
        "  help: a whole number from 1 on\n"
        "wrong.json: error: text_config.vocab_size: '\"many\"' is not a size\n"
        "  help: a whole number from 1 on\n"
        "wrong.json: error: text_config.num_key_value_heads: '-3' is not a size\n"
        "  help: a whole number from 1 on\n"
        "wrong.json: error: text_config.shared_expert_intermediate_size: 1000 is no multiple of an "
        "expert's width of 768\n"
        "  help: which is what is modelled\n"
        "wrong.json: error: text_config.num_experts_per_tok: 9 of 8 experts cannot be active\n"
        "  help: at most 8\n"
        "wrong.json: error: text_config.mlp_only_layers: layers with and without experts take "
        "turns, which is not modelled\n"
        "  help: every layer, or `first_k_dense_replace` without at the start\n"
        "wrong.json: error: text_config.quantization_config: does not say how many bits a weight "
        "has\n"
        "  help: `bits`, or leave it out and write `storage` into the model's file\n");
}

TEST_CASE("weights have the bits of their quantization, and a window is said to be left out",
          "[workloads]") {
  const auto model = imported("windowed");
  CHECK(model.weightBytes == 0.5);
  CHECK(model.attention.headDimension == 128);
  CHECK(model.source == "windowed.json, architecture mistral; its window of 4096 tokens is not "
                        "modelled, all keys and values are kept");
}
