#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "core/format.hpp"
#include "explore/serving_planner.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

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
  Json out = {{"machine", one.candidate->request.machine},
              {"settings", one.candidate->settings},
              {"mapping", one.mapping},
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
  out["ttft_s"] = {{"p50", serving.ttft.p50}, {"p90", serving.ttft.p90}, {"p99", serving.ttft.p99}};
  out["mean_batch"] = serving.meanBatch;
  return out;
}

std::string money(const std::optional<double>& dollars) {
  return dollars ? fmt::format("{:.4g}", *dollars) : std::string("-");
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
    const auto& request = one.candidate->request;
    if (!one.serving) {
      refused += fmt::format("\n{} {} {}\n{}", request.machine, one.candidate->settings,
                             one.mapping, core::render(one.problems));
      continue;
    }
    const auto& serving = *one.serving;
    table.row({request.machine, one.candidate->settings, one.mapping, money(serving.usdPerMtoken),
               money(serving.usdPerHour), fmt::format("{:.4g}", serving.tokensPerSecond),
               fmt::format("{:.4g}", serving.meanBatch), core::formatSeconds(serving.tbt.p50),
               core::formatSeconds(serving.tbt.p99), one.meets ? "yes" : "no"});
  }
  auto out = report::bold(fmt::format("{}: {} on {} candidates{}", question.name, question.workload,
                                      all.size(), limitsText(question)),
                          stdoutStyle()) +
             "\n\n" + table.render(stdoutStyle());
  return refused.empty() ? out : out + "\nRefused\n" + refused;
}

core::Expected<Answer> work(const std::string& file) {
  const auto question = explore::readPlan(file);
  if (!question) {
    return core::failure(question.error());
  }
  ProgressBar bar("planning");
  const auto all = explore::plan(*question, [&](double fraction) { return bar.show(fraction); });
  if (!all) {
    return core::failure(all.error());
  }
  if (std::none_of(all->begin(), all->end(), [](const auto& one) { return one.meets; })) {
    return core::failure(explore::missed(*question, *all));
  }
  auto candidates = Json::array();
  for (const auto& one : *all) {
    candidates.push_back(toJson(one));
  }
  return Answer{
      toText(*question, *all),
      Json{{"plan", question->name},
           {"summary", question->summary},
           {"workload", question->workload},
           {"limits",
            {{"tbt_s", limit(question->tbtSeconds)}, {"ttft_s", limit(question->ttftSeconds)}}},
           {"candidates", std::move(candidates)}}
              .dump(2) +
          "\n",
      false,
      {}};
}

} // namespace

Work addPlan(CLI::App& options) {
  const auto file = std::make_shared<std::string>();
  options.add_option("file", *file, "model, load, limits, prices and clusters to choose from")
      ->required();
  return [file, &options] {
    return work(*file).map([&](Answer answer) {
      answer.json = withProvenance(answer.json, options);
      return answer;
    });
  };
}

} // namespace einsight::cli
