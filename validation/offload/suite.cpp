#include "validation/offload/suite.hpp"

#include "validation/offload/distributed.hpp"
#include "validation/offload/serving.hpp"

#include <array>

namespace einsight::validation::offload {
namespace {

constexpr std::array kEvaluators{
    Evaluator{"distributed", runDistributed},
    Evaluator{"serving", runServing},
};

} // namespace

core::Expected<SuiteResult> runOffloadSuite(const SuiteOptions& options) {
  if (options.points) {
    return core::failure({{{options.points->string(), 0, 0, "--points"},
                           "the suite offload takes no points of one's own",
                           "einsight run -a CLUSTER answers for a single point"}});
  }
  SuiteResult result;
  result.name = "offload";
  core::Problems problems;
  for (std::size_t i = 0; i < kEvaluators.size(); ++i) {
    auto scaled = options;
    scaled.progress = [&, i](double fraction) {
      return !options.progress ||
             options.progress((static_cast<double>(i) + fraction) / kEvaluators.size());
    };
    auto part = kEvaluators[i].run(scaled);
    if (!part) {
      problems.insert(problems.end(), part.error().begin(), part.error().end());
      continue;
    }
    std::move(part->points.begin(), part->points.end(), std::back_inserter(result.points));
    std::move(part->exhibits.begin(), part->exhibits.end(), std::back_inserter(result.exhibits));
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  result.summary = summarize(result.points);
  result.passed = result.summary.outside == 0;
  return result;
}

} // namespace einsight::validation::offload
