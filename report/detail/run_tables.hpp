#pragma once
#include "report/detail/reading.hpp"
#include "report/document.hpp"

/// Tables and charts of runs, several rows for each run. `labels`: a name for each run. `before`
/// goes before the ids of tables and charts.
namespace einsight::report::detail {

/// Runs of a kind that one section shows.
struct RunGroup {
  const std::vector<Answer>& runs;
  const std::vector<std::string>& labels;
  std::string before;
  [[nodiscard]] bool several() const { return runs.size() > 1; }
  /// None of them has cycles: units are devices and links, memories are links.
  [[nodiscard]] bool clusters() const;
};

/// Adds what `--set` gave to each run as columns, from `place` on.
void addSettings(const std::vector<Answer>& runs, std::size_t place, DataTable& table);
/// Labels that tell the runs of a table apart; the file's name where nothing else does.
std::vector<std::string> labelsOf(const DataTable& runs);

/// What every unit and port does: a row for each kind of waiting.
DataTable unitsTable(const RunGroup& group);
/// Energy by component.
DataTable energyTable(const RunGroup& group);
/// Bytes read from and written to each memory; of a cluster, sent and received over each link.
DataTable trafficTable(const RunGroup& group);
/// What twice the speed of one unit or port would give.
DataTable limitsTable(const RunGroup& group);
/// The kernels of runs on GPUs.
DataTable kernelsTable(const RunGroup& group);

/// Adds a chart of parts of runs: a picture per part where several runs are compared, one of all
/// parts for a single run. Nothing where the table is empty.
void addPerPart(const DataTable& table, const char* part, Chart chart, bool several,
                Section& section);
/// Adds the charts of the first and the last two kinds of tables that a document has of a group.
void addUnitCharts(const RunGroup& group, const Document& document, Section& section);

/// Half, 90 % and 99 % of the times to the first token and between tokens. `served`: a name, what
/// `run` says under `serving`, and the command, of each.
struct Served {
  std::string label;
  const Json* serving = nullptr;
  std::string command;
};
/// `limits`: the longest time to the first token and between tokens, NaN where there is none.
DataTable servedTimesTable(const std::string& id, const std::vector<Served>& served,
                           std::pair<double, double> limits = {kUnknown, kUnknown});
/// The chart of such a table.
Chart servedTimesChart(const std::string& id, bool several);

} // namespace einsight::report::detail
