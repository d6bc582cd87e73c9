#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "workloads/transformer.hpp"

#include <fmt/format.h>

namespace einsight::workloads {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMost = std::int64_t{1} << 30;

fs::path root() {
  return config::catalogueRoot() / "workloads";
}

HeadSizes readHeads(const config::Node& map, core::Problems& problems) {
  config::MapReader reader(map, problems);
  HeadSizes out;
  out.heads = reader.integer("heads", 1, kMost).value_or(1);
  out.latent = reader.has("latent");
  if (out.latent) {
    out.keyLatent = reader.integer("latent", 1, kMost).value_or(1);
    out.queryLatent = reader.integerOr("query_latent", 0, kMost, 0).value_or(0);
    out.rope = reader.integer("rope", 0, kMost).value_or(0);
    out.nope = reader.integer("nope", 1, kMost).value_or(1);
    out.value = reader.integer("value", 1, kMost).value_or(1);
  } else {
    out.keyHeads = reader.integerOr("kv_heads", 1, kMost, out.heads).value_or(1);
    out.headDimension = reader.integer("head_dim", 1, kMost).value_or(1);
    if (out.heads % out.keyHeads != 0) {
      reader.problem(
          "kv_heads",
          fmt::format("{} query heads cannot share {} key heads evenly: {} are left over",
                      out.heads, out.keyHeads, out.heads % out.keyHeads),
          "a number that divides the query heads");
    }
  }
  reader.finish();
  return out;
}

Experts readExperts(const config::Node& map, std::int64_t layers, core::Problems& problems) {
  config::MapReader reader(map, problems);
  Experts out;
  out.count = reader.integer("count", 1, kMost).value_or(1);
  out.active = reader.integer("active", 1, kMost).value_or(1);
  out.shared = reader.integerOr("shared", 0, kMost, 0).value_or(0);
  out.width = reader.integer("width", 1, kMost).value_or(1);
  out.denseLayers = reader.integerOr("dense_layers", 0, kMost, 0).value_or(0);
  if (out.active > out.count) {
    reader.problem("active",
                   fmt::format("{} of {} experts cannot be active", out.active, out.count),
                   fmt::format("at most {}", out.count));
  }
  if (out.denseLayers > layers) {
    reader.problem("dense_layers",
                   fmt::format("there are {} layers, {} fewer", layers, out.denseLayers - layers),
                   fmt::format("at most {}", layers));
  }
  reader.finish();
  return out;
}

void readFeedForward(const config::Node& map, Transformer& model, core::Problems& problems) {
  config::MapReader reader(map, problems);
  model.feedForward = reader.integer("width", 1, kMost).value_or(1);
  model.matrices = reader.integerOr("matrices", 2, 3, 3).value_or(3);
  reader.finish();
}

void readStorage(const config::Node& map, Transformer& model, core::Problems& problems) {
  config::MapReader reader(map, problems);
  const auto bytes = [&](std::string_view key, double& out) {
    if (const auto value = reader.quantityIf(key, config::Dimension::Bytes)) {
      out = value->toDouble();
    }
  };
  bytes("weights", model.weightBytes);
  bytes("keys_values", model.keyBytes);
  reader.finish();
}

void readSizes(const config::Node& map, Transformer& model, core::Problems& problems) {
  config::MapReader reader(map, problems);
  model.layers = reader.integer("layers", 1, kMost).value_or(1);
  model.hidden = reader.integer("hidden", 1, kMost).value_or(1);
  model.vocabulary = reader.integer("vocabulary", 1, kMost).value_or(1);
  model.tiedEmbeddings = reader.booleanOr("tied_embeddings", false).value_or(false);
  model.context = reader.integerOr("context", 1, kMost, 0).value_or(0);
  if (const auto* heads = reader.map("attention")) {
    model.attention = readHeads(*heads, problems);
  }
  const auto* experts = reader.mapIf("experts");
  if (experts != nullptr) {
    model.experts = readExperts(*experts, model.layers, problems);
  }
  const bool dense = experts == nullptr || model.experts.denseLayers > 0;
  if (const auto* width = dense ? reader.map("feed_forward") : reader.mapIf("feed_forward")) {
    readFeedForward(*width, model, problems);
  }
  if (const auto* storage = reader.mapIf("storage")) {
    readStorage(*storage, model, problems);
  }
  reader.finish();
}

} // namespace

core::Expected<Transformer> readTransformer(const fs::path& file) {
  const auto document = config::load(file, {root()});
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  Transformer model;
  model.file = file.string();
  const auto text = [&](std::string_view key) {
    const auto* node = document->find(key);
    return node == nullptr ? std::string() : node->scalar;
  };
  model.name = text("model");
  model.summary = text("summary");
  model.source = text("source");
  const auto* sizes = document->find("transformer");
  if (sizes == nullptr || sizes->kind != config::Node::Kind::Map) {
    return core::failure({{{model.file, 1, 1, {}},
                           "this is no whole model: it has no key 'transformer'",
                           "docs/serving.md says how a whole model is written"}});
  }
  readSizes(*sizes, model, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return model;
}

core::Expected<Transformer> loadTransformer(const std::string& nameOrPath) {
  return config::find(nameOrPath, {root()}, "model").and_then(readTransformer);
}

bool isTransformer(const std::string& nameOrPath) {
  const auto file = config::find(nameOrPath, {root()}, "model");
  const auto document = file ? config::load(*file, {root()}) : core::failure({});
  return document && document->find("transformer") != nullptr;
}

} // namespace einsight::workloads
