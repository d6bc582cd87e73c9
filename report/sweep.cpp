#include "core/format.hpp"
#include "report/detail/sections.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace einsight::report::detail {
namespace {

constexpr std::size_t kMostRoofline = 5000; ///< points of a roofline
constexpr std::size_t kMostEnergy = 32;     ///< points of a chart of energies
constexpr std::size_t kMostNarrow = 12;     ///< of those beside another chart
constexpr std::size_t kMostReasons = 6;     ///< why points are missing

} // namespace

SweepSection::SweepSection(Input input, results::SweepIdentity identity,
                           std::optional<Baseline> baseline)
    : input_(std::move(input)), identity_(std::move(identity)), baseline_(std::move(baseline)) {}

void SweepSection::add(const results::SweepRow& row) {
  if (row.status != results::RowStatus::Done) {
    ++reasons_[fmt::format("{}: {}", results::nameOf(row.status), row.reason)];
    return;
  }
  addDetail(row);
  rows_.push_back(row);
  rows_.back().detail.clear();
}

void SweepSection::grow(std::map<std::string, std::vector<double>>& columns,
                        const std::string& name, double value) {
  auto& column = columns[name];
  column.resize(rows_.size(), kUnknown);
  column.push_back(value);
}

void SweepSection::addDetail(const results::SweepRow& row) {
  const auto detail = Json::parse(row.detail);
  for (const auto& [name, share] : membersOf(detail, "units")) {
    grow(utilization_, name, share.is_null() ? kUnknown : share.get<double>());
  }
  for (const auto& [name, level] : membersOf(detail, "levels")) {
    grow(bytes_, name, numberAt(level, "read_bytes") + numberAt(level, "write_bytes"));
  }
  for (const auto& [name, picojoules] : membersOf(detail, "energy_by")) {
    grow(energy_, name,
         (picojoules.is_null() ? kUnknown : picojoules.get<double>()) * kJoulesPerPicojoule);
  }
  for (const auto& [name, perSecond] : membersOf(detail, "roofs")) {
    grow(roofs_, name, perSecond.is_null() ? kUnknown : perSecond.get<double>());
  }
  if (const auto serving = results::servingOf(row)) {
    grow(served_, "usd_per_hour", serving->usdPerHour.value_or(kUnknown));
    grow(served_, "mean_batch", serving->meanBatch);
    grow(served_, "tbt_p50", serving->tbt.p50);
    grow(served_, "tbt_p99", serving->tbt.p99);
    grow(served_, "ttft_p50", serving->ttft.p50);
    grow(served_, "ttft_p99", serving->ttft.p99);
  }
}

/// Energy by component, and the roofline, where there are few enough points to be told apart.
void SweepSection::addPictures(const DataTable& points, const std::vector<std::string>& labels,
                               Document& document, Section& section) const {
  if (rows_.size() <= kMostRoofline) {
    std::vector<RooflinePoint> roofline;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      RooflinePoint point{labels[i],
                          rows_[i].machine,
                          points.command(i),
                          rows_[i].flops.value_or(0),
                          rows_[i].seconds.value_or(0),
                          {},
                          {}};
      for (const auto& [name, bytes] : bytes_) {
        if (i < bytes.size() && !std::isnan(bytes[i])) {
          point.bytes[name] = bytes[i];
        }
      }
      for (const auto& [name, perSecond] : roofs_) {
        if (i < perSecond.size() && !std::isnan(perSecond[i])) {
          point.roofs[name] = perSecond[i];
        }
      }
      roofline.push_back(std::move(point));
    }
    if (auto chart = addRoofline(points.id() + "-roofline", roofline, document)) {
      section.charts.push_back(std::move(*chart));
    }
  }
  if (rows_.size() > kMostEnergy || energy_.empty()) {
    return;
  }
  DataTable table(points.id() + "-energy", "Energy by component",
                  {textColumn("run", "point"), textColumn("component", "component"),
                   numberColumn("energy_j", "energy", "J"), numberColumn("share", "share", "share"),
                   textColumn("command", "command")});
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double total = rows_[i].energyPj.value_or(kUnknown) * kJoulesPerPicojoule;
    for (const auto& [component, joules] : energy_) {
      if (i < joules.size() && !std::isnan(joules[i])) {
        table.addRow({labels[i], component, joules[i], joules[i] / total, points.command(i)});
      }
    }
  }
  section.charts.push_back({table.id(),
                            "stack",
                            "Energy by component",
                            "",
                            table.id(),
                            {{"y", "run"}, {"colour", "component"}},
                            {{"x", "show", {"share", "energy_j"}}}});
  section.charts.back().wide = rows_.size() > kMostNarrow;
  document.tables.push_back(std::move(table));
}

/// Why rows are not done, the most frequent reasons first; how many are not.
std::int64_t SweepSection::addReasons(Section& section) const {
  std::vector<std::pair<std::string, std::int64_t>> sorted(reasons_.begin(), reasons_.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::int64_t missing = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    missing += sorted[i].second;
    if (i < kMostReasons) {
      section.notes.push_back(
          fmt::format("{} not simulated, {}", sorted[i].second, sorted[i].first));
    }
  }
  if (sorted.size() > kMostReasons) {
    section.notes.push_back(
        fmt::format("{} further reasons are in the database", sorted.size() - kMostReasons));
  }
  return missing;
}

void SweepSection::finish(Document& document) {
  const auto id = fmt::format("sweep-{}", document.sections.size() + 1);
  auto table = pointsTable(id);
  table.addColumn(
      textColumn("design", "design", namesOf(table, {"workload", "machine", "mapping", "engine"})),
      1);
  addSpeedups(table);
  addGroups(table);
  const auto front = addFront(table);
  std::vector<std::string> naming{"design"};
  for (const auto& column : table.columns()) {
    if (column.setting) {
      naming.push_back(column.name);
    }
  }
  Section section{id, "Sweep " + identity_.sweep, {}, {}};
  const auto per = wordsOf(identity_.per);
  section.facts = {
      {"points", core::formatCount(static_cast<std::int64_t>(rows_.size()))},
      {per.empty() ? "on the front" : "on fronts", core::formatCount(front),
       fmt::format("of {}{}", fmt::join(wordsOf(identity_.objectives), " and "),
                   per.empty() ? "" : fmt::format(", for each {}", fmt::join(per, ", ")))}};
  const auto missing = addReasons(section);
  if (missing > 0) {
    section.facts.push_back({"not simulated", core::formatCount(missing)});
  }
  const auto there = static_cast<std::int64_t>(rows_.size()) + missing;
  if (identity_.shard.empty() && there < identity_.points) {
    section.facts.push_back(
        {"not in the database", core::formatCount(identity_.points - there),
         fmt::format("of the sweep's {} points", core::formatCount(identity_.points))});
  }
  section.tables = {id};
  if (!rows_.empty()) {
    addSweepCharts(table, objectiveColumns(), per, section);
    addPictures(table,
                rows_.size() <= kMostRoofline ? namesOf(table, naming) : std::vector<std::string>(),
                document, section);
  }
  document.tables.push_back(std::move(table));
  document.sections.push_back(std::move(section));
}

} // namespace einsight::report::detail
