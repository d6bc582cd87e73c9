#include "mappings/catalogue.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"

#include <algorithm>
#include <set>

namespace einsight::mappings {
namespace {

std::filesystem::path folder() {
  return config::catalogueRoot() / "mappings";
}

std::string scalar(const config::Node& root, std::string_view key) {
  const auto* node = root.find(key);
  return node == nullptr ? std::string{} : node->scalar;
}

/// Einsums that a mapping file binds.
std::set<std::string> bound(const config::Node& root) {
  std::set<std::string> names;
  if (const auto* bind = root.find("bind")) {
    for (const auto& [einsum, binding] : bind->entries) {
      names.insert(einsum.scalar);
    }
  }
  return names;
}

std::optional<config::Node> read(const std::string& name) {
  const auto file = find(name);
  auto root = file ? config::load(*file, {folder()}) : core::failure({});
  return root ? std::optional<config::Node>(std::move(*root)) : std::nullopt;
}

} // namespace

std::vector<Entry> list() {
  std::vector<Entry> entries;
  for (const auto& name : config::names(folder())) {
    if (const auto root = read(name); root && root->find("mapping") != nullptr) {
      entries.push_back({name, scalar(*root, "summary")});
    }
  }
  return entries;
}

core::Expected<std::filesystem::path> find(const std::string& nameOrPath) {
  return config::find(nameOrPath, {folder()}, "mapping");
}

std::vector<std::string> candidates(const einsum::Cascade& cascade) {
  std::set<std::string> wanted;
  for (const auto& einsum : cascade.einsums()) {
    if (!einsum.view) {
      wanted.insert(einsum.name);
    }
  }
  std::vector<std::pair<std::int64_t, std::string>> ranked;
  for (const auto& name : config::names(folder())) {
    if (const auto root = read(name); root && bound(*root) == wanted) {
      const auto preference = scalar(*root, "preference");
      ranked.emplace_back(preference.empty() ? 100 : preference.front() - '0', name);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto& [rank, name] : ranked) {
    names.push_back(std::move(name));
  }
  return names;
}

} // namespace einsight::mappings
