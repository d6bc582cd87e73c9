#include "validation/kendall.hpp"
#include "validation/suite.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::validation {
namespace {

/// Of pairs of the same metric on the same engine.
std::optional<double> kendallTau(std::span<const Outcome* const> outcomes) {
  KendallTau tau;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    for (std::size_t j = i + 1; j < outcomes.size(); ++j) {
      const auto &a = *outcomes[i], &b = *outcomes[j];
      if (a.metric == b.metric && a.engine == b.engine) {
        tau.add(*a.reference - *b.reference, *a.simulated - *b.simulated);
      }
    }
  }
  return tau.value();
}

} // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
  case Verdict::Within:
    return "within";
  case Verdict::Known:
    return "known miss";
  case Verdict::Outside:
    return "outside";
  case Verdict::Informative:
    return "informative";
  case Verdict::NotCovered:
    break;
  }
  return "not covered";
}

bool isCompared(const Outcome& outcome) {
  return outcome.verdict == Verdict::Within || outcome.verdict == Verdict::Known ||
         outcome.verdict == Verdict::Outside;
}

Summary summarize(std::span<const Outcome> outcomes) {
  Summary summary;
  std::vector<const Outcome*> judged;
  for (const auto& outcome : outcomes) {
    ++summary.count;
    summary.notCovered += outcome.verdict == Verdict::NotCovered ? 1 : 0;
    summary.informative += outcome.verdict == Verdict::Informative ? 1 : 0;
    summary.known += outcome.verdict == Verdict::Known ? 1 : 0;
    summary.outside += outcome.verdict == Verdict::Outside ? 1 : 0;
    if (isCompared(outcome)) {
      judged.push_back(&outcome);
      const double error = std::abs(*outcome.relativeError);
      summary.meanAbsoluteError += error;
      summary.maxAbsoluteError = std::max(summary.maxAbsoluteError, error);
    }
  }
  if (!judged.empty()) {
    summary.meanAbsoluteError /= static_cast<double>(judged.size());
  }
  summary.kendallTau = kendallTau(judged);
  return summary;
}

} // namespace einsight::validation
