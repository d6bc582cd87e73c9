#include "config/scalar.hpp"

#include "core/decimal.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace einsight::config {
namespace {

struct Unit {
  std::string_view name;
  core::Rational size; ///< in the dimension's base unit
};

constexpr std::int64_t kKibi = 1024;

std::span<const Unit> unitsOf(Dimension dimension) {
  static const std::array kBytes{Unit{"B", 1},
                                 Unit{"kB", 1'000},
                                 Unit{"MB", 1'000'000},
                                 Unit{"GB", 1'000'000'000},
                                 Unit{"TB", 1'000'000'000'000},
                                 Unit{"KiB", kKibi},
                                 Unit{"MiB", kKibi * kKibi},
                                 Unit{"GiB", kKibi * kKibi * kKibi},
                                 Unit{"TiB", kKibi * kKibi * kKibi * kKibi}};
  static const std::array kSeconds{Unit{"ps", {1, 1'000'000'000'000}},
                                   Unit{"ns", {1, 1'000'000'000}}, Unit{"us", {1, 1'000'000}},
                                   Unit{"ms", {1, 1'000}}, Unit{"s", 1}};
  static const std::array kHertz{Unit{"Hz", 1}, Unit{"kHz", 1'000}, Unit{"MHz", 1'000'000},
                                 Unit{"GHz", 1'000'000'000}};
  static const std::array kRates{Unit{"B/s", 1},
                                 Unit{"kB/s", 1'000},
                                 Unit{"MB/s", 1'000'000},
                                 Unit{"GB/s", 1'000'000'000},
                                 Unit{"TB/s", 1'000'000'000'000},
                                 Unit{"KiB/s", kKibi},
                                 Unit{"MiB/s", kKibi * kKibi},
                                 Unit{"GiB/s", kKibi * kKibi * kKibi},
                                 Unit{"TiB/s", kKibi * kKibi * kKibi * kKibi},
                                 Unit{"Mbit/s", 125'000},
                                 Unit{"Gbit/s", 125'000'000}};
  static const std::array kEnergy{Unit{"fJ", {1, 1'000}},    Unit{"pJ", 1},
                                  Unit{"nJ", 1'000},         Unit{"uJ", 1'000'000},
                                  Unit{"mJ", 1'000'000'000}, Unit{"J", 1'000'000'000'000}};
  static const std::array kAreas{Unit{"um2", 1}, Unit{"mm2", 1'000'000}, Unit{"cm2", 100'000'000}};
  static const std::array kDollars{Unit{"USD", 1}};
  switch (dimension) {
  case Dimension::Bytes:
    return kBytes;
  case Dimension::Seconds:
    return kSeconds;
  case Dimension::Hertz:
    return kHertz;
  case Dimension::BytesPerSecond:
    return kRates;
  case Dimension::Picojoules:
    return kEnergy;
  case Dimension::SquareMicrometres:
    return kAreas;
  case Dimension::Dollars:
    break;
  }
  return kDollars;
}

std::string unitNames(std::span<const Unit> units) {
  std::string names;
  for (const auto& unit : units) {
    names += (names.empty() ? "" : ", ") + std::string(unit.name);
  }
  return names;
}

/// The unit that is spelt like this but for capitals, or nothing: "KB", "mhz".
std::string unitMeant(std::string_view name, std::span<const Unit> units) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  const auto meant = std::ranges::find_if(units, [&](const Unit& unit) {
    return std::ranges::equal(unit.name, name, {}, lower, lower);
  });
  return meant == units.end() ? std::string() : fmt::format("did you mean '{}'? ", meant->name);
}

/// Only the beginning of a very long text, for messages.
std::string shown(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "…";
}

const std::string* scalarOf(const Node& node, core::Problems& problems) {
  return expectKind(node, Node::Kind::Scalar, problems) ? &node.scalar : nullptr;
}

/// A signed decimal with an optional K, M or G (binary), or null. Throws std::overflow_error.
std::optional<core::Rational> countOf(std::string_view text) {
  const bool negative = text.starts_with('-');
  text.remove_prefix(negative ? 1 : 0);
  const auto number = core::readDecimal(text);
  if (!number) {
    return std::nullopt;
  }
  const auto suffix = text.substr(number->length);
  const auto power =
      suffix.size() == 1 ? std::string_view("KMG").find(suffix[0]) : std::string_view::npos;
  if (!suffix.empty() && power == std::string_view::npos) {
    return std::nullopt;
  }
  if (!number->value) {
    throw std::overflow_error("count");
  }
  const core::Rational scale =
      suffix.empty() ? core::Rational(1) : core::Rational(std::int64_t{1} << (10 * (power + 1)));
  const core::Rational value = *number->value * scale;
  return negative ? core::Rational(0) - value : value;
}

std::string rangeHelp(std::int64_t low, std::int64_t high) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  if (low == kLeast && high == kMost) {
    return "write a whole number; K, M and G are binary";
  }
  if (high == kMost) {
    return fmt::format("write a whole number from {} up; K, M and G are binary", low);
  }
  return low == kLeast ? fmt::format("write a whole number up to {}", high)
                       : fmt::format("write a whole number from {} to {}", low, high);
}

} // namespace

void report(const Node& node, std::string what, std::string help, core::Problems& problems) {
  problems.push_back({node.where, std::move(what), std::move(help)});
}

bool expectKind(const Node& node, Node::Kind kind, core::Problems& problems) {
  if (node.kind == kind) {
    return true;
  }
  report(node, fmt::format("expected {}, found {}", kindName(kind), kindName(node.kind)), "",
         problems);
  return false;
}

std::optional<std::string> text(const Node& node, core::Problems& problems) {
  const auto* scalar = scalarOf(node, problems);
  return scalar == nullptr ? std::nullopt : std::optional(*scalar);
}

std::optional<std::int64_t> integer(const Node& node, core::Problems& problems, std::int64_t low,
                                    std::int64_t high) {
  const auto* scalar = scalarOf(node, problems);
  if (scalar == nullptr) {
    return std::nullopt;
  }
  try {
    const auto value = countOf(*scalar);
    if (value && value->isWhole() && value->numerator() >= low && value->numerator() <= high) {
      return value->numerator();
    }
    const bool whole = value && value->isWhole();
    report(node,
           fmt::format("'{}' is {}", shown(*scalar), whole ? "out of range" : "not a whole number"),
           rangeHelp(low, high), problems);
  } catch (const std::overflow_error&) {
    report(node, fmt::format("'{}' is out of range", shown(*scalar)), rangeHelp(low, high),
           problems);
  }
  return std::nullopt;
}

std::optional<double> real(const Node& node, core::Problems& problems) {
  const auto* scalar = scalarOf(node, problems);
  if (scalar == nullptr) {
    return std::nullopt;
  }
  double value = 0;
  const char* end = scalar->data() + scalar->size();
  const auto parsed = std::from_chars(scalar->data(), end, value);
  if (parsed.ec == std::errc{} && parsed.ptr == end && std::isfinite(value)) {
    return value;
  }
  report(node, fmt::format("'{}' is not a number", shown(*scalar)),
         "write a number such as 0.5 or 2e-3", problems);
  return std::nullopt;
}

std::optional<bool> boolean(const Node& node, core::Problems& problems) {
  const auto* scalar = scalarOf(node, problems);
  if (scalar == nullptr) {
    return std::nullopt;
  }
  if (*scalar == "true" || *scalar == "false") {
    return *scalar == "true";
  }
  report(node, fmt::format("'{}' is neither true nor false", shown(*scalar)), "write true or false",
         problems);
  return std::nullopt;
}

std::optional<core::Expression> expression(const Node& node, core::Problems& problems) {
  const auto* scalar = scalarOf(node, problems);
  if (scalar == nullptr) {
    return std::nullopt;
  }
  auto parsed = core::Expression::parse(*scalar);
  if (!parsed) {
    report(node, fmt::format("'{}' is not an expression: {}", shown(*scalar), parsed.error()), "",
           problems);
    return std::nullopt;
  }
  return std::move(*parsed);
}

std::optional<core::Rational> quantity(const Node& node, Dimension dimension,
                                       core::Problems& problems) {
  const auto* scalar = scalarOf(node, problems);
  if (scalar == nullptr) {
    return std::nullopt;
  }
  const auto units = unitsOf(dimension);
  const auto number = core::readDecimal(*scalar);
  std::string_view name = std::string_view(*scalar).substr(number ? number->length : 0);
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (!number || unit == units.end()) {
    report(node, fmt::format("'{}' is not a number with a unit", shown(*scalar)),
           fmt::format("{}write a number and one of: {}", number ? unitMeant(name, units) : "",
                       unitNames(units)),
           problems);
    return std::nullopt;
  }
  try {
    if (number->value) {
      return *number->value * unit->size;
    }
  } catch (const std::overflow_error&) { // reported below, as for the digits
  }
  report(node, fmt::format("'{}' does not fit an exact fraction of 64 bits", shown(*scalar)),
         fmt::format("write fewer digits, or another of: {}", unitNames(units)), problems);
  return std::nullopt;
}

std::optional<std::string> oneOf(const Node& node, std::span<const std::string_view> names,
                                 core::Problems& problems) {
  const auto* scalar = scalarOf(node, problems);
  if (scalar == nullptr) {
    return std::nullopt;
  }
  if (std::ranges::find(names, *scalar) != names.end()) {
    return *scalar;
  }
  report(node, fmt::format("unknown value '{}'", shown(*scalar)),
         core::suggestion(*scalar, {names.begin(), names.end()}), problems);
  return std::nullopt;
}

std::vector<std::string> textList(const Node& node, core::Problems& problems) {
  if (node.kind == Node::Kind::Scalar) {
    return {node.scalar};
  }
  std::vector<std::string> list;
  if (node.kind != Node::Kind::Sequence) {
    report(
        node,
        fmt::format("expected a plain value or a sequence of them, found {}", kindName(node.kind)),
        "", problems);
    return list;
  }
  for (const auto& item : node.items) {
    if (auto value = text(item, problems)) {
      list.push_back(std::move(*value));
    }
  }
  return list;
}

} // namespace einsight::config
