#include "workloads/hugging_face.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>

namespace einsight::workloads {
namespace {

using nlohmann::json;

/// What a config.json does not say itself, since the program that reads it knows.
struct Architecture {
  std::string_view type; ///< its `model_type`
  std::int64_t matrices; ///< of a feed-forward part
  bool tied;             ///< where `tie_word_embeddings` is absent
};
constexpr std::array kArchitectures{
    Architecture{"llama", 3, false},       Architecture{"mistral", 3, false},
    Architecture{"mixtral", 3, false},     Architecture{"qwen2", 3, false},
    Architecture{"qwen2_moe", 3, false},   Architecture{"qwen3", 3, false},
    Architecture{"qwen3_moe", 3, false},   Architecture{"deepseek_v2", 3, false},
    Architecture{"deepseek_v3", 3, false}, Architecture{"kimi_k2", 3, false},
    Architecture{"gemma", 3, true},        Architecture{"gemma2", 3, true},
    Architecture{"gemma3_text", 3, true},  Architecture{"phi", 2, false},
    Architecture{"phi3", 3, false},        Architecture{"gpt_neox", 2, false},
    Architecture{"gpt2", 2, true},         Architecture{"olmo2", 3, false},
};

using Keys = std::initializer_list<const char*>;

class Config {
public:
  Config(const json& content, std::string file) : content_(content), file_(std::move(file)) {}

  [[nodiscard]] bool has(Keys keys) const { return find(keys) != nullptr; }

  /// The first of the keys that is there; a problem where none is.
  std::int64_t whole(Keys keys) {
    if (const auto* value = find(keys)) {
      return checked(*value, *keys.begin());
    }
    std::string others;
    for (const auto* key = keys.begin() + 1; key != keys.end(); ++key) {
      others += fmt::format("{}'{}'", others.empty() ? "or " : ", ", *key);
    }
    problems_.push_back({{file_, 0, 0, *keys.begin()}, "this size is missing", others});
    return 1;
  }
  std::int64_t wholeOr(Keys keys, std::int64_t fallback) {
    const auto* value = find(keys);
    return value == nullptr ? fallback : checked(*value, *keys.begin());
  }
  [[nodiscard]] std::string text(Keys keys) const {
    const auto* value = find(keys);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
  }
  [[nodiscard]] bool flagOr(Keys keys, bool fallback) const {
    const auto* value = find(keys);
    return value != nullptr && value->is_boolean() ? value->get<bool>() : fallback;
  }
  void problem(const std::string& key, std::string what, std::string help) {
    problems_.push_back({{file_, 0, 0, key}, std::move(what), std::move(help)});
  }
  core::Problems take() { return std::move(problems_); }
  [[nodiscard]] const json* find(Keys keys) const {
    for (const auto* key : keys) {
      if (const auto found = content_.find(key); found != content_.end() && !found->is_null()) {
        return &*found;
      }
    }
    return nullptr;
  }

private:
  std::int64_t checked(const json& value, const char* key) {
    if (value.is_number_integer() && value.get<double>() >= 0 && value.get<double>() < 1e12) {
      return value.get<std::int64_t>();
    }
    problem(key, fmt::format("'{}' is not a size", value.dump()), "a whole number");
    return 1;
  }

  const json& content_;
  std::string file_;
  core::Problems problems_;
};

HeadSizes headsOf(Config& config, std::int64_t hidden) {
  HeadSizes out;
  out.heads = std::max<std::int64_t>(1, config.whole({"num_attention_heads", "n_head"}));
  out.latent = config.has({"kv_lora_rank"});
  if (out.latent) {
    out.keyLatent = config.whole({"kv_lora_rank"});
    out.queryLatent = config.wholeOr({"q_lora_rank"}, 0);
    out.rope = config.whole({"qk_rope_head_dim"});
    out.nope = config.whole({"qk_nope_head_dim"});
    out.value = config.whole({"v_head_dim"});
    return out;
  }
  out.keyHeads = std::max<std::int64_t>(1, config.wholeOr({"num_key_value_heads"}, out.heads));
  out.headDimension = config.wholeOr({"head_dim"}, hidden / out.heads);
  if (out.heads % out.keyHeads != 0) {
    config.problem(
        "num_key_value_heads",
        fmt::format("{} query heads cannot share {} key heads evenly", out.heads, out.keyHeads),
        "a number that divides the query heads");
  }
  return out;
}

Experts expertsOf(Config& config, std::int64_t layers) {
  Experts out;
  const Keys counts{"n_routed_experts", "num_local_experts", "num_experts"};
  if (!config.has(counts)) {
    return out;
  }
  out.count = config.whole(counts);
  out.active = config.whole({"num_experts_per_tok"});
  out.width = config.whole({"moe_intermediate_size", "intermediate_size"});
  out.shared = config.wholeOr({"n_shared_experts"}, 0);
  if (config.has({"shared_expert_intermediate_size"})) { // its width in those of an expert
    out.shared =
        config.whole({"shared_expert_intermediate_size"}) / std::max<std::int64_t>(1, out.width);
  }
  out.denseLayers = std::min(layers, config.wholeOr({"first_k_dense_replace"}, 0));
  for (const auto* key : {"decoder_sparse_step", "moe_layer_freq"}) {
    if (config.wholeOr({key}, 1) != 1) {
      config.problem(key, "layers with and without experts take turns, which is not modelled",
                     "1, with `first_k_dense_replace` for dense layers at the start");
    }
  }
  return out;
}

double weightBytesOf(const Config& config) {
  if (const auto* quantized = config.find({"quantization_config"}); quantized != nullptr) {
    if (quantized->value("quant_method", "") == "fp8") {
      return 1;
    }
    if (const auto bits = quantized->find("bits"); bits != quantized->end() && bits->is_number()) {
      return bits->get<double>() / 8;
    }
  }
  return config.text({"torch_dtype", "dtype"}) == "float32" ? 4 : 2;
}

core::Expected<json> parsed(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::error_code error;
  if (!stream || !std::filesystem::is_regular_file(file, error)) {
    return core::failure({{{file.string(), 0, 0, {}}, "cannot read the file", {}}});
  }
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  try {
    auto content = json::parse(text);
    if (content.is_object()) {
      return content;
    }
    return core::failure(
        {{{file.string(), 1, 1, {}}, "this is no config.json of a model", "a JSON object"}});
  } catch (const json::parse_error& wrong) {
    const auto before = text.substr(0, wrong.byte > 0 ? wrong.byte - 1 : 0);
    const auto line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    const auto start = before.rfind('\n');
    const auto column = before.size() - (start == std::string::npos ? 0 : start + 1) + 1;
    return core::failure({{{file.string(), line, static_cast<int>(column), {}},
                           "this is not JSON",
                           "a config.json of the Hugging Face format"}});
  }
}

const Architecture* architectureOf(Config& config) {
  const auto type = config.text({"model_type"});
  std::vector<std::string> known;
  for (const auto& one : kArchitectures) {
    if (one.type == type) {
      return &one;
    }
    known.emplace_back(one.type);
  }
  config.problem("model_type",
                 type.empty() ? std::string("the architecture is missing")
                              : fmt::format("unknown architecture '{}': how many matrices its "
                                            "feed-forward parts have is not in the file",
                                            type),
                 core::suggestion(type, known));
  return nullptr;
}

} // namespace

core::Expected<Transformer> readHuggingFace(const std::filesystem::path& file) {
  const auto content = parsed(file);
  if (!content) {
    return core::failure(content.error());
  }
  const auto inner = content->find("text_config"); // of models that see and hear as well
  Config config(inner != content->end() && inner->is_object() ? *inner : *content, file.string());
  const auto* architecture = architectureOf(config);
  Transformer model;
  model.file = file.string();
  model.layers = config.whole({"num_hidden_layers", "n_layer", "num_layers"});
  model.hidden = config.whole({"hidden_size", "n_embd", "d_model"});
  model.vocabulary = config.whole({"vocab_size"});
  model.context = config.wholeOr({"max_position_embeddings", "n_positions"}, 0);
  model.attention = headsOf(config, model.hidden);
  model.experts = expertsOf(config, model.layers);
  if (denseLayers(model) > 0) {
    model.feedForward = config.has({"n_embd"}) ? config.wholeOr({"n_inner"}, 4 * model.hidden)
                                               : config.whole({"intermediate_size", "n_inner"});
  }
  model.weightBytes = weightBytesOf(config);
  if (architecture != nullptr) {
    model.matrices = architecture->matrices;
    model.tiedEmbeddings = config.flagOr({"tie_word_embeddings"}, architecture->tied);
  }
  if (auto problems = config.take(); !problems.empty()) {
    return core::failure(std::move(problems));
  }
  auto name = std::filesystem::absolute(file).parent_path().filename().string();
  model.name = file.stem() == "config" ? name : file.stem().string();
  model.summary = fmt::format("a decoder of {} layers, {} wide", model.layers, model.hidden);
  model.source = fmt::format("{}, architecture {}", file.filename().string(), architecture->type);
  return model;
}

std::string toYaml(const Transformer& model) {
  const auto& heads = model.attention;
  auto out = fmt::format("version: 1\nmodel: {}\nsummary: {}\nsource: {}\n", model.name,
                         model.summary, model.source);
  std::string attention;
  if (heads.latent) {
    out +=
        fmt::format("cascade: attention-latent-decode\nparameters: {{B: 16, H: {}, R: {}, E: {}, "
                    "F: {}, M: 4K}}\n",
                    heads.heads, heads.heads, heads.keyLatent + heads.rope, heads.keyLatent);
    attention = fmt::format(
        "heads: {}, query_latent: {}, latent: {}, rope: {}, nope: {}, value: {}", heads.heads,
        heads.queryLatent, heads.keyLatent, heads.rope, heads.nope, heads.value);
  } else {
    out += fmt::format("cascade: attention-decode\nparameters: {{B: 16, H: {}, R: {}, D: {}, M: "
                       "4K}}\n",
                       heads.heads, heads.heads / heads.keyHeads, heads.headDimension);
    attention = fmt::format("heads: {}, kv_heads: {}, head_dim: {}", heads.heads, heads.keyHeads,
                            heads.headDimension);
  }
  out += fmt::format("transformer:\n  layers: {}\n  hidden: {}\n  vocabulary: {}\n", model.layers,
                     model.hidden, model.vocabulary);
  out += model.tiedEmbeddings ? "  tied_embeddings: true\n" : "";
  out += model.context > 0 ? fmt::format("  context: {}\n", model.context) : "";
  out += fmt::format("  attention: {{{}}}\n", attention);
  if (model.feedForward > 0) {
    out += fmt::format("  feed_forward: {{width: {}, matrices: {}}}\n", model.feedForward,
                       model.matrices);
  }
  if (const auto& experts = model.experts; experts.count > 0) {
    out += fmt::format("  experts: {{count: {}, active: {}, shared: {}, width: {}, dense_layers: "
                       "{}}}\n",
                       experts.count, experts.active, experts.shared, experts.width,
                       experts.denseLayers);
  }
  out += fmt::format("  storage: {{weights: {} B, keys_values: {} B}}\n", model.weightBytes,
                     model.keyBytes);
  return out;
}

} // namespace einsight::workloads
