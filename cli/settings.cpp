#include "cli/settings.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "config/scalar.hpp"
#include "core/expression.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::cli {
namespace {

constexpr std::string_view kTrace = "trace"; ///< requests that a whole model serves
constexpr std::string_view kForm = "write NAME=VALUE, such as L=4K, arch.PE=64 or mapping.p1=4";

core::Problem problem(const std::string& text, std::string what, std::string help) {
  return {{{}, 0, 0, "--set " + text}, std::move(what), std::move(help)};
}

/// Measures whose K, M and G everybody takes for powers of ten, where an expression's are binary.
struct DecimalMeasure {
  config::Dimension dimension;
  std::string_view unit;
};
constexpr std::array kDecimalMeasures{DecimalMeasure{config::Dimension::Hertz, "Hz"},
                                      DecimalMeasure{config::Dimension::BytesPerSecond, "B/s"},
                                      DecimalMeasure{config::Dimension::Dollars, "USD"}};
constexpr std::array kMeasures{config::Dimension::Bytes,      config::Dimension::Seconds,
                               config::Dimension::Hertz,      config::Dimension::BytesPerSecond,
                               config::Dimension::Picojoules, config::Dimension::SquareMicrometres,
                               config::Dimension::Dollars};

/// The plain value that is written at a path of a file; null where there is none.
const config::Node* scalarAt(const config::Node& node, const std::string& path) {
  if (node.kind == config::Node::Kind::Scalar) {
    return node.where.path == path ? &node : nullptr;
  }
  const auto first = [&](const config::Node& child) { return scalarAt(child, path); };
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

/// What the number at a path of a machine's file measures: it is written there with a unit.
std::optional<config::Dimension> measureAt(const std::string& machine, const std::string& path) {
  const std::vector<std::filesystem::path> folders{arch::machinesFolder()};
  const auto file = config::find(machine, folders, "machine");
  const auto root = file ? config::load(*file, folders) : core::failure({});
  const auto* number = root ? scalarAt(*root, path) : nullptr;
  const auto space = number == nullptr ? std::string::npos : number->scalar.rfind(' ');
  if (space == std::string::npos) {
    return std::nullopt;
  }
  auto unit = *number;
  unit.scalar = "1" + number->scalar.substr(space);
  const auto* found = std::find_if(kMeasures.begin(), kMeasures.end(), [&](auto dimension) {
    core::Problems none; // of another dimension
    return config::quantity(unit, dimension, none).has_value();
  });
  return found == kMeasures.end() ? std::nullopt : std::optional(*found);
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
std::optional<core::Problem> binaryMistake(const std::string& text, const std::string& value,
                                           config::Dimension dimension) {
  const auto* measure = std::find_if(kDecimalMeasures.begin(), kDecimalMeasures.end(),
                                     [&](const auto& each) { return each.dimension == dimension; });
  const auto at = suffixIn(value);
  if (measure == kDecimalMeasures.end() || at == std::string::npos) {
    return std::nullopt;
  }
  const auto power = 3 * (1 + std::string_view("KMGT").find(value[at]));
  const bool alone = at + 1 == value.size() && value.find_first_not_of("0123456789.") == at;
  const auto number = alone ? value.substr(0, at) : std::string("1.5");
  const auto plain = fmt::format("{}e{}", number, power);
  const bool prefixed = dimension != config::Dimension::Dollars;
  const auto prefix = value[at] == 'K' ? 'k' : value[at];
  return problem(text,
                 fmt::format("'{}' in {}: is {} binary, as of sizes, or a power of ten?", value,
                             measure->unit, value[at]),
                 prefixed
                     ? fmt::format("write {}, or {} {}{}", plain, number, prefix, measure->unit)
                     : fmt::format("write {}, or {} {}", plain, plain, measure->unit));
}

/// The value where it is a number with a unit of the measure, in the base unit.
std::optional<core::Rational> withUnit(const std::string& value, config::Dimension dimension) {
  config::Node node;
  node.kind = config::Node::Kind::Scalar;
  node.scalar = value;
  core::Problems none; // it may be an expression
  return config::quantity(node, dimension, none);
}

tl::expected<core::Rational, core::Problem> valueOf(const std::string& text,
                                                    const std::string& value) {
  if (value.find("..") != std::string::npos) {
    return tl::unexpected(problem(text, "a range has no place here", "give one value"));
  }
  const auto expression = core::Expression::parse(value);
  if (!expression) {
    return tl::unexpected(
        problem(text, fmt::format("'{}' is not a number: {}", value, expression.error()),
                std::string(kForm)));
  }
  auto number = expression->evaluate([](std::string_view) { return std::nullopt; });
  if (!number) {
    return tl::unexpected(problem(
        text, fmt::format("'{}' is not a number: {}", value, number.error()), std::string(kForm)));
  }
  return *number;
}

/// Of a machine's number that measures this, if it is known.
tl::expected<core::Rational, core::Problem> valueFor(const std::string& text,
                                                     const std::string& value,
                                                     std::optional<config::Dimension> measure) {
  if (!measure) {
    return valueOf(text, value);
  }
  if (auto number = withUnit(value, *measure)) {
    return *number;
  }
  if (auto mistake = binaryMistake(text, value, *measure)) {
    return tl::unexpected(std::move(*mistake));
  }
  return valueOf(text, value);
}

} // namespace

core::Expected<Settings> readSettings(const std::vector<std::string>& texts,
                                      const std::string& machine) {
  core::Problems problems;
  auto settings = readSettings(texts, problems, machine);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return settings;
}

Settings readSettings(const std::vector<std::string>& texts, core::Problems& problems,
                      const std::string& machine) {
  Settings settings;
  const auto read = [&](const std::string& text) -> tl::expected<void, core::Problem> {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return tl::unexpected(problem(text, "this sets nothing", std::string(kForm)));
    }
    const auto name = text.substr(0, equals);
    const auto dot = name.find('.');
    const auto prefix = dot == std::string::npos ? std::string() : name.substr(0, dot);
    if (!prefix.empty() && prefix != "arch" && prefix != "mapping") {
      return tl::unexpected(problem(text, fmt::format("unknown prefix '{}'", prefix),
                                    core::suggestion(prefix, {"arch", "mapping"})));
    }
    if (name == kTrace) {
      if (!settings.workloadNames.emplace(name, text.substr(equals + 1)).second) {
        return tl::unexpected(problem(text, fmt::format("'{}' is set twice", name), {}));
      }
      return {};
    }
    const auto key = prefix.empty() ? name : name.substr(dot + 1);
    const auto value = prefix == "arch" && !machine.empty()
                           ? valueFor(text, text.substr(equals + 1), measureAt(machine, key))
                           : valueOf(text, text.substr(equals + 1));
    if (!value) {
      return tl::unexpected(value.error());
    }
    auto& target = prefix == "arch"      ? settings.machine
                   : prefix == "mapping" ? settings.mapping
                                         : settings.workload;
    if (!target.emplace(key, *value).second) {
      return tl::unexpected(problem(text, fmt::format("'{}' is set twice", name), {}));
    }
    return {};
  };
  for (const auto& text : texts) {
    if (const auto done = read(text); !done) {
      problems.push_back(done.error());
    }
  }
  return settings;
}

} // namespace einsight::cli
