#pragma once
#include "results/sweep_row.hpp"

namespace einsight::results {

/// A row as bytes for another process of this program: exact, and not for files.
std::string toMessage(const SweepRow& row);

/// The row of toMessage(); empty for any other text.
std::optional<SweepRow> rowFromMessage(std::string_view message);

} // namespace einsight::results
