#include "validation/kernels/exhibits.hpp"

#include "validation/kendall.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::validation {
namespace {

std::optional<double> rankCorrelation(const std::vector<double>& a, const std::vector<double>& b) {
  KendallTau tau;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = i + 1; j < a.size(); ++j) {
      tau.add(a[i] - a[j], b[i] - b[j]);
    }
  }
  return tau.value();
}

std::string percent(double fraction) {
  return fmt::format("{:.1f}%", 100 * fraction);
}

std::string tauText(const std::optional<double>& tau) {
  return tau ? fmt::format("{:.2f}", *tau) : "-";
}

std::string gateText(const KernelClass& rules) {
  std::string text;
  if (rules.familyMean) {
    text = "mean " + percent(*rules.familyMean);
  }
  if (rules.familyTau) {
    text += fmt::format("{}tau {:.2g}", text.empty() ? "" : ", ", *rules.familyTau);
  }
  return text.empty() ? "-" : text;
}

} // namespace

KernelErrors errorsOf(const KernelFamily& family) {
  KernelErrors errors;
  for (std::size_t i = 0; i < family.published.size(); ++i) {
    const double error = std::abs(family.simulated[i] / family.published[i] - 1);
    errors.mean += error / static_cast<double>(family.published.size());
    errors.most = std::max(errors.most, error);
  }
  errors.tau = rankCorrelation(family.published, family.simulated);
  return errors;
}

bool passes(const KernelFamily& family) {
  const auto errors = errorsOf(family);
  const auto& rules = *family.rules;
  return errors.mean <= rules.familyMean.value_or(errors.mean) &&
         errors.tau.value_or(1) >= rules.familyTau.value_or(-1);
}

Exhibit familyExhibit(const std::vector<KernelFamily>& families, bool own) {
  Exhibit exhibit{"Families",
                  {"family", "points", "mean error of time", "largest", "Kendall tau", "asked for",
                   "met", "fitted on"},
                  {},
                  {"the rank correlation is that of times; constants of a machine were fitted on "
                   "the families that say so, all others are predictions"}};
  for (const auto& family : families) {
    if (family.published.empty()) {
      continue;
    }
    const auto errors = errorsOf(family);
    const auto gate = gateText(*family.rules);
    exhibit.rows.push_back({family.name, fmt::format("{}", family.published.size()),
                            percent(errors.mean), percent(errors.most), tauText(errors.tau), gate,
                            gate == "-"      ? "-"
                            : passes(family) ? "yes"
                                             : "no",
                            family.rules->fitted && !own ? "yes" : "no"});
  }
  return exhibit;
}

Exhibit systemExhibit(const std::vector<KernelFamily>& families) {
  std::vector<KernelFamily> systems;
  for (const auto& family : families) {
    auto found = std::find_if(systems.begin(), systems.end(),
                              [&](const auto& system) { return system.name == family.system; });
    if (found == systems.end()) {
      systems.push_back({family.system, family.system, family.rules, {}, {}, {}});
      found = systems.end() - 1;
    }
    found->published.insert(found->published.end(), family.published.begin(),
                            family.published.end());
    found->simulated.insert(found->simulated.end(), family.simulated.begin(),
                            family.simulated.end());
  }
  Exhibit exhibit{
      "Systems", {"system", "points", "mean error of time", "largest", "Kendall tau"}, {}, {}};
  for (const auto& system : systems) {
    if (!system.published.empty()) {
      const auto errors = errorsOf(system);
      exhibit.rows.push_back({system.name, fmt::format("{}", system.published.size()),
                              percent(errors.mean), percent(errors.most), tauText(errors.tau)});
    }
  }
  return exhibit;
}

std::optional<double> medianError(const std::vector<Outcome>& points) {
  std::vector<double> errors;
  for (const auto& point : points) {
    if (isCompared(point) && !point.fitted) {
      errors.push_back(std::abs(point.relativeError.value_or(0)));
    }
  }
  if (errors.empty()) {
    return std::nullopt;
  }
  std::sort(errors.begin(), errors.end());
  const auto middle = errors.size() / 2;
  return errors.size() % 2 == 1 ? errors[middle] : (errors[middle - 1] + errors[middle]) / 2;
}

Exhibit pointExhibit(const std::vector<Outcome>& points) {
  Exhibit exhibit{"Point by point",
                  {"point", "published", "simulated", "error",
                   "what the source leaves open, or why it differs"},
                  {},
                  {}};
  for (const auto& point : points) {
    if (point.reference && point.simulated) {
      exhibit.rows.push_back({point.id, fmt::format("{:.4g}", *point.reference),
                              fmt::format("{:.4g}", *point.simulated),
                              percent(point.relativeError.value_or(0)), point.reason});
    }
  }
  const bool fitted =
      std::any_of(points.begin(), points.end(), [](const auto& point) { return point.fitted; });
  if (const auto median = medianError(points)) {
    exhibit.sentences.push_back("the median of the absolute errors is " + percent(*median) +
                                (fitted ? ", those that constants were fitted on left out" : ""));
  }
  return exhibit;
}

} // namespace einsight::validation
