#include "cli/settings.hpp"

#include "arch/measure.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace einsight::cli {
namespace {

constexpr std::string_view kTrace = "trace"; ///< requests that a whole model serves
constexpr std::string_view kForm = "write NAME=VALUE, such as L=4K, arch.PE=64 or mapping.p1=4";

core::Problem problem(const std::string& text, std::string what, std::string help) {
  return {{{}, 0, 0, "--set " + text}, std::move(what), std::move(help)};
}

/// A number of the file that the prefix names.
tl::expected<core::Rational, core::Problem> valueOf(const std::string& text,
                                                    const std::string& value,
                                                    std::optional<config::Dimension> measure) {
  if (value.find("..") != std::string::npos) {
    return tl::unexpected(problem(text, "a range has no place here", "give one value"));
  }
  return config::settingValue(value, measure, kForm).map_error([&](config::Mistake mistake) {
    return problem(text, std::move(mistake.what), std::move(mistake.help));
  });
}

} // namespace

core::Expected<Settings> readSettings(const std::vector<std::string>& texts,
                                      const std::vector<std::string>& machines) {
  core::Problems problems;
  auto settings = readSettings(texts, problems, machines);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return settings;
}

Settings readSettings(const std::vector<std::string>& texts, core::Problems& problems,
                      const std::vector<std::string>& machines) {
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
    const auto measure = prefix == "arch" ? arch::measureAt(machines, key) : std::nullopt;
    const auto value = valueOf(text, text.substr(equals + 1), measure);
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
