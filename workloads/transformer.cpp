#include "workloads/transformer.hpp"

#include "core/format.hpp"

#include <fmt/format.h>

namespace einsight::workloads {
namespace {

double real(std::int64_t value) {
  return static_cast<double>(value);
}

} // namespace

std::int64_t denseLayers(const Transformer& model) {
  return model.experts.count == 0 ? model.layers : model.experts.denseLayers;
}

LayerParameters layerParameters(const Transformer& model, bool dense) {
  const auto& sizes = model.attention;
  const auto hidden = real(model.hidden);
  LayerParameters out;
  if (sizes.latent) {
    const auto queries = real(sizes.heads * (sizes.nope + sizes.rope));
    const auto latent = real(sizes.queryLatent);
    out.query = sizes.queryLatent == 0 ? hidden * queries : latent * (hidden + queries);
    out.keyValue = hidden * real(sizes.keyLatent + sizes.rope) +
                   real(sizes.keyLatent * sizes.heads * (sizes.nope + sizes.value));
    out.output = real(sizes.heads * sizes.value) * hidden;
  } else {
    out.query = hidden * real(sizes.heads * sizes.headDimension);
    out.keyValue = 2 * hidden * real(sizes.keyHeads * sizes.headDimension);
    out.output = out.query;
  }
  const auto matrices = real(model.matrices);
  if (dense) {
    out.common = matrices * hidden * real(model.feedForward);
    return out;
  }
  const auto& experts = model.experts;
  out.expert = matrices * hidden * real(experts.width);
  out.common = out.expert * real(experts.shared) + hidden * real(experts.count);
  out.experts = experts.count;
  out.active = experts.active;
  return out;
}

double headParameters(const Transformer& model) {
  return real(model.hidden) * real(model.vocabulary);
}

double parameters(const Transformer& model) {
  const auto dense = real(denseLayers(model));
  return headParameters(model) * (model.tiedEmbeddings ? 1 : 2) +
         dense * layerParameters(model, true).all() +
         (real(model.layers) - dense) * layerParameters(model, false).all();
}

double activeParameters(const Transformer& model) {
  const auto dense = real(denseLayers(model));
  const auto sparse = layerParameters(model, false);
  const auto idle = real(sparse.experts - sparse.active) * sparse.expert;
  return headParameters(model) + dense * layerParameters(model, true).all() +
         (real(model.layers) - dense) * (sparse.all() - idle);
}

double weightBytes(const Transformer& model) {
  return parameters(model) * model.weightBytes;
}

double keyBytesPerLayer(const Transformer& model) {
  const auto& sizes = model.attention;
  const auto elements =
      sizes.latent ? sizes.keyLatent + sizes.rope : 2 * sizes.keyHeads * sizes.headDimension;
  return real(elements) * model.keyBytes;
}

double keyBytesPerToken(const Transformer& model) {
  return keyBytesPerLayer(model) * real(model.layers);
}

AttentionVectors attentionVectors(const Transformer& model) {
  const auto& sizes = model.attention;
  if (sizes.latent) {
    const auto kept = real(sizes.keyLatent + sizes.rope);
    return {real(sizes.heads) * kept, kept, real(sizes.heads * sizes.keyLatent)};
  }
  const auto queries = real(sizes.heads * sizes.headDimension);
  return {queries, 2 * real(sizes.keyHeads * sizes.headDimension), queries};
}

double attentionFlops(const Transformer& model, bool decode) {
  const auto& sizes = model.attention;
  if (!sizes.latent) {
    return 4 * real(sizes.heads * sizes.headDimension);
  }
  return decode ? 2 * real(sizes.heads) * real(2 * sizes.keyLatent + sizes.rope)
                : 2 * real(sizes.heads) * real(sizes.nope + sizes.rope + sizes.value);
}

double flopsPerToken(const Transformer& model, double context) {
  return 2 * activeParameters(model) + attentionFlops(model, true) * context * real(model.layers);
}

std::string describe(const Transformer& model) {
  const auto& sizes = model.attention;
  std::string out = fmt::format("{}: {}\n", model.name, model.summary);
  out += model.source.empty() ? "" : fmt::format("source: {}\n", model.source);
  const auto line = [&](std::string_view name, const std::string& value) {
    out += fmt::format("  {:<22}{}\n", name, value);
  };
  out += "\nwhole model\n";
  line("layers", fmt::format("{} of {} wide vectors", model.layers, model.hidden));
  line("attention",
       sizes.latent ? fmt::format("{} heads of {}+{} on a latent vector of {}+{} per token",
                                  sizes.heads, sizes.nope, sizes.rope, sizes.keyLatent, sizes.rope)
                    : fmt::format("{} query heads, {} key heads of {}", sizes.heads, sizes.keyHeads,
                                  sizes.headDimension));
  if (denseLayers(model) > 0) {
    line("feed-forward", fmt::format("{} matrices, {} wide, in {} layers", model.matrices,
                                     model.feedForward, denseLayers(model)));
  }
  if (const auto& experts = model.experts; experts.count > 0) {
    line("experts", fmt::format("{} of {}, {} wide, and {} shared, in {} layers", experts.active,
                                experts.count, experts.width, experts.shared,
                                model.layers - experts.denseLayers));
  }
  line("vocabulary", core::formatCount(model.vocabulary));
  line("parameters", core::formatLarge(parameters(model)));
  line("active per token", core::formatLarge(activeParameters(model)));
  line("weights", core::formatBytes(weightBytes(model)));
  line("keys and values", core::formatBytes(keyBytesPerToken(model)) + " per token");
  constexpr double kContext = 4096;
  line("operations",
       core::formatLarge(flopsPerToken(model, kContext)) + " per token that sees 4,096 tokens");
  return out;
}

} // namespace einsight::workloads
