#pragma once
#include "core/settings.hpp"
#include "mappings/gna/count.hpp"
#include "mappings/gna/permutation.hpp"

namespace einsight::mappings::gna {

/// A mask that a model uses in some of its layers.
struct Pattern {
  std::string name;
  Question question;
  std::vector<std::int64_t> layers; ///< numbers of its layers; empty: it is one for all of them
};

/// How a model uses neighborhood attention: the key `neighborhood` of a model of the catalogue.
struct UseCase {
  std::string name, summary, source;
  Heads heads;
  std::vector<Pattern> patterns;
  std::int64_t layers = 0; ///< of the model, those without a pattern being dense; 0: one pattern is
                           ///< for all layers, and patterns are alternatives
  std::optional<double> attentionShare; ///< of the time of a run with self attention
  std::int64_t steps = 1;               ///< of a run
  std::int64_t denseSteps = 0;          ///< first steps that keep self attention
};

/// The use case of a model (a name of the catalogue or a file). `settings` are for its parameters.
core::Expected<UseCase> loadUseCase(const std::string& model, const core::Settings& settings = {});

/// The names of the models of the catalogue that have one.
std::vector<std::string> useCases();

/// Speedup of a whole run when attention, `share` of its time, becomes `speedup` times as fast in
/// all but the first `dense` of `steps` steps: 1 / (1 - f + f / speedup) with f = share (steps -
/// dense) / steps. Source: Hassani et al. (arXiv 2504.16922) tables 2 to 4, analytical columns.
double endToEnd(double share, std::int64_t steps, std::int64_t dense, double speedup);

/// Speedup of the attention of all layers: layers / sum over layers of 1 / speedup of its pattern,
/// that of the dense ones being 1. `speedups` are the patterns', in their order.
double overLayers(const UseCase& useCase, const std::vector<double>& speedups);

} // namespace einsight::mappings::gna
