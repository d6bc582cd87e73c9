#include "explore/sweep/sweep.hpp"
#include "explore/sweep/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

namespace einsight::explore::sweep {
namespace {

constexpr std::uint64_t kMostPoints = 10'000'000;
constexpr std::uint64_t kMostPlaces = std::uint64_t{1} << 62U;
constexpr std::uint64_t kTriesPerPoint = 1000;

using Places = std::vector<std::uint64_t>;

tl::unexpected<core::Problems> refuse(const Sweep& sweep, std::string what, std::string help) {
  return core::failure({{{sweep.file, 1, 1, sweep.name}, std::move(what), std::move(help)}});
}

core::Expected<Places> admissible(const Sweep& sweep, std::uint64_t places) {
  Places out;
  for (std::uint64_t place = 0; place < places; ++place) {
    const auto part = meetsWhen(sweep, place);
    if (!part) {
      return core::failure(part.error());
    }
    if (*part) {
      out.push_back(place);
    }
  }
  return out;
}

/// Some of the places, each as likely as any other.
void thin(Places& places, const Sample& sample) {
  Draw draw(sample.seed);
  const auto count = static_cast<std::size_t>(sample.count);
  for (std::size_t i = 0; i < count && i < places.size(); ++i) {
    std::swap(places[i], places[i + draw.below(places.size() - i)]);
  }
  places.resize(std::min(count, places.size()));
  std::sort(places.begin(), places.end());
}

/// Places of a grid that is too large to be gone through.
core::Expected<Places> drawPlaces(const Sweep& sweep, std::uint64_t places) {
  Draw draw(sweep.sample->seed);
  std::set<std::uint64_t> out;
  const auto count = static_cast<std::uint64_t>(sweep.sample->count);
  for (std::uint64_t i = 0; i < count * kTriesPerPoint && out.size() < count; ++i) {
    const auto place = draw.below(places);
    const auto part = meetsWhen(sweep, place);
    if (!part) {
      return core::failure(part.error());
    }
    if (*part) {
      out.insert(place);
    }
  }
  if (out.size() < count) {
    return refuse(sweep,
                  fmt::format("only {} of {} points were found that meet the conditions of when:",
                              out.size(), count),
                  "ask for fewer points, or vary less");
  }
  return Places(out.begin(), out.end());
}

} // namespace

const Value* valueOf(const Assignment& assignment, std::string_view name) {
  for (const auto& [known, value] : assignment) {
    if (known == name) {
      return value;
    }
  }
  return nullptr;
}

std::uint64_t placesOf(const Sweep& sweep) {
  std::uint64_t places = 1;
  for (const auto& axis : sweep.axes) {
    const auto rows = static_cast<std::uint64_t>(axis.rows.size());
    if (places > kMostPlaces / std::max<std::uint64_t>(rows, 1)) {
      return std::numeric_limits<std::uint64_t>::max();
    }
    places *= rows;
  }
  return places;
}

core::Expected<bool> meetsWhen(const Sweep& sweep, std::uint64_t place) {
  if (sweep.when.empty()) {
    return true;
  }
  const auto assignment = assignmentAt(sweep, place);
  const auto lookup = [&](std::string_view name) -> std::optional<core::Rational> {
    const auto* value = valueOf(assignment, name);
    return value == nullptr ? std::nullopt : std::optional(value->number);
  };
  for (const auto& [expression, where] : sweep.when) {
    const auto value = expression.evaluate(lookup);
    if (!value) {
      std::string at;
      for (const auto& name : expression.names()) {
        const auto* known = valueOf(assignment, name);
        at += fmt::format("{}{} {}", at.empty() ? "" : ", ", name,
                          known == nullptr ? "is not given" : "= " + known->text);
      }
      return core::failure({{where,
                             fmt::format("'{}' cannot be evaluated where {}: {}", expression.text(),
                                         at, value.error()),
                             "guard it, as in 'b > 0 and a / b < 2'"}});
    }
    if (*value == core::Rational(0)) {
      return false;
    }
  }
  return true;
}

Assignment assignmentAt(const Sweep& sweep, std::uint64_t place) {
  std::vector<std::size_t> rows(sweep.axes.size());
  for (std::size_t i = sweep.axes.size(); i-- > 0;) {
    const auto count = static_cast<std::uint64_t>(sweep.axes[i].rows.size());
    rows[i] = place % count;
    place /= count;
  }
  Assignment out;
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    const auto& axis = sweep.axes[i];
    for (std::size_t n = 0; n < axis.names.size(); ++n) {
      if (const auto& value = axis.rows[rows[i]][n]; !value.text.empty()) {
        out.emplace_back(axis.names[n], &value);
      }
    }
  }
  return out;
}

core::Expected<std::vector<std::uint64_t>> choosePoints(const Sweep& sweep) {
  const auto places = placesOf(sweep);
  if (places > kMostPlaces) {
    return refuse(sweep, "the grid has more than 2^62 places", "vary less");
  }
  if (places > kMostPoints) {
    return sweep.sample ? drawPlaces(sweep, places)
                        : refuse(sweep,
                                 fmt::format("the grid has {} points, and at most {} can be run",
                                             places, kMostPoints),
                                 "vary less, or draw: strategy: {random: 1000, seed: 1}");
  }
  auto chosen = admissible(sweep, places);
  if (chosen && chosen->empty()) {
    return refuse(sweep, fmt::format("none of the {} points of the grid meets when:", places),
                  "relax a condition, or vary more");
  }
  if (chosen && sweep.sample) {
    thin(*chosen, *sweep.sample);
  }
  return chosen;
}

} // namespace einsight::explore::sweep
