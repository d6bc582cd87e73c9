#include "cli/settings.hpp"

#include "core/expression.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace einsight::cli {
namespace {

constexpr std::string_view kTrace = "trace"; ///< requests that a whole model serves
constexpr std::string_view kForm = "write NAME=VALUE, such as L=4K, arch.PE=64 or mapping.p1=4";

core::Problem problem(const std::string& text, std::string what, std::string help) {
  return {{{}, 0, 0, "--set " + text}, std::move(what), std::move(help)};
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

} // namespace

core::Expected<Settings> readSettings(const std::vector<std::string>& texts) {
  core::Problems problems;
  auto settings = readSettings(texts, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return settings;
}

Settings readSettings(const std::vector<std::string>& texts, core::Problems& problems) {
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
    const auto value = valueOf(text, text.substr(equals + 1));
    if (!value) {
      return tl::unexpected(value.error());
    }
    auto& target = prefix == "arch"      ? settings.machine
                   : prefix == "mapping" ? settings.mapping
                                         : settings.workload;
    const auto key = prefix.empty() ? name : name.substr(dot + 1);
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
