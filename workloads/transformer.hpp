#pragma once
#include "core/expected.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

/// Whole models: decoders of many layers, as their publishers state them, and what follows from
/// that.
namespace einsight::workloads {

/// Attention of one layer: query heads that share key heads, or all that share one latent vector
/// per token. Source of the latter: DeepSeek-AI (arXiv 2405.04434) section 2.1.
struct HeadSizes {
  std::int64_t heads = 0;                       ///< of queries
  std::int64_t keyHeads = 0, headDimension = 0; ///< not latent
  bool latent = false;
  std::int64_t queryLatent = 0; ///< width that queries are made from; 0: the hidden vector itself
  std::int64_t keyLatent = 0;   ///< kept per token, with `rope`
  std::int64_t rope = 0, nope = 0, value = 0; ///< per head, with and without position; values
};

/// Feed-forward parts of which each token visits `active` of `count`, and all `shared` ones.
struct Experts {
  std::int64_t count = 0, active = 0, shared = 0, width = 0;
  std::int64_t denseLayers = 0; ///< first layers, which have one feed-forward part instead
};

struct Transformer {
  std::string name, summary, source, file;
  std::int64_t layers = 0, hidden = 0, vocabulary = 0;
  bool tiedEmbeddings = false; ///< the last product reads the embeddings
  HeadSizes attention;
  std::int64_t feedForward = 0; ///< width; 0 where every layer has experts
  std::int64_t matrices = 3;    ///< of a feed-forward part: 3 with a gate, 2 without
  Experts experts;              ///< count 0: none
  std::int64_t context = 0;     ///< most tokens of a request; 0: any number
  double weightBytes = 2;       ///< of a parameter
  double keyBytes = 2;          ///< of an element of keys and values
};

/// Parameters of one layer, in the groups in which they are read. Norms and biases are left out.
struct LayerParameters {
  double query = 0;    ///< makes queries
  double keyValue = 0; ///< makes keys and values, or the latent vector and what comes of it
  double output = 0;   ///< after attention
  double common = 0;   ///< feed-forward parts (and the router) that every token passes
  double expert = 0;   ///< one of `experts`
  std::int64_t experts = 0, active = 0;
  [[nodiscard]] double all() const {
    return query + keyValue + output + common + expert * static_cast<double>(experts);
  }
};

/// `dense`: of one of the first layers of a model with experts, or of any layer of one without.
LayerParameters layerParameters(const Transformer& model, bool dense);
/// Layers with one feed-forward part for all tokens.
std::int64_t denseLayers(const Transformer& model);
/// The product that makes the probabilities of the next token.
double headParameters(const Transformer& model);
/// All of the model, embeddings included.
double parameters(const Transformer& model);
/// Those that a token passes, without the table of embeddings.
double activeParameters(const Transformer& model);
double weightBytes(const Transformer& model);

/// Kept for a token by one layer, and by all.
double keyBytesPerLayer(const Transformer& model);
double keyBytesPerToken(const Transformer& model);

/// Elements per token of one layer that go to where attention is computed, and come back.
struct AttentionVectors {
  double query = 0, keyValue = 0, output = 0;
};
AttentionVectors attentionVectors(const Transformer& model);

/// Floating-point operations of one layer's attention for a query and a key, a multiply-accumulate
/// counted twice: `decode` on what is kept (a latent vector as it is), else on expanded heads.
double attentionFlops(const Transformer& model, bool decode);
/// Of one token that sees `context` tokens: 2 per active parameter and attention.
double flopsPerToken(const Transformer& model, double context);

/// Reads the key `transformer` of a model file. All problems at once.
core::Expected<Transformer> readTransformer(const std::filesystem::path& file);
/// The same by name or path, as in load().
core::Expected<Transformer> loadTransformer(const std::string& nameOrPath);
/// Whether a name or file is a model with the key `transformer`; false for what cannot be read.
bool isTransformer(const std::string& nameOrPath);

/// What `show` prints: the sizes, parameters, bytes per token and operations per token, as text.
std::string describe(const Transformer& model);

} // namespace einsight::workloads
