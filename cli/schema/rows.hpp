#pragma once
#include "cli/schema/table.hpp"

/// Parts of the table of keys.
namespace einsight::cli {

inline constexpr SchemaRow kVersion{"version", SchemaRow::Type::Whole, "version of the format: 1"};
inline constexpr SchemaRow kExtends{"extends", SchemaRow::Type::Text,
                                    "name or file that this one is laid over"};
inline constexpr SchemaRow kSummary{"summary", SchemaRow::Type::Text,
                                    "one line for `einsight list`"};
inline constexpr SchemaRow kSource{"source", SchemaRow::Type::Text, "where the content comes from"};

std::span<const SchemaRow> machineRows();
std::span<const SchemaRow> mappingRows();

} // namespace einsight::cli
