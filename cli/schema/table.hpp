#pragma once
#include <span>

namespace einsight::cli {

/// One key of a YAML file. Path: keys joined by dots, `*` for a name of the user's own, `[]` for
/// the items of a list, `$name` at the start for a shape that is used again. Keys above a row need
/// no row of their own unless they may also be something else than a map or a list.
struct SchemaRow {
  enum class Type { Text, Expression, Whole, Boolean, Shape, Anything, Nothing };
  const char* path;
  Type type;
  const char* description;
  const char* detail = ""; ///< Shape: its name; Text: the values that are allowed, separated by '|'
};

/// A kind of file.
struct SchemaKind {
  const char* name;
  const char* title;
  std::span<const SchemaRow> rows;
};

/// workload, machine, mapping, sweep, plan: every key that their readers take.
std::span<const SchemaKind> schemaKinds();

} // namespace einsight::cli
