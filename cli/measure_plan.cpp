#include "cli/measure_plan.hpp"

#include "cli/terminal.hpp"
#include "report/table.hpp"
#include "validation/measure/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace einsight::cli {

std::string planText(const validation::MeasurePlan& plan, double seconds) {
  report::Table table(
      {{"suite", report::Table::Align::Left}, {"cases"}, {"seconds"}, {"longest run, ms"}});
  std::size_t unknown = 0;
  std::size_t fitting = 0;
  double sum = 0;
  for (const auto& planned : plan.cases) {
    sum += planned.total;
    fitting += sum <= seconds ? 1 : 0;
    unknown += planned.reason.empty() ? 0 : 1;
  }
  for (const auto& suite : validation::measureSuites()) {
    int cases = 0;
    double total = 0;
    double longest = 0;
    for (const auto& planned : plan.cases) {
      if (planned.suite == suite) {
        ++cases;
        total += planned.total;
        longest = std::max(longest, planned.once);
      }
    }
    if (cases > 0) {
      table.row({suite, fmt::format("{}", cases), fmt::format("{:.1f}", total),
                 fmt::format("{:.2f}", longest * 1e3)});
    }
  }
  auto text = table.render(stdoutStyle());
  text += fmt::format("\n{}: about {:.0f} s for {} cases; {} of them within --seconds {:g}\n",
                      plan.machine, plan.seconds(), plan.cases.size(), fitting, seconds);
  text +=
      "Runs are simulated; buffers and the host are assumed to take 50 ms a case, and inputs to "
      "be written once.\n";
  if (unknown > 0) {
    text += fmt::format("{} cases have no simulation and are not in the sum.\n", unknown);
  }
  return text;
}

std::string planJson(const validation::MeasurePlan& plan) {
  auto cases = nlohmann::ordered_json::array();
  for (const auto& planned : plan.cases) {
    nlohmann::ordered_json record{{"id", planned.id}, {"suite", planned.suite}};
    if (planned.reason.empty()) {
      record["simulated_us"] = planned.once * 1e6;
      record["seconds"] = planned.total;
    } else {
      record["reason"] = planned.reason;
    }
    cases.push_back(std::move(record));
  }
  const nlohmann::ordered_json json{
      {"machine", plan.machine}, {"seconds", plan.seconds()}, {"cases", std::move(cases)}};
  return json.dump(1) + "\n";
}

} // namespace einsight::cli
