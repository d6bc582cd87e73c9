#include "explore/sweep/values.hpp"

#include "config/reader.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <set>
#include <stdexcept>

namespace einsight::explore::sweep {
namespace {

constexpr std::int64_t kMostValues = 100'000; ///< of one parameter
constexpr std::array<std::string_view, 2> kScales{"linear", "log"};
constexpr std::string_view kForms =
    "write a value, LOW..HIGH (doubling) or LOW..HIGH:STEP (adding)";

using Number = tl::expected<core::Rational, Mistake>;
using Numbers = tl::expected<std::vector<core::Rational>, Mistake>;

Numbers range(const std::string& text, const core::Rational& low, const core::Rational& high,
              const std::optional<core::Rational>& step) {
  if (high < low) {
    return tl::unexpected(
        Mistake{fmt::format("'{}' ends before it begins", text), "write the smaller number first"});
  }
  if (step ? *step <= core::Rational(0) : low <= core::Rational(0)) {
    return tl::unexpected(
        Mistake{fmt::format("'{}' never ends", text),
                step ? "write a step above zero" : "begin above zero, or write LOW..HIGH:STEP"});
  }
  std::vector<core::Rational> out;
  try {
    for (auto value = low; value <= high; value = step ? value + *step : value * 2) {
      out.push_back(value);
      if (static_cast<std::int64_t>(out.size()) > kMostValues) {
        return tl::unexpected(Mistake{
            fmt::format("'{}' has more than {} values", text, kMostValues), "take a larger step"});
      }
    }
  } catch (const std::overflow_error&) {
    return tl::unexpected(
        Mistake{fmt::format("'{}' is too large or too fine to be exact", text), {}});
  }
  return out;
}

/// Whole numbers between two, evenly spaced by factors; equal ones once.
std::vector<core::Rational> logSpaced(double from, double to, std::int64_t count) {
  std::set<std::int64_t> out;
  for (std::int64_t i = 0; i < count; ++i) {
    const double part = count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(count - 1);
    out.insert(std::llround(from * std::pow(to / from, part)));
  }
  return {out.begin(), out.end()};
}

/// Whole numbers drawn between two; equal ones once, ascending.
std::vector<core::Rational> drawn(std::int64_t from, std::int64_t to, std::int64_t count,
                                  std::uint64_t seed, bool log) {
  Draw draw(seed);
  std::set<std::int64_t> out;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto low = static_cast<double>(from), high = static_cast<double>(to);
    out.insert(log ? std::llround(low * std::pow(high / low, draw.real()))
                   : from + static_cast<std::int64_t>(
                                draw.below(static_cast<std::uint64_t>(to - from) + 1)));
  }
  return {out.begin(), out.end()};
}

std::vector<core::Rational> readSpread(const config::Node& node, core::Problems& problems) {
  constexpr auto kLargest = std::int64_t{1} << 52;
  const auto before = problems.size();
  config::MapReader reader(node, problems);
  const auto from = reader.integer("from", 1, kLargest);
  const auto to = reader.integer("to", 1, kLargest);
  const auto log = reader.integerOr("log", 1, kMostValues, 0);
  const auto random = reader.integerOr("random", 1, kMostValues, 0);
  const auto seed = reader.integerOr("seed", 0, kLargest, 1);
  const auto scale = reader.oneOfOr("scale", kScales, "linear");
  if (reader.has("log") == reader.has("random")) {
    reader.problem({}, "expected either log: or random:, with the number of values",
                   "write for example {from: 1, to: 1K, log: 5}");
  }
  for (const auto* key : {"seed", "scale"}) {
    if (reader.has("log") && reader.has(key)) {
      reader.problem(key, "goes only with random:", "leave it out");
    }
  }
  if (from && to && *to < *from) {
    reader.problem("to", "is less than from:", "write the smaller number first");
  }
  reader.finish();
  if (problems.size() != before) {
    return {};
  }
  return *log > 0 ? logSpaced(static_cast<double>(*from), static_cast<double>(*to), *log)
                  : drawn(*from, *to, *random, static_cast<std::uint64_t>(*seed), *scale == "log");
}

void addText(const config::Node& node, Measure measure, std::vector<core::Rational>& out,
             core::Problems& problems) {
  const auto text = config::text(node, problems);
  if (!text) {
    return;
  }
  if (const auto values = parseValues(*text, measure)) {
    out.insert(out.end(), values->begin(), values->end());
  } else {
    config::report(node, values.error().what, values.error().help, problems);
  }
}

} // namespace

tl::expected<std::vector<core::Rational>, Mistake> parseValues(const std::string& text,
                                                               Measure measure) {
  const auto numberOf = [&](const std::string& part) {
    return config::settingValue(part, measure, kForms);
  };
  const auto dots = text.find("..");
  if (dots == std::string::npos) {
    return numberOf(text).map([](const core::Rational& value) { return std::vector{value}; });
  }
  const auto colon = text.find(':', dots);
  const auto low = numberOf(text.substr(0, dots));
  const auto high =
      numberOf(text.substr(dots + 2, colon == std::string::npos ? colon : colon - dots - 2));
  const auto step = colon == std::string::npos ? Number() : numberOf(text.substr(colon + 1));
  for (const auto* part : {&low, &high, &step}) {
    if (!*part) {
      return tl::unexpected(part->error());
    }
  }
  return range(text, *low, *high, colon == std::string::npos ? std::nullopt : std::optional(*step));
}

std::vector<core::Rational> readValues(const config::Node& node, core::Problems& problems,
                                       Measure measure) {
  if (node.kind == config::Node::Kind::Map) {
    return readSpread(node, problems);
  }
  std::vector<core::Rational> out;
  if (node.kind == config::Node::Kind::Sequence) {
    for (const auto& item : node.items) {
      addText(item, measure, out, problems);
    }
  } else {
    addText(node, measure, out, problems);
  }
  std::set<core::Rational> seen;
  for (const auto& value : out) {
    if (!seen.insert(value).second) {
      config::report(node, fmt::format("{} is there twice", value.toString()),
                     "write every value once", problems);
      break;
    }
  }
  return out;
}

} // namespace einsight::explore::sweep
