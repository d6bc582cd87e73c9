#pragma once
#include "core/expected.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace einsight::config {

/// One node of a YAML file with the place it was written. yaml-cpp stays behind document.cpp.
struct Node {
  enum class Kind { Null, Scalar, Sequence, Map };
  Kind kind = Kind::Null;
  core::Where where;                          ///< file, line, column and path: "einsums[2].op"
  std::string scalar;                         ///< Kind::Scalar: the text as written
  bool quoted = false;                        ///< Kind::Scalar: `where` is its opening quote
  std::vector<Node> items;                    ///< Kind::Sequence
  std::vector<std::pair<Node, Node>> entries; ///< Kind::Map: key and value, in file order

  // Defined in node.cpp: clang looks into the pair, which holds a Node, as soon as they are used.
  Node();
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();

  /// The (first) value of a key, or null.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

/// "a map", "a sequence", "a plain value", "nothing": for messages.
std::string_view kindName(Node::Kind kind);

/// Reads a file, follows `extends:` (a path relative to the file, or a name found in `catalogue`
/// folders) and lays this file over it: maps merge key by key, anything else replaces; a null
/// removes. `version: 1` is required in every file. Every problem, also of syntax, has its place.
/// The result is a map without the keys `version` and `extends`; repeated keys are kept for
/// MapReader::finish to report. At most 16 MiB, 64 nested levels and a million nodes.
core::Expected<Node> load(const std::filesystem::path& file,
                          const std::vector<std::filesystem::path>& catalogue = {});
/// The same for text that is already in memory; `name` stands for the file in messages, and
/// `extends:` is a path relative to it.
core::Expected<Node> parse(const std::string& text, const std::string& name);
/// A file by itself, without what it extends: tells what kind of thing it is.
core::Expected<Node> loadAlone(const std::filesystem::path& file);

/// Lays `above` over `base` by the rule of load().
Node overlay(Node base, Node above);

} // namespace einsight::config
