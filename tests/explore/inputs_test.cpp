#include "explore/any_point.hpp"
#include "explore/inputs.hpp"
#include "results/json.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;

namespace {

std::string answerOf(const core::Expected<AnyPoint>& point) {
  RunOptions options;
  options.engine = "analytic";
  const auto result = point ? run(*point, options) : core::failure(point.error());
  return result ? results::toJson(*result) : core::render(result.error());
}

} // namespace

TEST_CASE("points that share what was read are the same, to the last bit", "[explore]") {
  Inputs shared(true);
  int points = 0;
  for (const auto& [workload, machine, mapping] :
       {std::tuple("bert", "fusemax", ""), std::tuple("bert", "fusemax", "fusemax-architecture"),
        std::tuple("attention-3pass:bert", "flat", ""), std::tuple("mha", "fusemax", "one-by-one"),
        std::tuple("mha-decode", "fusemax", "one-by-one"),
        std::tuple("attention", "h100", "flash-attention-2"), std::tuple("bert", "nothing", ""),
        std::tuple("bert", "fusemax", "flash-attention-2")}) {
    for (const std::int64_t length : {1024, 4000, 1024}) {
      for (const std::int64_t size : {64, 96, 64}) {
        PointRequest request;
        request.workload = workload;
        request.machine = machine;
        request.mapping = mapping;
        request.workloadSettings["L"] = core::Rational(length);
        if (std::string(machine) != "h100") {
          request.machineSettings["PE"] = core::Rational(size);
        }
        CHECK(answerOf(prepareAny(request, shared)) == answerOf(prepareAny(request)));
        ++points;
      }
    }
  }
  CHECK(points == 72);
}
