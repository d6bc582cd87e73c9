#include "core/format.hpp"
#include "report/detail/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace einsight::report::detail {
namespace {

constexpr std::size_t kWorst = 25;
constexpr std::size_t kLongName = 32; ///< of a family: needs a picture as wide as the page

/// Points of a suite, those with the largest errors first, those without a number last.
std::vector<const Json*> worstFirst(const Json& suite) {
  std::vector<const Json*> points;
  for (const auto& point : suite.at("points")) {
    points.push_back(&point);
  }
  const auto badness = [](const Json* point) {
    const double error = numberAt(*point, "relative_error");
    return std::isnan(error) ? -1 : std::abs(error);
  };
  std::stable_sort(points.begin(), points.end(),
                   [&](const Json* a, const Json* b) { return badness(a) > badness(b); });
  return points;
}

std::vector<DataColumn> pointColumns() {
  return {textColumn("id", "point"),
          textColumn("metric", "metric"),
          textColumn("engine", "engine"),
          numberColumn("reference", "reference"),
          numberColumn("simulated", "simulated"),
          numberColumn("error", "relative error", "share"),
          textColumn("reason", "reason"),
          textColumn("verdict", "verdict"),
          numberColumn("tolerance", "allowed", "share"),
          textColumn("family", "family")};
}

std::string familyOf(const Json& point) {
  auto family = textAt(point, "group");
  return family.empty() ? textAt(point, "id").substr(0, textAt(point, "id").find('/')) : family;
}

void addPoint(const Json& point, DataTable& table) {
  table.addRow({textAt(point, "id"), textAt(point, "metric"), textAt(point, "engine"),
                numberAt(point, "reference"), numberAt(point, "simulated"),
                numberAt(point, "relative_error"), textAt(point, "reason"),
                textAt(point, "verdict"), numberAt(point, "tolerance"), familyOf(point)});
}

/// What is known of the errors of a family and metric.
struct Errors {
  double sum = 0, most = 0, bias = 0;
  int count = 0, missing = 0;
};

DataTable familiesTable(const std::string& id, const Json& suite) {
  std::map<std::pair<std::string, std::string>, Errors> families;
  for (const auto& point : suite.at("points")) {
    auto& errors = families[{familyOf(point), textAt(point, "metric")}];
    const double error = numberAt(point, "relative_error");
    if (std::isnan(error)) {
      ++errors.missing;
      continue;
    }
    errors.sum += std::abs(error);
    errors.bias += error;
    errors.most = std::max(errors.most, std::abs(error));
    ++errors.count;
  }
  DataTable table(id, "Errors by family and metric, largest first",
                  {textColumn("family", "family"), textColumn("metric", "metric"),
                   numberColumn("points", "points"), numberColumn("mean", "mean error", "share"),
                   numberColumn("bias", "mean signed error", "share"),
                   numberColumn("largest", "largest error", "share"),
                   numberColumn("missing", "without a number")});
  std::vector<std::pair<std::pair<std::string, std::string>, Errors>> sorted(families.begin(),
                                                                             families.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second.sum * b.second.count > b.second.sum * a.second.count;
  });
  for (const auto& [key, errors] : sorted) {
    const double count = errors.count > 0 ? errors.count : kUnknown;
    table.addRow({key.first, key.second, static_cast<double>(errors.count), errors.sum / count,
                  errors.bias / count, errors.count > 0 ? errors.most : kUnknown,
                  static_cast<double>(errors.missing)});
  }
  return table;
}

std::vector<Fact> factsOf(const Json& suite) {
  const auto& summary = suite.at("summary");
  const auto count = [&](const char* key) {
    const double value = numberAt(summary, key);
    return std::isnan(value) ? 0 : static_cast<std::int64_t>(value);
  };
  const auto compared = count("count") - count("not_covered") - count("informative");
  std::vector<Fact> facts{
      {"compared", core::formatCount(compared),
       count("known") > 0
           ? fmt::format("{} known to miss, {} outside", count("known"), count("outside"))
           : fmt::format("{} outside", count("outside"))},
      {"mean error", core::formatPercent(numberAt(summary, "mean_abs_rel_error")), "absolute"},
      {"largest error", core::formatPercent(numberAt(summary, "max_abs_rel_error"))},
      {"not covered", core::formatCount(count("not_covered")),
       fmt::format("{} informative", count("informative"))}};
  if (const double tau = numberAt(summary, "kendall_tau"); !std::isnan(tau)) {
    facts.push_back({"rank correlation", fmt::format("{:.3f}", tau), "Kendall's tau"});
  }
  return facts;
}

/// A table of the suite as it is printed; columns whose cells are all numbers stay texts.
DataTable exhibit(const std::string& id, const Json& table) {
  std::vector<DataColumn> columns;
  for (const auto& name : table.at("columns")) {
    auto title = name.get<std::string>();
    columns.push_back(textColumn(fmt::format("column_{}", columns.size() + 1), std::move(title)));
  }
  DataTable out(id, table.at("title").get<std::string>(), std::move(columns));
  for (const auto& row : table.at("rows")) {
    std::vector<Cell> cells;
    for (const auto& cell : row) {
      cells.emplace_back(cell.get<std::string>());
    }
    cells.resize(out.columns().size(), Cell(std::string()));
    out.addRow(std::move(cells));
  }
  return out;
}

/// Notes of a table. Where they are sentences, lines that go on with one are joined.
void addNotes(const Json& table, std::vector<std::string>& notes) {
  const auto all = table.value("notes", std::vector<std::string>());
  const bool sentences = !all.empty() && all.back().ends_with('.');
  bool open = false;
  for (const auto& note : all) {
    if (open) {
      notes.back() += " " + note;
    } else {
      notes.push_back(note);
    }
    open = sentences && !note.ends_with('.');
  }
}

/// How long the longest name of a family is.
std::size_t longestName(const DataTable& families) {
  std::size_t longest = 0;
  for (const auto& name : families.column("family")->texts) {
    longest = std::max(longest, name.size());
  }
  return longest;
}

void addSuite(const Json& suite, const std::string& command, Document& document) {
  const auto name = suite.at("name").get<std::string>();
  const auto id = fmt::format("validate-{}", document.sections.size() + 1);
  const auto own = "einsight validate " + name;
  DataTable points(id, "Every point, largest errors first", pointColumns());
  DataTable worst(id + "-worst", "Worst points, and why", pointColumns());
  for (const auto* point : worstFirst(suite)) {
    addPoint(*point, points);
    if (worst.rows() < kWorst && std::abs(numberAt(*point, "relative_error")) > 0) {
      addPoint(*point, worst);
    }
  }
  auto families = familiesTable(id + "-families", suite);
  const auto& made = command.empty() ? own : command;
  for (auto* table : {&points, &worst, &families}) {
    addCommand(*table, made);
  }
  Section section{id, "Validation: " + name, "simulated against published or measured numbers",
                  made, factsOf(suite)};
  section.tables = {worst.id(), families.id(), id};
  const std::vector<Filter> filters{{"metric"}, {"family"}, {"engine"}, {"verdict"}};
  Chart scatter{id + "-scatter",
                "agreement",
                "Simulated against reference",
                "A dot per point: the simulated number over the reference, so that quantities of "
                "all units stand on one axis; a saving of time stands as what it leaves of the "
                "time. The line is equality, the band 10 % either way.",
                id,
                {{"colour", "engine"}, {"y", "metric"}},
                {{"colour", "colour", {"verdict", "engine", "metric"}},
                 {"y", "rows", {"metric", "family", "engine"}}},
                filters};
  Chart errors{id + "-errors",
               "errors",
               "Error by family",
               "A mark per point; the bar is the mean.",
               id,
               {{"y", "family"}},
               {{"y", "rows", {"family", "metric"}}},
               filters};
  errors.wide = longestName(families) > kLongName;
  section.charts = {std::move(scatter), std::move(errors)};
  document.tables.push_back(std::move(worst));
  document.tables.push_back(std::move(families));
  document.tables.push_back(std::move(points));
  std::size_t number = 0;
  for (const auto& table : suite.value("tables", Json::array())) {
    auto shown = exhibit(fmt::format("{}-table-{}", id, ++number), table);
    section.tables.insert(section.tables.begin() + 1, shown.id());
    document.tables.push_back(std::move(shown));
    addNotes(table, section.notes);
  }
  document.sections.push_back(std::move(section));
}

} // namespace

void addValidation(const Answer& answer, Document& document) {
  for (const auto& suite : answer.json.at("suites")) {
    addSuite(suite, commandOf(answer.json), document);
  }
}

} // namespace einsight::report::detail
