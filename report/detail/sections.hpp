#pragma once
#include "report/detail/reading.hpp"
#include "report/labels.hpp"
#include "report/peak.hpp"
#include "results/store.hpp"

#include <map>

/// One function per kind of input: it adds tables and a section to a document.
namespace einsight::report::detail {

/// All runs together, side by side. Without a baseline it is the first run.
void addRuns(const std::vector<Answer>& runs, const std::optional<Baseline>& baseline,
             Document& document);

/// One answer of `validate`: a section per suite.
void addValidation(const Answer& answer, Document& document);

/// One answer of `gna`: a section per mask.
void addGna(const Answer& answer, Document& document);

/// Runs of whole models that serve requests, side by side.
void addServed(const std::vector<Answer>& runs, Document& document);

/// One answer of `plan`.
void addPlan(const Answer& answer, Document& document);

/// One answer of `compare`: a picture for each machine, or one of all where a single workload is
/// compared on several.
void addComparison(const Answer& answer, Document& document);

/// One file of `measure`.
void addMeasured(const Answer& answer, const PeakOf& peakOf, Document& document);

/// A sweep, row by row: call `add` for each, then `finish`.
class SweepSection {
public:
  SweepSection(Input input, results::SweepIdentity identity, std::optional<Baseline> baseline);
  void add(const results::SweepRow& row);
  void finish(Document& document);

private:
  void addDetail(const results::SweepRow& row);
  void grow(std::map<std::string, std::vector<double>>& columns, const std::string& name,
            double value);
  [[nodiscard]] DataTable pointsTable(const std::string& id) const;
  void addDerived(DataTable& table) const;
  void addSpeedups(DataTable& table) const;
  [[nodiscard]] std::vector<std::string> objectiveColumns() const;
  void addGroups(DataTable& table) const;
  std::int64_t addReasons(Section& section) const;
  std::int64_t addFront(DataTable& table) const;
  void addPictures(const DataTable& points, const std::vector<std::string>& labels,
                   Document& document, Section& section) const;

  Input input_;
  results::SweepIdentity identity_;
  std::optional<Baseline> baseline_;
  std::vector<results::SweepRow> rows_; ///< those that are done
  std::map<std::string, std::vector<double>> utilization_, bytes_, energy_, roofs_;
  std::map<std::string, std::vector<double>> served_; ///< of whole models: column -> numbers
  std::map<std::string, std::int64_t> reasons_;       ///< why rows are not done -> how many
};

/// The charts of a sweep's points: speedups, lines, and any column against any other.
/// `objectives` and `per` are columns; points that differ in those of `per` are not compared.
void addSweepCharts(const DataTable& table, const std::vector<std::string>& objectives,
                    const std::vector<std::string>& per, Section& section);

/// Roofline of runs or points: adds the tables "ID" (a row for each run and memory) and "ID-roofs"
/// to a document, and returns the chart.
struct RooflinePoint {
  std::string run, machine, command;
  double flops = 0, seconds = 0;
  std::map<std::string, double> bytes; ///< memory -> read and written
  std::map<std::string, double> roofs; ///< name -> per second; memories are those with bytes
};
std::optional<Chart> addRoofline(const std::string& id, const std::vector<RooflinePoint>& points,
                                 Document& document);

} // namespace einsight::report::detail
