#include "config/node.hpp"

#include <algorithm>

namespace einsight::config {

Node::Node() = default;
Node::Node(const Node&) = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node&) = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

const Node* Node::find(std::string_view key) const {
  const auto entry = std::ranges::find_if(
      entries, [&](const auto& candidate) { return candidate.first.scalar == key; });
  return entry == entries.end() ? nullptr : &entry->second;
}

std::string_view kindName(Node::Kind kind) {
  switch (kind) {
  case Node::Kind::Null:
    return "nothing";
  case Node::Kind::Scalar:
    return "a plain value";
  case Node::Kind::Sequence:
    return "a sequence";
  case Node::Kind::Map:
    break;
  }
  return "a map";
}

} // namespace einsight::config
