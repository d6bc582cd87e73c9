#include "explore/serving/load.hpp"

#include "config/catalogue.hpp"
#include "config/node.hpp"
#include "config/reader.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

namespace einsight::explore {
namespace {

constexpr const char* kLoadSettings = "trace=azure-conv, trace=FILE.csv, or batch=16,context=4K";
constexpr const char* kOneLoad = "leave out the one or the other";
constexpr std::array<std::string_view, 8> kSettings{"requests", "rate",   "seed",  "prompt",
                                                    "output",   "prefix", "batch", "context"};

/// The least and the most that a number of a load may be.
std::pair<double, double> boundsOf(std::string_view name) {
  if (name == "rate") {
    return {workloads::kLeastRate, workloads::kMostRate};
  }
  const auto most = name == "seed"                          ? workloads::kLargestSeed
                    : name == "requests" || name == "batch" ? workloads::kMostRequests
                                                            : workloads::kMostTokens;
  return {name == "seed" || name == "prefix" ? 0.0 : 1.0, static_cast<double>(most)};
}

/// What `--set` and the model file's key `serving` say about the load.
struct LoadSettings {
  std::map<std::string, double> numbers;
  std::string trace;
  core::Where where{{}, 0, 0, "--set"}; ///< or the model's key, where `--set` says nothing

  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> out;
    for (const auto& [name, value] : numbers) {
      out.insert(name);
    }
    if (!trace.empty()) {
      out.insert("trace");
    }
    return out;
  }
};

/// A number of the file: a count may have a binary suffix (4K), a rate need not be whole.
double numberOf(config::MapReader& reader, std::string_view name, const std::string& text) {
  const bool suffixed = !text.empty() && std::isalpha(static_cast<unsigned char>(text.back())) != 0;
  return suffixed ? static_cast<double>(reader.integerOr(name, 0, INT64_MAX, 1).value_or(1))
                  : reader.realOr(name, 1).value_or(1);
}

void readFile(const std::string& model, LoadSettings& out, core::Problems& problems) {
  const auto file = config::find(model, {config::catalogueRoot() / "workloads"}, "model");
  const auto document =
      file ? config::load(*file, {config::catalogueRoot() / "workloads"}) : core::failure({});
  const auto* map = document ? document->find("serving") : nullptr;
  if (map == nullptr) {
    return;
  }
  out.where = map->where;
  config::MapReader reader(*map, problems);
  out.trace = reader.textOr("trace", "").value_or("");
  if (!out.trace.empty()) { // a file beside the model's
    std::error_code error;
    const auto beside = file->parent_path() / out.trace;
    out.trace = std::filesystem::is_regular_file(beside, error) ? beside.string() : out.trace;
  }
  for (const auto name : kSettings) {
    if (reader.has(name)) {
      double value = numberOf(reader, name, map->find(name)->scalar);
      if (auto wrong = mistakeInLoad(name, value); !wrong.empty()) {
        reader.problem(name, std::move(wrong), kLoadNumbers);
        value = 1;
      }
      out.numbers[std::string(name)] = value;
    }
  }
  reader.finish();
}

constexpr std::array<std::string_view, 2> kFixed{"batch", "context"};

bool isFixed(std::string_view name) {
  return std::find(kFixed.begin(), kFixed.end(), name) != kFixed.end();
}

/// What a person asks for at once that no one load has: names of a batch that stays, and of a
/// trace; empty: nothing.
std::string clashOf(const std::set<std::string>& asked) {
  std::vector<std::string> fixed;
  std::vector<std::string> traced;
  for (const auto& name : asked) {
    (isFixed(name) ? fixed : traced).push_back(name);
  }
  return fixed.empty() || traced.empty()
             ? std::string()
             : fmt::format("'{}' is of a batch that stays, '{}' of the requests of a trace",
                           fmt::join(fixed, "', '"), fmt::join(traced, "', '"));
}

/// Leaves out what the model's file says about the kind of load that is not asked for.
void giveWay(LoadSettings& file, const std::set<std::string>& asked) {
  if (asked.empty()) {
    return;
  }
  const bool fixed = isFixed(*asked.begin());
  std::erase_if(file.numbers, [&](const auto& number) { return isFixed(number.first) != fixed; });
  if (fixed) {
    file.trace.clear();
  }
}

/// What a load with these names lacks; empty: nothing.
std::string missingOf(const std::set<std::string>& names) {
  if (names.contains("batch") != names.contains("context")) {
    return "a fixed batch has a number of requests and of tokens of each";
  }
  if (names.contains("batch") || names.contains("trace")) {
    return {};
  }
  return names.empty() ? "what the model serves is missing"
                       : fmt::format("no trace is given whose requests '{}' would change",
                                     fmt::join(names, "', '"));
}

/// Names of the load's numbers, and "trace", that the request itself gives.
std::set<std::string> askedOf(const PointRequest& request) {
  std::set<std::string> asked;
  for (const auto& [name, value] : request.workloadSettings) {
    if (std::find(kSettings.begin(), kSettings.end(), name) != kSettings.end()) {
      asked.insert(name);
    }
  }
  if (request.workloadNames.contains("trace")) {
    asked.insert("trace");
  }
  return asked;
}

LoadSettings loadSettings(const PointRequest& request, core::Problems& problems) {
  LoadSettings out;
  readFile(request.workload, out, problems);
  std::vector<std::string> known{"trace"};
  known.insert(known.end(), kSettings.begin(), kSettings.end());
  const auto asked = askedOf(request);
  if (auto clash = clashOf(asked); !clash.empty()) {
    problems.push_back({LoadSettings().where, std::move(clash), kOneLoad});
  } else {
    giveWay(out, asked);
  }
  for (const auto& [name, value] : request.workloadSettings) {
    if (std::find(known.begin() + 1, known.end(), name) == known.end()) {
      problems.push_back({{{}, 0, 0, "--set " + name},
                          fmt::format("a model that serves has no number '{}'", name),
                          core::suggestion(name, known)});
    } else if (const auto wrong = mistakeInLoad(name, value.toDouble()); !wrong.empty()) {
      problems.push_back({{{}, 0, 0, "--set " + name}, wrong, kLoadNumbers});
    } else {
      out.numbers[name] = value.toDouble();
      out.where = LoadSettings().where;
    }
  }
  if (const auto trace = request.workloadNames.find("trace");
      trace != request.workloadNames.end()) {
    out.trace = trace->second;
  }
  return out;
}

core::Expected<Load> loadOf(const LoadSettings& settings) {
  const auto whole = [&](const char* name) -> std::optional<std::int64_t> {
    const auto found = settings.numbers.find(name);
    return found == settings.numbers.end()
               ? std::nullopt
               : std::optional(static_cast<std::int64_t>(found->second));
  };
  const auto batch = whole("batch");
  const auto context = whole("context");
  if (auto missing = missingOf(settings.names()); !missing.empty()) {
    return core::failure(
        {{settings.where, std::move(missing),
          settings.where.line > 0 ? fmt::format("serving: {}", kLoadKeys) : kLoadSettings}});
  }
  if (batch && context) {
    return Load(FixedBatch{*batch, *context});
  }
  workloads::TraceChanges changes;
  changes.requests = whole("requests");
  changes.sharedPrefix = whole("prefix");
  changes.prompt = whole("prompt");
  changes.output = whole("output");
  if (const auto rate = settings.numbers.find("rate"); rate != settings.numbers.end()) {
    changes.perSecond = rate->second;
  }
  if (const auto seed = whole("seed")) {
    changes.seed = static_cast<std::uint64_t>(*seed);
  }
  return workloads::loadTrace(settings.trace).map([&](workloads::Trace trace) {
    return Load(workloads::changed(std::move(trace), changes));
  });
}

} // namespace

std::span<const std::string_view> loadNumbers() {
  return kSettings;
}

bool hasLoad(const PointRequest& request) {
  const auto& numbers = request.workloadSettings;
  return request.workloadNames.contains("trace") ||
         (numbers.contains("batch") && numbers.contains("context"));
}

std::string traceOf(const std::string& model) {
  LoadSettings settings;
  core::Problems told; // by readLoad
  readFile(model, settings, told);
  return settings.trace;
}

std::string missingInLoad(const std::string& model, std::set<std::string> names) {
  LoadSettings settings;
  core::Problems told; // by readLoad
  readFile(model, settings, told);
  if (auto clash = clashOf(names); !clash.empty()) {
    return clash;
  }
  giveWay(settings, names);
  names.merge(settings.names());
  return missingOf(names);
}

std::string mistakeInLoad(std::string_view name, double value) {
  const auto [least, most] = boundsOf(name);
  if (name != "rate" && value != std::floor(value)) {
    return fmt::format("{} is not whole", value);
  }
  if (value > most) {
    return fmt::format("{} is too large: at most {}", value, most);
  }
  if (value >= least) {
    return {};
  }
  return value > 0 ? fmt::format("{} is too small: at least {}", value, least)
                   : fmt::format("{} is too small", value);
}

core::Expected<Load> readLoad(const PointRequest& request) {
  core::Problems problems;
  const auto settings = loadSettings(request, problems);
  const bool unknown = std::any_of(problems.begin(), problems.end(), [](const auto& problem) {
    return problem.where.path == "--set batch" || problem.where.path == "--set context";
  });
  auto load = loadOf(settings);
  if (!load && !unknown) { // half of a batch is no mistake of its own where the other half is one
    problems.insert(problems.end(), load.error().begin(), load.error().end());
  }
  return problems.empty() ? load : core::failure(std::move(problems));
}

} // namespace einsight::explore
