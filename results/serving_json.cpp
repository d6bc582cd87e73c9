#include "results/detail/serving_json.hpp"

#include "core/exact.hpp"

#include <cmath>
#include <limits>

namespace einsight::results::detail {
namespace {

Json quantilesJson(const Quantiles& quantiles) {
  return {{"mean", number(quantiles.mean)},
          {"p50", number(quantiles.p50)},
          {"p90", number(quantiles.p90)},
          {"p99", number(quantiles.p99)}};
}

std::optional<double> numberIn(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? std::optional(found->get<double>())
                                                   : std::nullopt;
}

double realIn(const Json& json, const char* key) {
  return numberIn(json, key).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::int64_t countIn(const Json& json, const char* key) {
  return static_cast<std::int64_t>(numberIn(json, key).value_or(0));
}

Quantiles quantilesIn(const Json& json, const char* key) {
  const auto found = json.find(key);
  const auto& map = found == json.end() ? Json::object() : *found;
  return {realIn(map, "mean"), realIn(map, "p50"), realIn(map, "p90"), realIn(map, "p99")};
}

/// Null, with the reason, where nobody makes a second token.
Json betweenTokens(const Quantiles& quantiles) {
  auto out = quantilesJson(quantiles);
  if (std::isnan(quantiles.p50)) {
    out["reason"] = "no request makes a second token";
  }
  return out;
}

} // namespace

Json number(double value) {
  if (!std::isfinite(value)) {
    return nullptr;
  }
  if (const auto whole = core::exactWhole(value)) {
    return *whole;
  }
  return value;
}

Json number(const std::optional<double>& value) {
  return value ? number(*value) : Json(nullptr);
}

Json servingJson(const Serving& serving) {
  return {{"ttft_s", number(serving.ttft.p50)},
          {"ttft_quantiles_s", quantilesJson(serving.ttft)},
          {"tbt_s", betweenTokens(serving.tbt)},
          {"tokens_per_s", number(serving.tokensPerSecond)},
          {"usd_per_mtoken", number(serving.usdPerMtoken)},
          {"usd_per_hour", number(serving.usdPerHour)},
          {"requests", serving.requests},
          {"tokens", serving.tokens},
          {"iterations", serving.iterations},
          {"preemptions", serving.preemptions},
          {"mean_batch", number(serving.meanBatch)},
          {"kv_capacity_tokens", number(serving.capacityTokens)},
          {"kv_peak_tokens", number(serving.peakTokens)},
          {"limited_by", serving.limitedBy}};
}

Serving servingOf(const Json& json) {
  Serving out;
  out.ttft = quantilesIn(json, "ttft_quantiles_s");
  out.tbt = quantilesIn(json, "tbt_s");
  out.tokensPerSecond = realIn(json, "tokens_per_s");
  out.usdPerMtoken = numberIn(json, "usd_per_mtoken");
  out.usdPerHour = numberIn(json, "usd_per_hour");
  out.requests = countIn(json, "requests");
  out.tokens = countIn(json, "tokens");
  out.iterations = countIn(json, "iterations");
  out.preemptions = countIn(json, "preemptions");
  out.meanBatch = realIn(json, "mean_batch");
  out.capacityTokens = realIn(json, "kv_capacity_tokens");
  out.peakTokens = realIn(json, "kv_peak_tokens");
  const auto limited = json.find("limited_by");
  out.limitedBy = limited != json.end() && limited->is_string() ? limited->get<std::string>() : "";
  return out;
}

} // namespace einsight::results::detail
