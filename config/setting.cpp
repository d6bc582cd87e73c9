#include "config/setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::config {
namespace {

/// Measures whose K, M and G everybody takes for powers of ten, where an expression's are binary.
struct DecimalMeasure {
  Dimension dimension;
  std::string_view unit;
};
constexpr std::array kDecimalMeasures{DecimalMeasure{Dimension::Hertz, "Hz"},
                                      DecimalMeasure{Dimension::BytesPerSecond, "B/s"},
                                      DecimalMeasure{Dimension::Dollars, "USD"}};
constexpr std::array kMeasures{Dimension::Bytes,      Dimension::Seconds,
                               Dimension::Hertz,      Dimension::BytesPerSecond,
                               Dimension::Picojoules, Dimension::SquareMicrometres,
                               Dimension::Dollars};

/// The plain value that is written at a path of a file; null where there is none.
const Node* scalarAt(const Node& node, const std::string& path) {
  if (node.kind == Node::Kind::Scalar) {
    return node.where.path == path ? &node : nullptr;
  }
  const auto first = [&](const Node& child) { return scalarAt(child, path); };
  for (const auto& item : node.items) {
    if (const auto* found = first(item)) {
      return found;
    }
  }
  for (const auto& [key, value] : node.entries) {
    if (const auto* found = first(value)) {
      return found;
    }
  }
  return nullptr;
}

/// A suffix of a number of the text, where it ends; npos: none has one.
std::size_t suffixIn(const std::string& text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool number = (text[i - 1] >= '0' && text[i - 1] <= '9') || text[i - 1] == '.';
    const bool ends = i + 1 == text.size() ||
                      std::string_view("+-*/%) ").find(text[i + 1]) != std::string_view::npos;
    if (number && ends && std::string_view("KMGT").find(text[i]) != std::string_view::npos) {
      return i;
    }
  }
  return std::string::npos;
}

/// Why a number must not have a suffix, where its measure is counted in powers of ten.
std::optional<Mistake> binaryMistake(const std::string& text, Dimension dimension) {
  const auto* measure = std::find_if(kDecimalMeasures.begin(), kDecimalMeasures.end(),
                                     [&](const auto& each) { return each.dimension == dimension; });
  const auto at = suffixIn(text);
  if (measure == kDecimalMeasures.end() || at == std::string::npos) {
    return std::nullopt;
  }
  const auto power = 3 * (1 + std::string_view("KMGT").find(text[at]));
  const bool alone = at + 1 == text.size() && text.find_first_not_of("0123456789.") == at;
  const auto number = alone ? text.substr(0, at) : std::string("1.5");
  const auto plain = fmt::format("{}e{}", number, power);
  const bool prefixed = dimension != Dimension::Dollars;
  const auto prefix = text[at] == 'K' ? 'k' : text[at];
  return Mistake{fmt::format("'{}' in {}: is {} binary, as of sizes, or a power of ten?", text,
                             measure->unit, text[at]),
                 prefixed
                     ? fmt::format("write {}, or {} {}{}", plain, number, prefix, measure->unit)
                     : fmt::format("write {}, or {} {}", plain, plain, measure->unit)};
}

/// The text where it is a number with a unit of the measure, in the base unit.
std::optional<core::Rational> withUnit(const std::string& text, Dimension dimension) {
  Node node;
  node.kind = Node::Kind::Scalar;
  node.scalar = text;
  core::Problems none; // it may be an expression
  return quantity(node, dimension, none);
}

} // namespace

tl::expected<core::Rational, Mistake>
settingValue(const std::string& text, std::optional<Dimension> measure, std::string_view form) {
  if (measure) {
    if (auto number = withUnit(text, *measure)) {
      return *number;
    }
    if (auto mistake = binaryMistake(text, *measure)) {
      return tl::unexpected(std::move(*mistake));
    }
  }
  const auto expression = core::Expression::parse(text);
  auto value = expression
                   ? expression->evaluate([](std::string_view) { return std::nullopt; })
                   : tl::expected<core::Rational, std::string>(tl::unexpect, expression.error());
  if (!value) {
    const auto* const unit =
        measure ? "; its unit, if you write one, measures what its file's does" : "";
    return tl::unexpected(Mistake{fmt::format("'{}' is not a number: {}", text, value.error()),
                                  std::string(form) + unit});
  }
  return *value;
}

std::optional<Dimension> measureAt(const Node& file, const std::string& path) {
  const auto* number = scalarAt(file, path);
  const auto space = number == nullptr ? std::string::npos : number->scalar.rfind(' ');
  if (space == std::string::npos) {
    return std::nullopt;
  }
  const auto one = "1" + number->scalar.substr(space);
  const auto* found = std::find_if(kMeasures.begin(), kMeasures.end(), [&](auto dimension) {
    return withUnit(one, dimension).has_value();
  });
  return found == kMeasures.end() ? std::nullopt : std::optional(*found);
}

} // namespace einsight::config
