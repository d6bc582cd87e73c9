#include "explore/serving/load.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

/// No request may be longer than what the model can see.
core::Expected<void> checkContext(const ServingPoint& point) {
  const auto& model = point.model;
  std::int64_t longest = 0;
  if (const auto* fixed = std::get_if<FixedBatch>(&point.load)) {
    longest = fixed->context;
  } else if (model.context > 0) {
    for (const auto& request : workloads::requestsOf(std::get<workloads::Trace>(point.load))) {
      longest = std::max(longest, request.prompt + request.output);
    }
  }
  if (model.context == 0 || longest <= model.context) {
    return {};
  }
  return core::failure(
      {{{model.file, 0, 0, "transformer.context"},
        fmt::format("a request of {} tokens is longer than the {} that '{}' can see: {} too many",
                    longest, model.context, model.name, longest - model.context),
        "shorter requests, or a larger `context` where the model is made for it"}});
}

/// A batch that stays must fit by itself.
core::Expected<void> checkFixed(const ServingPoint& point) {
  const auto* fixed = std::get_if<FixedBatch>(&point.load);
  if (fixed == nullptr) {
    return {};
  }
  const auto& rules = point.plan.rules;
  const double needed =
      static_cast<double>(fixed->requests) * sim::serving::residentTokens(rules, fixed->context);
  if (needed > rules.capacityTokens) {
    return core::failure(
        {{{point.mapping.file, 0, 0, "attention"},
          fmt::format(
              "{} requests of {} tokens need room for the keys and values of {:.0f} tokens, "
              "and there is room for {:.0f}: {:.0f} too few",
              fixed->requests, fixed->context, needed, rules.capacityTokens,
              needed - rules.capacityTokens),
          "fewer or shorter requests, or more devices for attention"}});
  }
  return {};
}

} // namespace

core::Expected<void> checkLoad(const ServingPoint& point) {
  auto seen = checkContext(point);
  return seen ? checkFixed(point) : seen;
}

} // namespace einsight::explore
