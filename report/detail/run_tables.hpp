#pragma once
#include "report/detail/reading.hpp"

/// Tables of runs, several rows for each run. `labels`: a name for each run.
namespace einsight::report::detail {

/// What every unit and port does: a row for each kind of waiting.
DataTable unitsTable(const std::vector<Answer>& runs, const std::vector<std::string>& labels);
/// Energy by component.
DataTable energyTable(const std::vector<Answer>& runs, const std::vector<std::string>& labels);
/// Bytes read from and written to each memory.
DataTable trafficTable(const std::vector<Answer>& runs, const std::vector<std::string>& labels);
/// What twice the speed of one unit or port would give.
DataTable limitsTable(const std::vector<Answer>& runs, const std::vector<std::string>& labels);

} // namespace einsight::report::detail
