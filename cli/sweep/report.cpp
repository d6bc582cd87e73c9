#include "cli/sweep/report.hpp"

#include "cli/terminal.hpp"
#include "core/format.hpp"
#include "explore/sweep/objectives.hpp"
#include "explore/sweep/pareto.hpp"
#include "report/csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace einsight::cli {
namespace {

namespace sweep = explore::sweep;

constexpr std::size_t kMostShown = 20; ///< points and reasons in the text

std::vector<std::string> wordsOf(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> out;
  for (std::string word; words >> word;) {
    out.push_back(word);
  }
  return out;
}

std::string shown(const results::SweepRow& row, const std::string& objective) {
  const auto value = sweep::valueOf(row, objective);
  if (!value) {
    return "-";
  }
  return objective == "latency"         ? core::formatSeconds(*value)
         : objective == "energy"        ? core::formatEnergy(*value)
         : objective == "area"          ? core::formatArea(*value)
         : objective == "edp"           ? fmt::format("{:.4g} pJ s", *value)
         : objective == "throughput"    ? fmt::format("{:.4g} tokens/s", *value)
         : objective.starts_with("usd") ? fmt::format("${:.4g}", *value)
                                        : core::formatPercent(*value);
}

std::string settingsText(const results::SweepRow& row) {
  std::string out;
  for (const auto& [name, value] : row.settings) {
    out += fmt::format("{}{}={}", out.empty() ? "" : ",", name, value);
  }
  return out;
}

std::string frontTable(const SweepDigest& digest, const report::Style& style) {
  using Align = report::Table::Align;
  std::vector<report::Table::Column> columns{{"point", Align::Right},
                                             {"workload", Align::Left},
                                             {"machine", Align::Left},
                                             {"mapping", Align::Left},
                                             {"settings", Align::Left}};
  for (const auto& objective : digest.objectives) {
    columns.push_back({objective, Align::Right});
  }
  report::Table table(std::move(columns));
  for (std::size_t i = 0; i < digest.front.size() && i < kMostShown; ++i) {
    const auto& row = digest.front[i];
    std::vector<std::string> cells{std::to_string(row.number), row.workload, row.machine,
                                   row.mapping, settingsText(row)};
    for (const auto& objective : digest.objectives) {
      cells.push_back(shown(row, objective));
    }
    table.row(std::move(cells));
  }
  return table.render(style);
}

std::string reasonsText(const SweepDigest& digest) {
  std::vector<std::pair<std::int64_t, std::string>> reasons;
  for (const auto& [reason, count] : digest.reasons) {
    reasons.emplace_back(count, reason);
  }
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string out;
  for (std::size_t i = 0; i < reasons.size() && i < kMostShown; ++i) {
    out += fmt::format("  {} x {}\n", core::formatCount(reasons[i].first), reasons[i].second);
  }
  const auto hidden = reasons.size() - std::min(reasons.size(), kMostShown);
  return hidden == 0 ? out : out + fmt::format("  and {} more reasons\n", hidden);
}

/// Names of the settings of all rows, as they come up.
core::Expected<std::vector<std::string>> settingNames(const results::SweepStore& store) {
  std::vector<std::string> out;
  const auto read = store.forEach([&](const results::SweepRow& row) {
    for (const auto& [name, value] : row.settings) {
      if (std::find(out.begin(), out.end(), name) == out.end()) {
        out.push_back(name);
      }
    }
  });
  return read ? core::Expected<std::vector<std::string>>(std::move(out))
              : core::failure(read.error());
}

std::set<std::int64_t> frontNumbers(const SweepDigest& digest) {
  std::set<std::int64_t> out;
  for (const auto& row : digest.front) {
    out.insert(row.number);
  }
  return out;
}

} // namespace

core::Expected<SweepDigest> digestOf(const results::SweepStore& store) {
  SweepDigest digest;
  const auto counts = store.counts();
  if (!counts) {
    return core::failure(counts.error());
  }
  digest.counts = *counts;
  digest.objectives = wordsOf(store.identity().objectives);
  digest.per = wordsOf(store.identity().per);
  std::map<std::string, sweep::Front> fronts;
  const auto read = store.forEach([&](const results::SweepRow& row) {
    digest.meeting += row.meets ? 1 : 0;
    if (row.status != results::RowStatus::Done) {
      ++digest.reasons[row.reason.substr(0, row.reason.find('\n'))];
    }
    if (auto values = sweep::valuesOf(row, digest.objectives); !values.empty()) {
      fronts[sweep::groupOf(row, digest.per)].add(row.number, std::move(values));
    }
  });
  std::set<std::int64_t> front;
  for (const auto& [group, found] : fronts) {
    for (const auto& point : found.points()) {
      front.insert(point.number);
    }
  }
  const auto again = store.forEach([&](const results::SweepRow& row) {
    if (front.contains(row.number)) {
      digest.front.push_back(row);
    }
  });
  if (!read || !again) {
    return core::failure(read ? again.error() : read.error());
  }
  return digest;
}

std::string sweepText(const results::SweepStore& store, const SweepDigest& digest,
                      const std::string& file, const report::Style& style) {
  const auto& identity = store.identity();
  const auto& counts = digest.counts;
  auto out = fmt::format("{}: {} of {} points in {}", report::bold(identity.sweep, style),
                         core::formatCount(counts.all()), core::formatCount(identity.points), file);
  out += fmt::format("\n  {} done ({} meet the conditions), {} refused, {} failed\n",
                     core::formatCount(counts.done), core::formatCount(digest.meeting),
                     core::formatCount(counts.refused), core::formatCount(counts.failed));
  if (!digest.front.empty()) {
    std::string names;
    for (const auto& objective : digest.objectives) {
      names += (names.empty() ? "" : ", ") + objective;
    }
    const auto per =
        digest.per.empty() ? std::string() : fmt::format(" per {}", fmt::join(digest.per, ", "));
    const auto title =
        digest.objectives.size() == 1
            ? "best " + names + per
            : fmt::format("no other point is better in {}{} ({} points)", names, per,
                          core::formatCount(static_cast<std::int64_t>(digest.front.size())));
    out += "\n" + report::bold(title, style) + "\n" + frontTable(digest, style);
    if (digest.front.size() > kMostShown) {
      out += fmt::format("  the first {} of {}; --json and --csv have all\n", kMostShown,
                         digest.front.size());
    }
  }
  if (!digest.reasons.empty()) {
    out += "\n" + report::bold("not done", style) + "\n" + reasonsText(digest);
  }
  return out;
}

core::Expected<std::string> sweepJson(const results::SweepStore& store, const SweepDigest& digest) {
  const auto& identity = store.identity();
  const nlohmann::ordered_json head = {{"sweep", identity.sweep},
                                       {"version", identity.version},
                                       {"hash", identity.hash},
                                       {"shard", identity.shard},
                                       {"objectives", digest.objectives},
                                       {"per", digest.per},
                                       {"points_total", identity.points},
                                       {"done", digest.counts.done},
                                       {"refused", digest.counts.refused},
                                       {"failed", digest.counts.failed},
                                       {"meeting", digest.meeting}};
  auto out = head.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  out.resize(out.size() - 2); // without the end of the map
  out += ",\n  \"points\": [";
  const auto front = frontNumbers(digest);
  bool first = true;
  const auto read = store.forEach([&](const results::SweepRow& row) {
    out += first ? "\n    " : ",\n    ";
    out += results::toJson(row, front.contains(row.number));
    first = false;
  });
  if (!read) {
    return core::failure(read.error());
  }
  return out + "\n  ]\n}\n";
}

core::Expected<std::string> sweepCsv(const results::SweepStore& store, const SweepDigest& digest) {
  const auto front = frontNumbers(digest);
  const auto columns = results::columnNames();
  const auto settings = settingNames(store);
  if (!settings) {
    return core::failure(settings.error());
  }
  std::vector<std::string> titles{"number", "status", "workload", "machine", "mapping", "engine"};
  titles.insert(titles.end(), settings->begin(), settings->end());
  titles.insert(titles.end(), columns.begin(), columns.end());
  titles.insert(titles.end(), {"meets", "pareto", "reason"});
  auto out = report::csvLine(titles);
  const auto read = store.forEach([&](const results::SweepRow& row) {
    std::vector<std::string> cells{std::to_string(row.number),
                                   results::nameOf(row.status),
                                   row.workload,
                                   row.machine,
                                   row.mapping,
                                   row.engine};
    const std::map<std::string, std::string> values(row.settings.begin(), row.settings.end());
    for (const auto& name : *settings) {
      const auto value = values.find(name);
      cells.push_back(value == values.end() ? "" : value->second);
    }
    for (const auto& column : columns) {
      const auto value = results::columnOf(row, column);
      cells.push_back(value ? report::csvNumber(*value) : "");
    }
    cells.emplace_back(row.meets ? "1" : "0");
    cells.emplace_back(front.contains(row.number) ? "1" : "0");
    cells.push_back(row.reason);
    out += report::csvLine(cells);
  });
  return read ? core::Expected<std::string>(std::move(out)) : core::failure(read.error());
}

core::Expected<Answer> sweepAnswer(const results::SweepStore& store, const std::string& file,
                                   const CLI::App& options) {
  const auto digest = digestOf(store);
  if (!digest) {
    return core::failure(digest.error());
  }
  Answer answer;
  answer.text = sweepText(store, *digest, file, stdoutStyle());
  if (const auto* json = options.get_option_no_throw("--json"); json != nullptr && !json->empty()) {
    auto text = sweepJson(store, *digest);
    if (!text) {
      return core::failure(std::move(text.error()));
    }
    answer.json = std::move(*text);
  }
  if (const auto* csv = options.get_option_no_throw("--csv"); csv != nullptr && !csv->empty()) {
    auto text = sweepCsv(store, *digest);
    if (!text) {
      return core::failure(std::move(text.error()));
    }
    answer.files.emplace_back(csv->as<std::string>(), std::move(*text));
  }
  return answer;
}

} // namespace einsight::cli
