#pragma once
#include "core/expected.hpp"
#include "mappings/gna/question.hpp"
#include "validation/kernels/rows.hpp"

#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Files that `einsight measure` and third_party.py write, as rows to compare with.
namespace einsight::validation {

/// A window over a layout of tokens; tiles are empty where the kernel chose them itself.
struct MeasuredWindow {
  mappings::gna::Shape layout, window, stride, qTile, kvTile;
};

/// A case that was timed.
struct MeasuredRow {
  std::string id; ///< unique in the file
  std::string suite, system;
  /// "none", "causal", "window", "list", "neighborhood", "whole" for one whose window is the
  /// layout, or "layout" for a permutation of its tokens.
  std::string mask = "none";
  std::string weights = "softmax", direction = "forward", type;
  /// batch, heads_q, heads_kv, head_dim, value_dim, seq_q, seq_kv; window, list_stride where there
  /// are such; splits (0: the kernel chooses); padded, tokens of whole tiles, of a permutation.
  KernelShape shape;
  std::optional<MeasuredWindow> neighborhood;
  double seconds = 0;          ///< the median
  double low = 0, high = 0;    ///< seconds: the 10th and the 90th percentile
  double flops = 0, bytes = 0; ///< of one run, 0: not said
  double operations = 0, loads = 0;
  double hertz = 0; ///< the SM clock right after, 0: not said
};

/// What one file says.
struct MeasuredFile {
  std::string device, date, command;
  double sms = 0;
  std::vector<MeasuredRow> rows;
  std::vector<std::string> failed; ///< "id: error"
  std::vector<std::string> notRun; ///< ids
};

/// Reads such a file. Every problem at once, each with the number of the case.
core::Expected<MeasuredFile> readMeasured(const std::filesystem::path& file);
/// The same of a text; problems are of `file`.
core::Expected<MeasuredFile> readMeasured(std::istream& text, const std::filesystem::path& file);

} // namespace einsight::validation
