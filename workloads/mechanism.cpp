#include "workloads/mechanism.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::workloads {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostBits = 64;

fs::path root() {
  return config::catalogueRoot() / "workloads";
}

/// The value of an expression over the cascade's parameters, at least 0.
double amount(config::MapReader& reader, std::string_view key, const einsum::Cascade& cascade,
              const core::Expression& expression) {
  const auto value = expression.evaluate([&](std::string_view name) {
    const auto parameter = cascade.parameter(name);
    return parameter ? std::optional<core::Rational>(*parameter) : std::nullopt;
  });
  if (!value) {
    std::vector<std::string> names;
    for (const auto& parameter : cascade.parameters()) {
      names.push_back(parameter.name);
    }
    reader.problem(key, value.error(),
                   fmt::format("the parameters are {}", fmt::join(names, ", ")));
    return 0;
  }
  if (*value < core::Rational(0)) {
    reader.problem(key, fmt::format("{} is less than 0", value->toString()));
    return 0;
  }
  return value->toDouble();
}

std::string familyOf(const fs::path& file) {
  const auto folder = file.parent_path();
  return folder.parent_path().filename() == "library" ? folder.filename().string() : std::string();
}

} // namespace

core::Expected<std::optional<Mechanism>> mechanismOf(const std::string& reference,
                                                     const einsum::Cascade& cascade) {
  const auto files = filesOf(reference);
  if (!files) {
    return core::failure(files.error());
  }
  const auto document = config::load(files->cascade, {root()});
  if (!document) {
    return core::failure(document.error());
  }
  const auto* node = document->find("mechanism");
  if (node == nullptr || node->kind == config::Node::Kind::Null) {
    return std::nullopt;
  }
  core::Problems problems;
  if (!config::expectKind(*node, config::Node::Kind::Map, problems)) {
    return core::failure(std::move(problems));
  }
  config::MapReader reader(*node, problems);
  Mechanism out;
  out.name = cascade.name();
  out.family = familyOf(files->cascade);
  out.title = reader.text("title").value_or("");
  out.idea = reader.text("idea").value_or("");
  if (const auto cache = reader.expression("cache_per_token")) {
    out.cacheText = cache->text();
    out.cachePerToken = amount(reader, "cache_per_token", cascade, *cache);
  }
  const auto state = reader.expressionIf("state").value_or(core::Expression());
  out.stateText = state.text();
  out.state = amount(reader, "state", cascade, state);
  out.cacheBits = static_cast<int>(reader.integerOr("cache_bits", 1, kMostBits, 16).value_or(16));
  reader.finish();
  if (const auto* source = document->find("source")) {
    out.source = source->scalar;
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return out;
}

std::vector<std::string> library() {
  const auto folder = root() / "library";
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& name : config::names(folder)) {
    const auto file = config::find(name, {folder}, "workload");
    found.emplace_back(file ? familyOf(*file) : std::string(), name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> out;
  for (auto& [family, name] : found) {
    out.push_back(std::move(name));
  }
  return out;
}

} // namespace einsight::workloads
