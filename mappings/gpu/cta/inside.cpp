#include "mappings/gpu/cta/inside.hpp"

#include "einsum/walk.hpp"
#include "mappings/gpu/cta/shrink.hpp"
#include "mappings/gpu/grid/jobs.hpp"
#include "mappings/gpu/paged.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kMostCtas = std::int64_t{1} << 25; ///< a list of them must fit in memory

template <class T>
bool took(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
  return result.has_value();
}

/// Do sizes of the kernel's Einsums differ from sequence to sequence?
bool differs(const KernelPlan& plan, const Batch* batch) {
  if (batch == nullptr || batch->lengths.empty()) {
    return false;
  }
  const auto& first = batch->lengths.front();
  return std::any_of(plan.einsums.begin(), plan.einsums.end(), [&](const auto* einsum) {
    return std::any_of(einsum->variables.begin(), einsum->variables.end(),
                       [&](const auto& variable) {
                         return std::any_of(batch->lengths.begin(), batch->lengths.end(),
                                            [&](const einsum::Cascade& each) {
                                              return each.size(variable) != first.size(variable);
                                            });
                       });
  });
}

/// A sum or maximum over what CTAs divide is only part of it in each: they can add parts of results
/// up in memory, but nothing in the kernel may go on with them.
void checkDivided(const KernelPlan& plan, core::Problems& problems) {
  for (const auto* einsum : plan.einsums) {
    const auto reduced = einsum::reducedVariables(*einsum);
    const auto axis = std::find_if(plan.grid.begin(), plan.grid.end(), [&](const Axis& each) {
      return each.tiles() > 1 && einsum::contains(reduced, each.variable);
    });
    const auto reader = std::find_if(plan.einsums.begin(), plan.einsums.end(), [&](const auto* of) {
      return !accessesOf(*of, einsum->name).empty();
    });
    if (axis != plan.grid.end() && reader != plan.einsums.end()) {
      problems.push_back(
          {plan.kernel->where,
           fmt::format("kernel '{}' divides {} over CTAs, and {} sums over it: {} takes the whole "
                       "sum, a CTA has a part",
                       plan.kernel->name, axis->variable, einsum->name, (*reader)->name),
           fmt::format("take {} out of cta, or make it the loop and split that", axis->variable)});
    }
  }
}

std::optional<FittingKernel> fitAsIs(KernelPlan plan, const KernelContext& context,
                                     core::Problems& problems) {
  const auto& kernel = *plan.kernel;
  plan.wholeTiles = differs(plan, context.batch);
  if (tileCount(plan) > kMostCtas / plan.split) {
    problems.push_back({kernel.where,
                        fmt::format("kernel '{}' has more than {} CTAs", kernel.name, kMostCtas),
                        "larger tiles"});
    return std::nullopt;
  }
  if (plan.wholeTiles && plan.launches > 1) {
    problems.push_back(
        {kernel.where,
         fmt::format("kernel '{}' is launched for one value of {} after another, and sequences of "
                     "one batch differ",
                     kernel.name, kernel.each),
         "run the sequences one by one"});
    return std::nullopt;
  }
  const auto before = problems.size();
  checkDivided(plan, problems);
  auto inside = insideOf(plan, context.cascade, context.gpu, problems);
  if (!inside || problems.size() > before) {
    return std::nullopt;
  }
  auto occupancy = occupancyOf(plan, inside->parts, inside->loads, context.cascade, context.gpu);
  if (!took(occupancy, problems)) {
    return std::nullopt;
  }
  return FittingKernel{std::move(plan), std::move(*inside), std::move(*occupancy)};
}

} // namespace

std::optional<Inside> insideOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                               const arch::Gpu& gpu, core::Problems& problems) {
  auto graph = graphOf(plan, cascade);
  if (!took(graph, problems)) {
    return std::nullopt;
  }
  auto loads = loadsOf(plan, *graph, cascade);
  const auto pages = pagesOf(plan, *graph, loads);
  auto parts = partsOf(plan, *graph, loads, cascade, gpu);
  if (!took(parts, problems)) {
    return std::nullopt;
  }
  placeInShared(*parts, loads, cascade);
  addAddresses(pages, plan, cascade, gpu, *parts);
  return Inside{std::move(*graph), std::move(loads), std::move(*parts)};
}

std::optional<FittingKernel> fit(const KernelPlan& plan, const KernelContext& context,
                                 core::Problems& problems) {
  core::Problems first;
  auto out = fitAsIs(plan, context, first);
  auto smaller = plan;
  while (!out && plan.kernel->shrinks && shrink(smaller)) {
    core::Problems next;
    out = fitAsIs(smaller, context, next);
  }
  if (!out) {
    problems.insert(problems.end(), first.begin(), first.end());
  }
  return out;
}

} // namespace einsight::mappings::gpu
