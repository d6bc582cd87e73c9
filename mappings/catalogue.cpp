#include "mappings/catalogue.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "mappings/gpu/copies.hpp"

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

std::string kind(const config::Node& root) {
  const auto text = scalar(root, "kind");
  return text.empty() ? "spatial" : text;
}

/// A scalar or the items of a sequence.
std::vector<std::string> texts(const config::Node* node) {
  std::vector<std::string> out;
  if (node != nullptr && node->kind == config::Node::Kind::Scalar) {
    out.push_back(node->scalar);
  } else if (node != nullptr) {
    for (const auto& item : node->items) {
      out.push_back(item.scalar);
    }
  }
  return out;
}

/// Rank variables that a kernel cuts into tiles or loops over.
std::vector<std::string> cutVariables(const config::Node& kernel) {
  std::vector<std::string> out;
  for (const auto* key : {"cta", "loop"}) {
    const auto* node = kernel.find(key);
    if (node != nullptr && node->kind == config::Node::Kind::Scalar) {
      out.push_back(node->scalar);
    } else if (node != nullptr) {
      for (const auto& [variable, size] : node->entries) {
        out.push_back(variable.scalar);
      }
    }
  }
  return out;
}

/// Whether kernels of a file of kind gpu compute just these Einsums, with tiles of rank variables
/// that are there.
bool computes(const config::Node& root, const einsum::Cascade& cascade,
              const std::set<std::string>& wanted) {
  if (root.find("chain") != nullptr) { // of any Einsums
    return true;
  }
  const auto* kernels = root.find("kernels");
  std::set<std::string> named;
  bool all = false;
  for (const auto& [name, kernel] :
       kernels == nullptr ? decltype(root.entries){} : kernels->entries) {
    const auto cut = cutVariables(kernel);
    if (std::any_of(cut.begin(), cut.end(),
                    [&](const auto& variable) { return cascade.size(variable) == 0; })) {
      return false;
    }
    auto moved = texts(kernel.find("copies"));
    const bool copies = !moved.empty();
    const auto clears = texts(kernel.find("clears"));
    moved.insert(moved.end(), clears.begin(), clears.end());
    if (std::any_of(moved.begin(), moved.end(), [&](const auto& tensor) {
          return tensor != gpu::kAdded && cascade.tensor(tensor) == nullptr;
        })) {
      return false;
    }
    const auto einsums = texts(kernel.find("einsums"));
    const bool movesOnly = copies || (!clears.empty() && einsums.empty());
    all = all || (!movesOnly && (einsums.empty() || einsums.front() == "all"));
    named.insert(einsums.begin(), einsums.end());
  }
  named.erase("all");
  return all ? std::includes(wanted.begin(), wanted.end(), named.begin(), named.end())
             : named == wanted;
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
      entries.push_back({name, scalar(*root, "summary"), kind(*root)});
    }
  }
  return entries;
}

core::Expected<std::filesystem::path> find(const std::string& nameOrPath) {
  return config::find(nameOrPath, {folder()}, "mapping");
}

core::Expected<std::string> kindOf(const std::filesystem::path& file) {
  return config::load(file, {folder()}).map([](const config::Node& root) { return kind(root); });
}

std::vector<std::string> generalMappings() {
  auto names = config::names(folder());
  std::erase_if(names, [](const std::string& name) {
    const auto root = read(name);
    return !root || root->find("one_by_one") == nullptr;
  });
  return names;
}

std::vector<std::string> candidates(const einsum::Cascade& cascade, std::string_view wantedKind) {
  std::set<std::string> wanted;
  for (const auto& einsum : cascade.einsums()) {
    if (!einsum.view) {
      wanted.insert(einsum.name);
    }
  }
  std::vector<std::pair<std::int64_t, std::string>> ranked;
  for (const auto& name : config::names(folder())) {
    const auto root = read(name);
    if (root && kind(*root) == wantedKind &&
        (wantedKind == "gpu" ? computes(*root, cascade, wanted) : bound(*root) == wanted)) {
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
