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
  for (const auto* name : {"llama", "mixtral", "deepseek_v3", "gemma2", "phi"}) {
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
