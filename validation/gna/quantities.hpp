#pragma once
#include "mappings/gna/count.hpp"
#include "mappings/gna/use_case.hpp"

namespace einsight::validation {

/// Whether a column of the oracle is a count of a tally, or follows from counts.
bool isTallyQuantity(const std::string& column);
std::vector<std::string> tallyQuantities();
/// Its value. Precondition: isTallyQuantity(column).
double tallyQuantity(const mappings::gna::Tally& tally, const std::string& column);

/// What a published row asks for, with what it needs of a model.
struct GnaQuestion {
  std::optional<mappings::gna::Question> mask;
  std::optional<mappings::gna::UseCase> useCase;
  std::int64_t denseSteps = 0;
};

/// What `take` of a rule may be: a tally's quantity, or one that needs a use case as well.
std::vector<std::string> publishedQuantities();
/// Its value, or one sentence on what the row lacks.
tl::expected<double, std::string> publishedQuantity(const GnaQuestion& question,
                                                    const std::string& take);

} // namespace einsight::validation
