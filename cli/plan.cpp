#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/output_file.hpp"
#include "cli/sweep/flags.hpp"
#include "cli/sweep/report.hpp"
#include "cli/terminal.hpp"
#include "core/format.hpp"
#include "explore/serving/planner.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace einsight::cli {
namespace {

using Json = nlohmann::ordered_json;
using Align = report::Table::Align;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// A limit of time; null: none.
Json limit(double seconds) {
  return seconds > 0 ? Json(seconds) : Json(nullptr);
}

Json toJson(const explore::Planned& one) {
  Json out = {{"machine", one.candidate->machine},
              {"settings", one.candidate->settings},
              {"mapping", one.mapping},
              {"computes_prompts", one.computesPrompts},
              {"meets", one.meets},
              {"frontier", one.frontier}};
  if (!one.serving) {
    out["reason"] = core::render(one.problems);
    return out;
  }
  const auto& serving = *one.serving;
  out["tokens_per_s"] = serving.tokensPerSecond;
  out["usd_per_hour"] = number(serving.usdPerHour);
  out["usd_per_mtoken"] = number(serving.usdPerMtoken);
  out["tbt_s"] = {{"p50", serving.tbt.p50}, {"p90", serving.tbt.p90}, {"p99", serving.tbt.p99}};
  if (std::isnan(serving.tbt.p50)) { // written as null
    out["tbt_s"]["reason"] = "no request makes a second token";
  }
  out["ttft_s"] = {{"p50", serving.ttft.p50}, {"p90", serving.ttft.p90}, {"p99", serving.ttft.p99}};
  out["mean_batch"] = serving.meanBatch;
  return out;
}

std::string money(const std::optional<double>& dollars) {
  return dollars ? fmt::format("{:.4g}", *dollars) : std::string("-");
}

/// A time between tokens.
std::string between(double seconds) {
  return std::isnan(seconds) ? "no second token" : core::formatSeconds(seconds);
}

std::string limitsText(const explore::PlanQuestion& question) {
  std::string out;
  if (question.tbtSeconds > 0) {
    out += fmt::format(", {} between tokens", core::formatSeconds(question.tbtSeconds));
  }
  if (question.ttftSeconds > 0) {
    out += fmt::format(", {} to the first", core::formatSeconds(question.ttftSeconds));
  }
  return out.empty() ? ", no limit of time" : out + " for 99 % of them";
}

std::string toText(const explore::PlanQuestion& question,
                   const std::vector<explore::Planned>& all) {
  report::Table table({{"machine", Align::Left},
                       {"with", Align::Left},
                       {"mapping", Align::Left},
                       {"USD per Mtoken"},
                       {"USD per hour"},
                       {"tokens per second"},
                       {"batch"},
                       {"TBT 50 %"},
                       {"TBT 99 %"},
                       {"within limits", Align::Left}});
  std::string refused;
  for (const auto& one : all) {
    const auto& [machine, named, settings] = *one.candidate;
    if (!one.serving) {
      refused +=
          fmt::format("\n{} {} {}\n{}", machine, settings, one.mapping, core::render(one.problems));
      continue;
    }
    const auto& serving = *one.serving;
    table.row({machine, settings, one.mapping, money(serving.usdPerMtoken),
               money(serving.usdPerHour), fmt::format("{:.4g}", serving.tokensPerSecond),
               fmt::format("{:.4g}", serving.meanBatch), between(serving.tbt.p50),
               between(serving.tbt.p99), one.meets ? "yes" : "no"});
  }
  std::set<std::string> unpriced, computing, given;
  for (const auto& one : all) {
    if (one.serving) {
      (one.computesPrompts ? computing : given).insert(one.mapping);
    }
    if (one.serving && !one.serving->usdPerHour) {
      unpriced.insert(one.candidate->machine);
    }
  }
  const auto points = question.candidates.size();
  const auto count =
      all.size() == points ? std::to_string(points) : fmt::format("{} of {}", all.size(), points);
  auto out = report::bold(fmt::format("{}: {} on {} candidates{}", question.sweep.name,
                                      question.workload, count, limitsText(question)),
                          stdoutStyle()) +
             "\n\n" + table.render(stdoutStyle());
  if (!computing.empty() && !given.empty()) {
    out += fmt::format("\nNot the same work: {} compute prompts, and for {} these come with their "
                       "keys and values\n",
                       fmt::join(computing, ", "), fmt::join(given, ", "));
  }
  if (!unpriced.empty()) {
    out += fmt::format("\nThe price of a device of {} is not known: it belongs under prices:\n",
                       fmt::join(unpriced, ", "));
  }
  return refused.empty() ? out : out + "\nRefused\n" + refused;
}

std::string jsonOf(const explore::PlanQuestion& question,
                   const std::vector<explore::Planned>& all) {
  auto candidates = Json::array();
  for (const auto& one : all) {
    candidates.push_back(toJson(one));
  }
  return Json{{"plan", question.sweep.name},
              {"summary", question.sweep.summary},
              {"workload", question.workload},
              {"limits",
               {{"tbt_s", limit(question.tbtSeconds)}, {"ttft_s", limit(question.ttftSeconds)}}},
              {"candidates", std::move(candidates)}}
             .dump(2) +
         "\n";
}

struct Options {
  std::string file;
  SweepFlags flags;
};

core::Expected<Answer> answerOf(const explore::PlanQuestion& question,
                                const explore::sweep::SweepAnswer& ran, const Options& options,
                                const CLI::App& app) {
  const auto all = explore::plannedOf(question, ran.store);
  if (!all) {
    return core::failure(all.error());
  }
  const bool complete = all->size() == question.candidates.size();
  if (complete &&
      std::none_of(all->begin(), all->end(), [](const auto& one) { return one.meets; })) {
    return core::failure(explore::missed(question, *all));
  }
  Answer answer;
  if (!options.flags.csv.empty()) {
    auto rows = sweepAnswer(ran.store, options.flags.output, app);
    if (!rows) {
      return rows;
    }
    answer.files = std::move(rows->files);
  }
  answer.text = toText(question, *all);
  answer.json = withProvenance(jsonOf(question, *all), app);
  if (ran.stopped) {
    answer.text += options.flags.output.empty() ? "\nstopped by Ctrl-C\n" : kStoppedText;
    answer.interrupted = true;
  }
  return answer;
}

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  auto problems = checkOutputs(app, {"--output", "--csv", "--json"});
  const auto how = sweepOptions(options.flags, problems);
  const auto question = explore::readPlan(options.file);
  if (!question) {
    problems.insert(problems.end(), question.error().begin(), question.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return runShown(question->sweep, how).and_then([&](const explore::sweep::SweepAnswer& ran) {
    return answerOf(*question, ran, options, app);
  });
}

} // namespace

Work addPlan(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options
      .add_option("file", given->file, "model, load, limits, prices and clusters to choose from")
      ->required();
  addSweepFlags(options, given->flags);
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
