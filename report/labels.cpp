#include "report/labels.hpp"

#include "core/invariant.hpp"
#include "core/text.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace einsight::report {
namespace {

/// A cell in a name: settings with theirs, 16384 as 16K.
std::string named(const DataTable& table, std::size_t row, const DataColumn& column) {
  auto cell = table.text(row, column);
  if (!column.setting || cell.empty()) {
    return cell;
  }
  const double value = column.text ? 0 : column.numbers[row];
  const bool whole = value > 0 && value == std::floor(value) && value < 9e15;
  return column.name + "=" + (whole ? core::binaryCount(static_cast<std::int64_t>(value)) : cell);
}

std::string joined(const DataTable& table, std::size_t row,
                   const std::vector<const DataColumn*>& columns) {
  std::string out;
  for (const auto* column : columns) {
    const auto cell = named(table, row, *column);
    out += (out.empty() || cell.empty() ? "" : " · ") + cell;
  }
  return out;
}

std::size_t distinct(const DataTable& table, const std::vector<const DataColumn*>& columns) {
  std::set<std::string> seen;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string key;
    for (const auto* column : columns) {
      key += table.text(row, *column) + '\n';
    }
    seen.insert(std::move(key));
  }
  return seen.size();
}

} // namespace

std::vector<std::string> namesOf(const DataTable& table, const std::vector<std::string>& columns) {
  std::vector<const DataColumn*> differing;
  for (const auto& name : columns) {
    const auto* column = table.column(name);
    EINSIGHT_INVARIANT(column != nullptr, "rows are named by columns of their table");
    if (distinct(table, {column}) > 1) {
      differing.push_back(column);
    }
  }
  const auto all = distinct(table, differing);
  for (const auto* column : differing) {
    if (distinct(table, {column}) == all) {
      differing = {column};
      break;
    }
  }
  if (differing.empty() && !columns.empty()) {
    differing.push_back(table.column(columns.front()));
  }
  std::vector<std::string> names;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    names.push_back(joined(table, row, differing));
  }
  return names;
}

std::vector<double> speedupsOver(const DataTable& table, const Baseline& baseline,
                                 const std::string& seconds) {
  const auto* times = table.column(seconds);
  const auto* by = table.column(baseline.column);
  std::vector<double> speedups(table.rows(), std::numeric_limits<double>::quiet_NaN());
  if (times == nullptr || by == nullptr) {
    return speedups;
  }
  std::vector<const DataColumn*> same;
  for (const auto& column : table.columns()) {
    if (column.setting && column.name != baseline.column) {
      same.push_back(&column);
    }
  }
  if (by->setting) {
    for (const auto* name : {"workload", "machine", "mapping"}) {
      if (const auto* column = table.column(name)) {
        same.push_back(column);
      }
    }
  }
  std::map<std::string, double> baselines;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, *by) == baseline.value) {
      baselines.emplace(joined(table, row, same), times->numbers[row]);
    }
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (const auto found = baselines.find(joined(table, row, same)); found != baselines.end()) {
      speedups[row] = found->second / times->numbers[row];
    }
  }
  return speedups;
}

} // namespace einsight::report
