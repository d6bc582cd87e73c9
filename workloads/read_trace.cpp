#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "core/text.hpp"
#include "workloads/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace einsight::workloads {
namespace {

namespace fs = std::filesystem;

constexpr double kBound = static_cast<double>(kMostTokens);
constexpr double kLatest = 1e12; ///< seconds after the first arrival; times of the clock fit
constexpr double kWidest = 1000; ///< standard deviation of lengths over their mean
constexpr std::array<std::string_view, 3> kColumns{"arrival_s", "prompt_tokens", "output_tokens"};

std::vector<std::string> cellsOf(std::string line) {
  if (!line.empty() && line.back() == '\r') {
    line.pop_back();
  }
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) {
    const auto first = cell.find_first_not_of(" \t\"");
    const auto last = cell.find_last_not_of(" \t\"");
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

std::optional<double> numberOf(const std::string& text) {
  double value = 0;
  const auto end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end && std::isfinite(value) ? std::optional(value)
                                                                     : std::nullopt;
}

/// Places of kColumns among the names of the first line.
core::Expected<std::array<std::size_t, 3>> columnsOf(const std::string& line,
                                                     const std::string& file) {
  const auto names = cellsOf(line);
  core::Problems problems;
  std::array<std::size_t, 3> places{};
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto found = std::find(names.begin(), names.end(), kColumns.at(c));
    places.at(c) = static_cast<std::size_t>(found - names.begin());
    if (found == names.end()) {
      problems.push_back({{file, 1, 1, {}},
                          fmt::format("there is no column '{}'", kColumns.at(c)),
                          core::suggestion(kColumns.at(c), names)});
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return places;
}

core::Expected<std::vector<TraceRequest>> readRows(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  const auto places = columnsOf(line, file.string());
  if (!places) {
    return core::failure(places.error());
  }
  std::vector<TraceRequest> rows;
  core::Problems problems;
  for (int number = 2; std::getline(stream, line); ++number) {
    const auto cells = cellsOf(line);
    if (cells.empty()) {
      continue;
    }
    std::array<double, 3> values{};
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const auto place = places->at(c);
      const auto text = place < cells.size() ? cells[place] : std::string();
      const auto value = numberOf(text);
      const bool good =
          value && (c == 0 ? *value >= 0 && *value <= kLatest
                           : *value >= 1 && *value <= kBound && *value == std::floor(*value));
      if (!good) {
        problems.push_back(
            {{file.string(), number, 1, std::string(kColumns.at(c))},
             fmt::format("'{}' is not a {}", text, c == 0 ? "time in seconds" : "number of tokens"),
             c == 0 ? fmt::format("a number from 0 to {:.0e}", kLatest)
                    : fmt::format("a whole number from 1 to {}", kMostTokens)});
      }
      values.at(c) = good ? *value : 1;
    }
    rows.push_back({values[0], std::llround(values[1]), std::llround(values[2])});
    if (std::ssize(rows) > kMostRequests) {
      problems.push_back({{file.string(), number, 1, {}},
                          fmt::format("a trace has at most {} requests", kMostRequests),
                          "a part of it"});
      break;
    }
  }
  if (problems.empty() && rows.empty()) {
    problems.push_back({{file.string(), 1, 1, {}}, "there are no requests", "one line for each"});
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.arrivalSeconds < b.arrivalSeconds;
  });
  return rows;
}

core::Expected<Trace> fromRows(const fs::path& file, Trace trace) {
  auto rows = readRows(file);
  if (!rows) {
    return core::failure(std::move(rows.error()));
  }
  trace.requests = static_cast<std::int64_t>(rows->size());
  trace.rows = std::move(*rows);
  return trace;
}

/// `prompt` and `output` of a key, or one number for both.
std::pair<double, double> readBoth(config::MapReader& reader, std::string_view key,
                                   core::Problems& problems) {
  const auto* node = reader.optional(key);
  if (node != nullptr && node->kind == config::Node::Kind::Map) {
    config::MapReader both(*node, problems);
    const double prompt = both.realOr("prompt", 0).value_or(0);
    const double output = both.realOr("output", 0).value_or(0);
    both.finish();
    return {prompt, output};
  }
  const double value = reader.realOr(key, 0).value_or(0);
  return {value, value};
}

void readSpreads(config::MapReader& reader, Trace& trace, core::Problems& problems) {
  const auto deviations = readBoth(reader, "spread", problems);
  const auto longest = readBoth(reader, "longest", problems);
  trace.promptSpread = {deviations.first, longest.first};
  trace.outputSpread = {deviations.second, longest.second};
  if (std::min(deviations.first, deviations.second) < 0) {
    reader.problem("spread", "must not be below zero");
  }
  if (const double widest = std::max(deviations.first, deviations.second); widest > kWidest) {
    reader.problem("spread", fmt::format("{} times the mean is too large", widest),
                   fmt::format("a number from 0 to {}", kWidest));
  }
  for (const auto& [bound, mean] :
       {std::pair(longest.first, trace.meanPrompt), std::pair(longest.second, trace.meanOutput)}) {
    if (bound != 0 && bound <= 1) {
      reader.problem("longest", "the longest are longer than the mean",
                     "a number above 1, or 0 for no bound");
      break;
    }
    if (bound * mean > kBound && mean <= kBound) {
      reader.problem("longest",
                     fmt::format("{} times a mean of {} tokens is too long", bound, mean),
                     fmt::format("at most {} tokens, or 0 for no bound", kMostTokens));
      break;
    }
  }
}

/// Requests per second; nothing where all arrive at once.
std::optional<double> readRate(config::MapReader& reader) {
  const double rate = reader.realOr("per_second", 0).value_or(0);
  if (rate == 0 || (rate >= kLeastRate && rate <= kMostRate)) {
    return rate > 0 ? std::optional(rate) : std::nullopt;
  }
  reader.problem(
      "per_second", fmt::format("{} requests per second are out of range", rate),
      fmt::format("a number from {} to {}, or 0 for all at once", kLeastRate, kMostRate));
  return std::nullopt;
}

core::Expected<Trace> fromYaml(const fs::path& file) {
  const auto document = config::load(file, {config::catalogueRoot() / "workloads" / "traces"});
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  config::MapReader reader(*document, problems);
  Trace trace;
  trace.file = file.string();
  trace.name = reader.text("trace").value_or("");
  trace.summary = reader.textOr("summary", "").value_or("");
  trace.source = reader.textOr("source", "").value_or("");
  const auto csv = reader.textOr("csv", "").value_or("");
  const bool drawn = csv.empty();
  const auto mean = [&](std::string_view key) {
    const double value = reader.realOr(key, 0).value_or(1);
    if (drawn && value < 1) {
      reader.problem(key, "a mean number of tokens is needed",
                     "a number from 1 on, or `csv: FILE`");
    } else if (value > kBound) {
      reader.problem(key, fmt::format("a mean of {} tokens is too long", value),
                     fmt::format("a number from 1 to {}", kMostTokens));
    }
    return value;
  };
  trace.requests = drawn ? reader.integer("requests", 1, kMostRequests).value_or(1) : 0;
  trace.meanPrompt = mean("prompt");
  trace.meanOutput = mean("output");
  readSpreads(reader, trace, problems);
  trace.perSecond = readRate(reader);
  trace.sharedPrefix = reader.integerOr("shared_prefix", 0, kMostTokens, 0).value_or(0);
  trace.seed = static_cast<std::uint64_t>(reader.integerOr("seed", 0, kLargestSeed, 1).value_or(1));
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return drawn ? core::Expected<Trace>(trace) : fromRows(file.parent_path() / csv, trace);
}

} // namespace

core::Expected<Trace> loadTrace(const std::string& nameOrPath) {
  const fs::path asked(nameOrPath);
  if (asked.extension() == ".csv") {
    std::error_code error;
    if (!fs::is_regular_file(asked, error)) {
      return core::failure(
          {{{}, fmt::format("unknown trace '{}'", nameOrPath), "there is no such file"}});
    }
    Trace trace;
    trace.name = asked.stem().string();
    trace.file = nameOrPath;
    return fromRows(asked, std::move(trace));
  }
  return config::find(nameOrPath, {config::catalogueRoot() / "workloads" / "traces"}, "trace")
      .and_then(fromYaml);
}

} // namespace einsight::workloads
