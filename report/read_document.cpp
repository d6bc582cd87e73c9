#include "report/read_document.hpp"

#include "core/text.hpp"
#include "report/detail/sections.hpp"
#include "results/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

namespace einsight::report {
namespace detail {

std::string stemOf(const std::string& file) {
  return std::filesystem::path(file).stem().string();
}

std::vector<std::string> wordsOf(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

} // namespace detail

namespace {

using detail::Answer;
using detail::Json;

constexpr const char* kKinds = "a report is made of the JSON of run, compare, plan, validate, gna "
                               "and measure, and the database of sweep";

core::Problem problem(const std::string& file, std::string what, std::string help = kKinds) {
  return {{file, 0, 0, {}}, std::move(what), std::move(help)};
}

/// Everything that was read, kind by kind.
struct Contents {
  /// By the command that makes them; "serve" are runs of whole models.
  std::map<std::string, std::vector<Answer>> answers;
  std::vector<std::pair<Input, results::SweepStore>> sweeps;
};

/// Line and column of a byte, from 1.
core::Where placeOf(const std::string& file, const std::string& text, std::size_t byte) {
  const auto before = text.substr(0, std::min(byte, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const auto column = before.size() - (start == std::string::npos ? 0 : start + 1);
  return {file, static_cast<int>(line) + 1, static_cast<int>(std::max<std::size_t>(column, 1)), {}};
}

const char* kindOf(const Json& json) {
  const auto has = [&](const char* key) { return json.contains(key); };
  return has("suites")                                         ? "validate"
         : has("serving") && has("units")                      ? "serve"
         : has("units") && has("levels")                       ? "run"
         : has("patterns") || (has("layout") && has("window")) ? "gna"
         : has("points") && has("crossovers")                  ? "compare"
         : has("plan") && has("candidates")                    ? "plan"
         : has("cases") && has("provenance")                   ? "measure"
                                                               : "";
}

void readJson(Input input, const std::string& text, Contents& contents, core::Problems& problems) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    problems.push_back(
        {placeOf(input.file, text, error.byte), "is neither JSON nor a database", kKinds});
    return;
  }
  const std::string kind = kindOf(json);
  input.kind = kind == "serve" ? "run" : kind;
  if (kind.empty()) {
    problems.push_back(problem(input.file, "is JSON, but no answer that a report shows"));
    return;
  }
  const Json::json_pointer version(kind == "measure" ? "/provenance/einsight"
                                                     : "/provenance/version");
  if (json.contains(version) && json.at(version).is_string()) {
    input.version = json.at(version).get<std::string>();
  }
  contents.answers[kind].push_back({std::move(input), std::move(json)});
}

void read(Input input, Contents& contents, core::Problems& problems) {
  const std::ifstream stream(input.file, std::ios::binary);
  std::ostringstream text;
  std::error_code none;
  if (!stream || std::filesystem::is_directory(input.file, none) || !(text << stream.rdbuf())) {
    problems.push_back(problem(input.file, "cannot be read"));
    return;
  }
  if (!text.str().starts_with("SQLite format 3")) {
    readJson(std::move(input), text.str(), contents, problems);
    return;
  }
  auto store = results::SweepStore::open(input.file);
  if (!store) {
    problems.insert(problems.end(), store.error().begin(), store.error().end());
    return;
  }
  input.kind = "sweep";
  input.version = store->identity().version;
  contents.sweeps.emplace_back(std::move(input), std::move(*store));
}

/// Does something with an answer; keys that it lacks, or of another type, are a problem of its
/// file.
template <class Use>
void reading(const std::string& file, const char* command, core::Problems& problems,
             const Use& use) {
  try {
    use();
  } catch (const nlohmann::json::exception& error) {
    const std::string message = error.what();
    problems.push_back(problem(
        file,
        fmt::format(
            "is not what einsight {} writes: {}", command,
            message.substr(message.find("] ") == std::string::npos ? 0 : message.find("] ") + 2)),
        "make the file again with this version"));
  }
}

void addSweep(const Input& input, const results::SweepStore& store,
              const std::optional<Baseline>& baseline, Document& document,
              core::Problems& problems) {
  reading(input.file, "sweep", problems, [&] {
    detail::SweepSection section(input, store.identity(), baseline);
    const auto read = store.forEach([&](const results::SweepRow& row) { section.add(row); });
    if (!read) {
      problems.insert(problems.end(), read.error().begin(), read.error().end());
      return;
    }
    section.finish(document);
  });
}

/// The columns of the tables that have times, and what stands in one of them.
void checkBaseline(const Baseline& baseline, const Document& document, core::Problems& problems) {
  std::set<std::string> columns, values;
  for (const auto& table : document.tables) {
    if (table.id() != "runs" && !table.id().starts_with("sweep-")) {
      continue;
    }
    if (table.column("seconds") == nullptr || table.column("workload") == nullptr) {
      continue;
    }
    for (const auto& column : table.columns()) {
      if (!column.text && !column.setting) {
        continue;
      }
      columns.insert(column.name);
      for (std::size_t row = 0; column.name == baseline.column && row < table.rows(); ++row) {
        values.insert(table.text(row, column));
      }
    }
  }
  const auto refuse = [&](const std::string& what, const std::string& got,
                          const std::set<std::string>& known) {
    problems.push_back(
        {{{}, 0, 0, "--baseline"}, what, core::suggestion(got, {known.begin(), known.end()})});
  };
  if (columns.empty()) {
    refuse("goes with runs and sweeps, and there are none", {}, {});
  } else if (!columns.contains(baseline.column)) {
    refuse(fmt::format("no point has '{}'", baseline.column), baseline.column, columns);
  } else if (!values.contains(baseline.value)) {
    refuse(fmt::format("no point has '{}' as its {}", baseline.value, baseline.column),
           baseline.value, values);
  }
}

std::string titleOf(const Document& document) {
  std::string title;
  for (std::size_t i = 0; i < document.sections.size() && i < 3; ++i) {
    title += (i == 0 ? "" : ", ") + document.sections[i].title;
  }
  return document.sections.size() > 3
             ? fmt::format("{} and {} more", title, document.sections.size() - 3)
             : title;
}

/// Sections of all answers, kind by kind.
void addAnswers(Contents& contents, const DocumentOptions& options, Document& document,
                core::Problems& problems) {
  auto& answers = contents.answers;
  const auto together = [&](const char* kind, const auto& add) {
    if (!answers[kind].empty()) {
      reading(answers[kind].front().input.file, "run", problems, [&] { add(answers[kind]); });
    }
  };
  const auto each = [&](const char* kind, const auto& add) {
    for (const auto& answer : answers[kind]) {
      reading(answer.input.file, kind, problems, [&] { add(answer); });
    }
  };
  together("run", [&](const auto& runs) { detail::addRuns(runs, options.baseline, document); });
  together("serve", [&](const auto& runs) { detail::addServed(runs, document); });
  each("compare", [&](const Answer& answer) { detail::addComparison(answer, document); });
  each("plan", [&](const Answer& answer) { detail::addPlan(answer, document); });
  for (const auto& [input, store] : contents.sweeps) {
    addSweep(input, store, options.baseline, document, problems);
  }
  each("validate", [&](const Answer& answer) { detail::addValidation(answer, document); });
  each("gna", [&](const Answer& answer) { detail::addGna(answer, document); });
  each("measure",
       [&](const Answer& answer) { detail::addMeasured(answer, options.peakOf, document); });
}

core::Expected<Document> documentOf(Contents& contents, const DocumentOptions& options,
                                    core::Problems problems) {
  Document document{{}, options.version, options.command, {}, {}, {}};
  addAnswers(contents, options, document, problems);
  if (options.baseline && problems.empty()) {
    checkBaseline(*options.baseline, document, problems);
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  for (const auto* kind : {"run", "serve", "compare", "plan", "validate", "gna", "measure"}) {
    for (const auto& answer : contents.answers[kind]) {
      document.inputs.push_back(answer.input);
    }
  }
  for (const auto& [input, store] : contents.sweeps) {
    document.inputs.push_back(input);
  }
  document.title = titleOf(document);
  return document;
}

} // namespace

core::Expected<Document> readDocument(const std::vector<Input>& inputs,
                                      const DocumentOptions& options) {
  core::Problems problems;
  Contents contents;
  for (const auto& input : inputs) {
    read(input, contents, problems);
  }
  return documentOf(contents, options, std::move(problems));
}

core::Expected<Document> readAnswer(const Input& input, const std::string& json,
                                    const DocumentOptions& options) {
  core::Problems problems;
  Contents contents;
  readJson(input, json, contents, problems);
  return documentOf(contents, options, std::move(problems));
}

} // namespace einsight::report
