#pragma once
#include "workloads/transformer.hpp"

namespace einsight::workloads {

/// The whole model that a config.json of the Hugging Face format describes. Architectures whose
/// feed-forward parts are unknown are refused, and so are files that lack a size. All problems at
/// once, each at the path of its key.
core::Expected<Transformer> readHuggingFace(const std::filesystem::path& file);

/// The model as a file that readTransformer reads, with one layer's attention as its cascade.
std::string toYaml(const Transformer& model);

} // namespace einsight::workloads
