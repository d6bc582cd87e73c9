#include "validation/offload/distributed.hpp"

#include "validation/compare.hpp"
#include "validation/offload/distributed_runs.hpp"
#include "validation/rows.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace einsight::validation::offload {
namespace {

constexpr std::array<std::string_view, 6> kColumns{"id",    "group", "metric",
                                                   "value", "unit",  "source"};
constexpr double kPicoseconds = 1e12;

std::optional<double> numberOf(const std::string& text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

/// The value of a point's expression over seconds of runs, or why there is none.
tl::expected<double, std::string> valueOf(const core::Expression& expression,
                                          DistributedRuns& runs) {
  std::string failed;
  const auto value =
      expression.evaluate([&](std::string_view name) -> std::optional<core::Rational> {
        const auto seconds = runs.seconds(std::string(name));
        if (!seconds) {
          failed = fmt::format("{}: {}", name, seconds.error().front().what);
          return std::nullopt;
        }
        return core::Rational(std::llround(*seconds * kPicoseconds),
                              static_cast<std::int64_t>(kPicoseconds));
      });
  if (!value) {
    return tl::unexpected(failed.empty() ? value.error() : failed);
  }
  return value->toDouble();
}

Outcome outcomeOf(const Row& row, const DistributedSpec& spec, DistributedRuns& runs,
                  const SuiteOptions& options) {
  Outcome out;
  out.id = "distributed/" + row["id"];
  out.group = row["group"];
  out.metric = row["metric"];
  out.reference = numberOf(row["value"]);
  const auto found = spec.points.find(row["id"]);
  if (found == spec.points.end()) {
    out.reason = "distributed.yaml does not say what this row is";
    return out;
  }
  const auto& point = found->second;
  if (!point.value) {
    out.reason = point.notCovered;
    return out;
  }
  out.engine = "cycle";
  const auto value = valueOf(*point.value, runs);
  if (!value) {
    out.reason = value.error();
    return out;
  }
  const auto& rowClass = spec.classes.at(point.rowClass);
  out.simulated = *value;
  out.verdict = Verdict::Informative;
  out.reason = point.reason.empty() ? rowClass.reason : point.reason;
  if (out.reference) {
    out.relativeError = relativeError(*value, *out.reference);
  }
  if (out.reference && rowClass.tolerance) {
    out.tolerance = options.tolerance.value_or(*rowClass.tolerance);
    out.verdict =
        std::abs(*out.relativeError) <= out.tolerance ? Verdict::Within : Verdict::Outside;
  }
  return out;
}

} // namespace

core::Expected<Part> runDistributed(const std::filesystem::path& specification,
                                    const SuiteOptions& options) {
  const auto spec = readDistributedSpec(specification);
  if (!spec) {
    return core::failure(spec.error());
  }
  const auto rows = readRows(spec->published, kColumns);
  if (!rows) {
    return core::failure(rows.error());
  }
  DistributedRuns runs(*spec);
  Part part;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    part.points.push_back(outcomeOf((*rows)[i], *spec, runs, options));
    if (options.progress &&
        !options.progress(static_cast<double>(i + 1) / static_cast<double>(rows->size()))) {
      return core::failure({{{}, "stopped", {}}});
    }
  }
  return part;
}

core::Expected<Part> runDistributed(const SuiteOptions& options) {
  return runDistributed(validationFolder() / "offload" / "distributed.yaml", options);
}

} // namespace einsight::validation::offload
