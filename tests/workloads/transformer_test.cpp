#include "workloads/transformer.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::workloads;

namespace {

Transformer loaded(const std::string& name) {
  auto model = loadTransformer(name);
  if (!model) {
    FAIL(core::render(model.error()));
  }
  return *model;
}

/// The problems of a file with this text, without the folder it is in.
std::string problemsOf(const std::string& text) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("einsight-transformer-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto file = folder / "model.yaml";
  std::ofstream(file) << text;
  const auto model = readTransformer(file);
  std::filesystem::remove_all(folder);
  auto out = model ? std::string("accepted") : core::render(model.error());
  const auto place = folder.string() + "/";
  for (auto at = out.find(place); at != std::string::npos; at = out.find(place)) {
    out.erase(at, place.size());
  }
  return out;
}

} // namespace

TEST_CASE("parameters of whole models are those that their publishers state", "[workloads]") {
  struct Known {
    const char* name;
    double all, active; ///< 1e9; active without the table of embeddings, so a little lower
  };
  for (const auto& known : {Known{"llama-33b", 32.5, 32.3}, Known{"llama-65b", 65.2, 65.0},
                            Known{"llama-2-7b", 6.74, 6.6}, Known{"llama-3-8b", 8.03, 7.5},
                            Known{"llama-3-70b", 70.6, 69.5}, Known{"mixtral-8x7b", 46.7, 12.9},
                            Known{"deepseek-v3", 671, 37}, Known{"kimi-k2", 1026, 32}}) {
    INFO(known.name);
    const auto model = loaded(known.name);
    CHECK(parameters(model) / 1e9 == Approx(known.all).epsilon(0.01));
    CHECK(activeParameters(model) / 1e9 == Approx(known.active).epsilon(0.03));
  }
}

TEST_CASE("weights and keys of Lamina's models are those of its table 3", "[workloads]") {
  // Chen et al. (arXiv 2405.01814v2); their 137.5 GB of 70B counts 68.8 billion parameters.
  CHECK(weightBytes(loaded("llama-33b")) / 1e9 == Approx(64.7).epsilon(0.01));
  CHECK(weightBytes(loaded("llama-65b")) / 1e9 == Approx(130.1).epsilon(0.01));
  CHECK(weightBytes(loaded("llama-3-70b")) / 1e9 == Approx(137.5).epsilon(0.03));
  CHECK(keyBytesPerToken(loaded("llama-33b")) == 1597440);
  CHECK(keyBytesPerToken(loaded("llama-65b")) == 2621440);
  CHECK(keyBytesPerToken(loaded("llama-3-70b")) == 320 * 1024);
}

TEST_CASE("latent attention keeps 576 elements of a token and layer", "[workloads]") {
  const auto model = loaded("deepseek-v3");
  CHECK(keyBytesPerLayer(model) == 576 * 2);
  CHECK(keyBytesPerToken(model) == 576 * 2 * 61);
  CHECK(attentionFlops(model, true) == 2 * 128 * (576 + 512));
  CHECK(attentionFlops(model, false) == 2 * 128 * (192 + 128));
  CHECK(attentionVectors(model).keyValue == 576);
}

TEST_CASE("messages of attention are those of Lamina's formula", "[workloads]") {
  // (2 + 2/G) d elements per token and layer; table 3.
  const auto bytesOf = [](const Transformer& model) {
    const auto vectors = attentionVectors(model);
    return 2 * (vectors.query + vectors.keyValue + vectors.output) *
           static_cast<double>(model.layers);
  };
  CHECK(bytesOf(loaded("llama-33b")) == 3194880);
  CHECK(bytesOf(loaded("llama-65b")) == 5242880);
  CHECK(bytesOf(loaded("llama-3-70b")) == 2949120);
}

TEST_CASE("a token takes two operations a parameter, and four a pair and element of attention",
          "[workloads]") {
  const auto model = loaded("llama-3-70b");
  CHECK(flopsPerToken(model, 0) == 2 * activeParameters(model));
  CHECK(flopsPerToken(model, 1000) - flopsPerToken(model, 0) == 4.0 * 1000 * 8192 * 80);
}

TEST_CASE("a whole model is also one layer's attention", "[workloads]") {
  CHECK(isTransformer("llama-3-8b"));
  CHECK_FALSE(isTransformer("bert"));
  CHECK_FALSE(isTransformer("no such thing"));
  const auto text = describe(loaded("mixtral-8x7b"));
  CHECK(text.find("2 of 8, 14336 wide, and 0 shared, in 32 layers") != std::string::npos);
  CHECK(text.find("46.7 G") != std::string::npos);
}

TEST_CASE("every mistake of a whole model is told at once", "[workloads]") {
  CHECK(problemsOf("version: 1\nmodel: m\ntransformer:\n"
                   "  layers: 2\n  hiden: 64\n  vocabulary: 0\n"
                   "  attention: {heads: 8, kv_heads: 3, head_dim: 64}\n"
                   "  experts: {count: 4, active: 5, width: 8, dense_layers: 3}\n") ==
        "model.yaml:4:3: error: transformer.feed_forward: required key is missing\n"
        "model.yaml:5:3: error: transformer.hiden: unknown key\n"
        "  help: did you mean 'hidden'? (one of: layers, hidden, vocabulary, tied_embeddings, "
        "context, attention, experts, feed_forward, storage)\n"
        "model.yaml:6:15: error: transformer.vocabulary: '0' is out of range\n"
        "  help: write a whole number from 1 to 1073741824\n"
        "model.yaml:7:35: error: transformer.attention.kv_heads: 8 query heads cannot share 3 key "
        "heads evenly: 2 are left over\n"
        "  help: a number that divides the query heads\n"
        "model.yaml:8:31: error: transformer.experts.active: 5 of 4 experts cannot be active\n"
        "  help: at most 4\n"
        "model.yaml:8:58: error: transformer.experts.dense_layers: there are 2 layers, 1 fewer\n"
        "  help: at most 2\n");
}

TEST_CASE("a file without the key is no whole model", "[workloads]") {
  CHECK(problemsOf("version: 1\nmodel: m\n") ==
        "model.yaml:1:1: error: this is no whole model: it has no key 'transformer'\n"
        "  help: docs/serving.md says how a whole model is written\n");
}
