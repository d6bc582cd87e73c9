#include "report/csv.hpp"
#include "tests/validation/accuracy_points.hpp"
#include "tests/validation/scratch_file.hpp"
#include "validation/accuracy.hpp"
#include "validation/rows.hpp"
#include "validation/suite.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

using namespace einsight;
using namespace einsight::validation;
using test::KernelPoints;

namespace {

/// Configurations of the publication and the shipped designs that are theirs: mapping -> names.
const std::map<std::string, std::string>& shippedDesigns() {
  static const std::map<std::string, std::string> kDesigns{
      {"Unfused", "unfused"},
      {"FLAT", "flat"},
      {"FuseMax+Cascade", "fusemax-cascade"},
      {"FuseMax+Architecture", "fusemax-architecture"},
      {"FuseMax+Binding", "fusemax-binding"},
      {"Linear layers on FLAT arch", "linear layers on flat"},
      {"Linear layers on FuseMax arch", "linear layers on fusemax"}};
  return kDesigns;
}

/// Published latencies as points of the shipped designs.
std::string latenciesOfShippedDesigns() {
  constexpr std::array<std::string_view, 7> kColumns{"figure", "config", "model", "seq_len",
                                                     "metric", "value",  "source"};
  const auto rows = readRows(validationFolder() / "published" / "fusemax_figures.csv", kColumns);
  REQUIRE(rows);
  auto out = std::string("figure,config,model,seq_len,metric,value,source\n");
  for (const auto& row : *rows) {
    const auto design = shippedDesigns().find(row["config"]);
    if (design != shippedDesigns().end() && row["metric"] == "latency_s") {
      out += report::csvLine({row["figure"], design->second, row["model"], row["seq_len"],
                              row["metric"], row["value"], row["source"]});
    }
  }
  return out;
}

bool isOne(const Outcome& point, const KernelPoints& points) {
  const auto contains = [&](const std::string& text) {
    return point.id.find(text) != std::string::npos;
  };
  return point.simulated && contains(points.has) &&
         std::none_of(points.hasNot.begin(), points.hasNot.end(), contains) &&
         std::count(points.metrics.begin(), points.metrics.end(), point.metric) > 0 &&
         std::any_of(points.hardware.begin(), points.hardware.end(), [&](const auto& hardware) {
           return point.id.starts_with(points.system + "/" + hardware + "/");
         });
}

/// (family, engine) -> mean error of the time of published passes on GPUs, measured now.
std::map<std::pair<std::string, std::string>, double> measuredKernels() {
  std::map<std::string, SuiteResult> results;
  for (const auto* const name : {"kernels", "posted"}) {
    auto result = (*findSuite(name))->run(SuiteOptions());
    REQUIRE(result);
    results[name] = std::move(*result);
  }
  std::map<std::pair<std::string, std::string>, double> means;
  for (const auto& points : test::kernelPoints()) {
    double sum = 0;
    int count = 0;
    for (const auto& point : results.at(points.suite).points) {
      if (isOne(point, points)) {
        const double ratio = point.reference.value() / point.simulated.value();
        const bool rate = point.metric.ends_with("throughput");
        sum += std::abs((rate ? ratio : 1 / ratio) - 1);
        ++count;
      }
    }
    INFO(points.family);
    REQUIRE(count > 0);
    means[{points.family, "cycle"}] = sum / count;
  }
  return means;
}

/// Mappings for clusters and for serving, and the rows that are theirs, by how their ids begin.
const std::map<std::string, std::vector<std::string>>& offloadRows() {
  static const std::map<std::string, std::vector<std::string>> kRows{
      {"ring-attention", {"distributed/h800-fwd-ring", "distributed/a100-fwd-ring"}},
      {"zigzag-ring-attention", {"distributed/h800-fwd-zigzag", "distributed/a100-fwd-zigzag"}},
      {"striped-ring-attention", {"distributed/h800-fwd-stripe", "distributed/a100-fwd-stripe"}},
      {"token-ring", {"distributed/a10-token-ring"}},
      {"latent-heads", {"distributed/tpla"}},
      {"latent-split", {"distributed/tpla"}},
      {"linear-gather", {"distributed/lasp-2-over-lasp-1"}},
      {"linear-chain", {"distributed/lasp-2-over-lasp-1"}},
      {"attention-offload", {"offload/"}},
      {"tensor-parallel", {"host/"}},
      {"kv-scan", {"retrieval/Flat"}},
      {"kv-retrieval", {"retrieval/RetrievalAttention"}},
      {"eager", {"heads/Llama-2-7B/full", "heads/Llama-3-8B/full"}},
      {"streaming-heads", {"heads/Llama-2-7B/duo", "heads/Llama-3-8B/duo"}}};
  return kRows;
}

/// (mapping, engine) -> mean error of the judged rows of clusters and of serving, measured now.
std::map<std::pair<std::string, std::string>, double> measuredOffload() {
  const auto result = (*findSuite("offload"))->run(SuiteOptions());
  REQUIRE(result);
  std::map<std::pair<std::string, std::string>, double> means;
  for (const auto& [mapping, starts] : offloadRows()) {
    double sum = 0;
    int count = 0;
    for (const auto& point : result->points) {
      const bool judged = isCompared(point);
      for (const auto& start : starts) {
        if (judged && point.id.starts_with(start)) {
          sum += std::abs(point.relativeError.value());
          ++count;
        }
      }
    }
    REQUIRE(count > 0);
    means[{mapping, "cycle"}] = sum / count;
  }
  return means;
}

/// (mapping, engine) -> mean error of the latency, measured now.
std::map<std::pair<std::string, std::string>, double> measured() {
  const test::ScratchFile file("points.csv", latenciesOfShippedDesigns());
  SuiteOptions options;
  options.points = file.path();
  const auto result = (*findSuite("fusemax"))->run(options);
  REQUIRE(result);
  std::map<std::pair<std::string, std::string>, std::pair<double, int>> sums;
  for (const auto& point : result->points) {
    const bool linear = point.group.find("linear layers") == 0;
    auto& [sum, count] = sums[{linear ? "linear-layers" : point.group, point.engine}];
    sum += std::abs(point.relativeError.value_or(1));
    ++count;
  }
  std::map<std::pair<std::string, std::string>, double> means;
  for (const auto& [key, value] : sums) {
    means[key] = value.first / value.second;
  }
  return means;
}

} // namespace

TEST_CASE("no accuracy is claimed that the suite does not measure", "[validation]") {
  const auto known = accuracies();
  REQUIRE(known);
  REQUIRE_FALSE(known->empty());
  auto means = measured();
  means.merge(measuredKernels());
  means.merge(measuredOffload());
  for (const auto& entry : *known) {
    for (const auto& mapping : entry.mappings) {
      const bool ofFamily = means.count({entry.found.family, entry.engine}) == 1;
      const auto& name = ofFamily ? entry.found.family : mapping;
      INFO(name << " " << entry.engine);
      REQUIRE(means.count({name, entry.engine}) == 1);
      CHECK(means.at({name, entry.engine}) <= 1.05 * entry.found.meanError + 1e-9);
    }
  }
}

TEST_CASE("accuracy is known only for shipped files with the facts of an entry", "[validation]") {
  const std::vector<Accuracy> known{
      {{"w"}, {"m"}, {}, "spatial", "cycle", {"suite", "family", 0.25}}};
  results::Result result;
  result.workload = "w";
  result.machine = "m";
  result.mapping = "anything";
  result.engine = "cycle";
  const auto found = validationOf(known, result, "spatial", true);
  REQUIRE(found);
  CHECK(found->family == "family");
  CHECK(found->meanError == 0.25);
  CHECK_FALSE(validationOf(known, result, "spatial", false));
  CHECK_FALSE(validationOf(known, result, "gpu", true));
  result.engine = "analytic";
  CHECK_FALSE(validationOf(known, result, "spatial", true));
  result.engine = "cycle";
  result.machine = "other";
  CHECK_FALSE(validationOf(known, result, "spatial", true));
}
