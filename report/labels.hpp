#pragma once
#include "report/data_table.hpp"

#include <optional>
#include <string>
#include <vector>

namespace einsight::report {

/// What the points of a comparison are held against: those with this value in this column.
struct Baseline {
  std::string column, value;
};

/// A name for each row, from the columns that tell rows apart: the first of `columns` that alone
/// tells apart all combinations, or else all columns that differ, joined. Rows that differ in none
/// are named by the first column.
std::vector<std::string> namesOf(const DataTable& table, const std::vector<std::string>& columns);

/// How many times as fast as its baseline each row is: the time of the row with the baseline's
/// value in its column and with the same settings (or, where that is a setting, the same other
/// ones), over that of the row. NaN without one. `seconds` names the column of times.
std::vector<double> speedupsOver(const DataTable& table, const Baseline& baseline,
                                 const std::string& seconds = "seconds");

} // namespace einsight::report
