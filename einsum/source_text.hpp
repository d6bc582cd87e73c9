#pragma once
#include "config/node.hpp"

#include <optional>
#include <string>

namespace einsight::einsum {

/// One text of a workload file and where its characters stand in the file.
struct SourceText {
  std::string text;
  core::Where where;        ///< of the first character
  std::size_t joinedAt = 0; ///< from here on the text stands at `joinedColumn` (0: not joined)
  int joinedColumn = 0;

  /// The place of a character, counted from 0.
  [[nodiscard]] core::Where at(std::size_t offset) const;
};

/// The text of a scalar; or of a map of one entry whose key ends in ':', which is how YAML reads an
/// unquoted `LM[p] = BQK[m,p] :: max(m)`. Nothing for any other node.
std::optional<SourceText> sourceText(const config::Node& node);

} // namespace einsight::einsum
