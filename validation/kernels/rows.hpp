#pragma once
#include "core/rational.hpp"
#include "validation/kernels/spec.hpp"

#include <span>
#include <string_view>

namespace einsight::validation {

struct Row;

/// Columns of a row that are numbers: batch, heads_q, heads_kv, head_dim, value_dim, seq_q, seq_kv.
using KernelShape = std::map<std::string, core::Rational>;

/// A published row.
struct KernelRow {
  std::string id; ///< unique in the file
  std::string system, hardware, type, mask, metric, unit;
  std::optional<double> value;
  KernelShape shape;
  std::string doubt{}; ///< why it cannot be compared; "": nothing is known to be wrong
};

/// The columns of published_kernels.csv, and those of them that say a shape.
std::span<const std::string_view> kernelColumns();
std::span<const std::string_view> kernelNumbers();

/// Whether a cell of such a column is a whole number above 0, or KEY/VALUE of `head_dim`.
bool isShape(std::string_view column, const std::string& cell);

/// Whether names of points say their type: one of fewer than 16 bits.
bool isNamed(const std::string& type);

/// A number that is all of a text.
std::optional<double> numberOf(const std::string& text);

/// Reads rows with the columns of published_kernels.csv. `head_dim` may be KEY/VALUE (576/512);
/// cells that are no numbers are left out of the shape.
core::Expected<std::vector<KernelRow>> readKernelRows(const std::filesystem::path& file);
/// The rows of such a file, once it is read.
std::vector<KernelRow> kernelRowsOf(const std::vector<Row>& rows);

/// The shapes that a row stands for under a rule: its own, or every combination of the columns that
/// the rule goes through. What the row leaves out follows: heads_kv from heads_q, value_dim from
/// head_dim, seq_kv from seq_q. Fails with a sentence where an expression cannot be evaluated.
tl::expected<std::vector<KernelShape>, std::string> shapesOf(const KernelRow& row,
                                                             const KernelRule& rule);

/// The value of an expression over a shape, or a sentence on the column that it lacks.
tl::expected<core::Rational, std::string> valueOf(const core::Expression& expression,
                                                  const KernelShape& shape);

} // namespace einsight::validation
