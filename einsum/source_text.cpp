#include "einsum/source_text.hpp"

namespace einsight::einsum {

core::Where SourceText::at(std::size_t offset) const {
  core::Where place = where;
  if (joinedAt != 0 && offset >= joinedAt) {
    place.column = joinedColumn + static_cast<int>(offset - joinedAt);
  } else {
    place.column += static_cast<int>(offset);
  }
  return place;
}

std::optional<SourceText> sourceText(const config::Node& node) {
  if (node.kind == config::Node::Kind::Scalar) {
    SourceText out{node.scalar, node.where, 0, 0};
    out.where.column += node.quoted ? 1 : 0;
    return out;
  }
  if (node.kind != config::Node::Kind::Map || node.entries.size() != 1) {
    return std::nullopt;
  }
  const auto& [key, value] = node.entries.front();
  if (!key.scalar.ends_with(':') || value.kind != config::Node::Kind::Scalar) {
    return std::nullopt;
  }
  SourceText out{key.scalar + ": " + value.scalar, key.where, key.scalar.size() + 2,
                 value.where.column};
  out.where.path = node.where.path;
  return out;
}

} // namespace einsight::einsum
