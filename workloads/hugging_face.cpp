#include "workloads/hugging_face.hpp"

#include "core/text.hpp"
#include "workloads/detail/hugging_face_config.hpp"

#include <fmt/format.h>

#include <array>

namespace einsight::workloads {
namespace {

using detail::Config;
using detail::Keys;
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

HeadSizes headsOf(Config& config, std::int64_t hidden) {
  HeadSizes out;
  out.heads = config.whole({"num_attention_heads", "n_head"});
  out.latent = config.has({"kv_lora_rank"});
  if (out.latent) {
    out.keyLatent = config.whole({"kv_lora_rank"});
    out.queryLatent = config.wholeOr({"q_lora_rank"}, 0);
    out.rope = config.whole({"qk_rope_head_dim"}, 0);
    out.nope = config.whole({"qk_nope_head_dim"});
    out.value = config.whole({"v_head_dim"});
    return out;
  }
  const Keys sharing{"num_key_value_heads"}, dimension{"head_dim"};
  out.keyHeads = config.has(sharing) ? config.whole(sharing) : out.heads;
  out.headDimension = config.has(dimension) ? config.whole(dimension) : hidden / out.heads;
  if (!config.has(dimension) && hidden > 1 && hidden % out.heads != 0) {
    config.problem("head_dim",
                   fmt::format("a vector of {} cannot be divided over {} heads: {} are left over",
                               hidden, out.heads, hidden % out.heads),
                   "the elements of a head");
  }
  if (out.heads % out.keyHeads != 0) {
    config.problem(
        "num_key_value_heads",
        fmt::format("{} query heads cannot share {} key heads evenly", out.heads, out.keyHeads),
        "a number that divides the query heads");
  }
  return out;
}

constexpr const char* kTurns = "layers with and without experts take turns, which is not modelled";
constexpr const char* kNoTurns = "every layer, or `first_k_dense_replace` without at the start";

Experts expertsOf(Config& config, std::int64_t layers) {
  Experts out;
  const Keys counts{"n_routed_experts", "num_local_experts", "num_experts"};
  if (config.wholeOr(counts, 0) == 0) {
    return out;
  }
  out.count = config.whole(counts);
  out.active = config.whole({"num_experts_per_tok"});
  out.width = config.whole({"moe_intermediate_size", "intermediate_size"});
  out.shared = config.wholeOr({"n_shared_experts"}, 0);
  if (config.has({"shared_expert_intermediate_size"})) { // its width in those of an expert
    const auto width = config.wholeOr({"shared_expert_intermediate_size"}, 0);
    out.shared = width / out.width;
    if (width % out.width != 0) {
      config.problem("shared_expert_intermediate_size",
                     fmt::format("{} is no multiple of an expert's width of {}", width, out.width),
                     "which is what is modelled");
    }
  }
  if (out.active > out.count) {
    config.problem("num_experts_per_tok",
                   fmt::format("{} of {} experts cannot be active", out.active, out.count),
                   fmt::format("at most {}", out.count));
  }
  if (const auto* dense = config.find({"mlp_only_layers"}); dense != nullptr && !dense->empty()) {
    config.problem("mlp_only_layers", kTurns, kNoTurns);
  }
  out.denseLayers = std::min(layers, config.wholeOr({"first_k_dense_replace"}, 0));
  for (const auto* key : {"decoder_sparse_step", "moe_layer_freq"}) {
    if (config.wholeOr({key}, 1) != 1) {
      config.problem(key, kTurns, kNoTurns);
    }
  }
  return out;
}

/// Bits of a weight by the quantization that the file describes; empty where it does not say.
std::optional<double> quantizedBits(const json& quantized) {
  constexpr double kOfFp8 = 8;
  const auto method = quantized.value("/quant_method"_json_pointer, json());
  if (method == "fp8" || method == "fbgemm_fp8") {
    return kOfFp8;
  }
  for (const auto& place :
       {"/bits"_json_pointer, "/config_groups/group_0/weights/num_bits"_json_pointer}) {
    if (const auto bits = quantized.value(place, json()); bits.is_number() && bits > 0) {
      return bits.get<double>();
    }
  }
  for (const auto& [key, bits] : {std::pair{"load_in_4bit", 4.0}, {"load_in_8bit", 8.0}}) {
    if (const auto found = quantized.find(key); found != quantized.end() && *found == true) {
      return bits;
    }
  }
  return std::nullopt;
}

double weightBytesOf(Config& config) {
  constexpr double kBitsPerByte = 8;
  if (const auto* quantized = config.find({"quantization_config"}); quantized != nullptr) {
    const auto bits = quantized->is_object() ? quantizedBits(*quantized) : std::nullopt;
    if (!bits) {
      config.problem("quantization_config", "does not say how many bits a weight has",
                     "`bits`, or leave it out and write `storage` into the model's file");
    }
    return bits.value_or(kBitsPerByte) / kBitsPerByte;
  }
  const auto type = config.text({"torch_dtype", "dtype"});
  return type == "float32" ? 4 : type.starts_with("float8") ? 1 : 2;
}

/// What of the attention is not taken over; empty: nothing.
std::string leftOut(const Config& config, std::int64_t context) {
  const auto* window = config.find({"sliding_window"});
  const bool slides = window != nullptr && window->is_number_integer() && *window > 0 &&
                      config.flagOr({"use_sliding_window"}, true);
  return slides && (context == 0 || *window < context)
             ? fmt::format(
                   "; its window of {} tokens is not modelled, all keys and values are kept",
                   window->get<std::int64_t>())
             : "";
}

const Architecture* architectureOf(Config& config, const json& whole) {
  auto type = config.text({"model_type"});
  type = type.empty() ? Config(whole, {}, {}).text({"model_type"}) : type;
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
  const auto content = detail::parseJson(file);
  if (!content) {
    return core::failure(content.error());
  }
  const auto inner = content->find("text_config"); // of models that see and hear as well
  const bool within = inner != content->end() && inner->is_object();
  Config config(within ? *inner : *content, file.string(), within ? "text_config." : "");
  const auto* architecture = architectureOf(config, *content);
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
  model.source = fmt::format("{}, architecture {}{}", file.filename().string(), architecture->type,
                             leftOut(config, model.context));
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
