#include "mappings/gpu/read_sizes.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <set>

namespace einsight::mappings::gpu {
namespace {

/// Adds the names that the values below a node mention. What is no expression mentions none.
void addNames(const config::Node& node, std::set<std::string>& names) {
  if (node.kind == config::Node::Kind::Scalar) {
    if (const auto expression = core::Expression::parse(node.scalar)) {
      names.merge(expression->names());
    }
  }
  for (const auto& item : node.items) {
    addNames(item, names);
  }
  for (const auto& [key, value] : node.entries) {
    addNames(value, names);
  }
}

} // namespace

void checkSizes(const Mapping& mapping, const config::Node& root, core::Problems& problems) {
  std::set<std::string> used;
  addNames(root, used);
  std::vector<std::string> known;
  for (const auto& [name, size] : mapping.sizes) {
    if (used.count(name) > 0) {
      known.push_back(name);
    }
  }
  for (const auto& [name, size] : mapping.sizes) {
    if (used.count(name) == 0 && size.where.file == mapping.where.file) {
      problems.push_back({size.where,
                          fmt::format("nothing in the mapping uses the size '{}'", name),
                          core::suggestion(name, known)});
    }
  }
}

} // namespace einsight::mappings::gpu
