#include "arch/catalogue.hpp"
#include "cli/command.hpp"
#include "cli/mechanisms.hpp"
#include "cli/terminal.hpp"
#include "core/text.hpp"
#include "mappings/catalogue.hpp"
#include "report/table.hpp"
#include "validation/suite.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using Line = std::pair<std::string, std::string>; // name, summary
using Lines = core::Expected<std::vector<Line>>;

template <class Things>
std::vector<Line> linesOf(const Things& things) {
  std::vector<Line> lines;
  for (const auto& thing : things) {
    lines.emplace_back(thing.name, thing.summary);
  }
  return lines;
}

struct Kind {
  const char* name;
  Lines (*list)();
};

constexpr std::array kKinds{
    Kind{"workloads", []() -> Lines { return linesOf(workloads::list()); }},
    Kind{"machines",
         []() -> Lines { return arch::list().map([](const auto& all) { return linesOf(all); }); }},
    Kind{"mappings", []() -> Lines { return linesOf(mappings::list()); }},
    Kind{"suites", []() -> Lines { return linesOf(validation::suites()); }},
};

constexpr const char* kMechanisms = "mechanisms";

core::Expected<Answer> work(const std::string& wanted, bool markdown) {
  if (wanted == kMechanisms) {
    return mechanisms(markdown);
  }
  if (markdown) {
    return core::failure(
        {{{{}, 0, 0, "--markdown"}, "only mechanisms are listed as Markdown", {}}});
  }
  std::vector<std::string> known{kMechanisms};
  for (const auto& kind : kKinds) {
    known.emplace_back(kind.name);
    if (wanted != kind.name) {
      continue;
    }
    const auto lines = kind.list();
    if (!lines) {
      return core::failure(lines.error());
    }
    report::Table table(
        {{kind.name, report::Table::Align::Left}, {"summary", report::Table::Align::Left}});
    auto items = nlohmann::ordered_json::array();
    for (const auto& [name, summary] : *lines) {
      table.row({name, summary});
      items.push_back({{"name", name}, {"summary", summary}});
    }
    return Answer{table.render(stdoutStyle()),
                  nlohmann::ordered_json{{wanted, std::move(items)}}.dump(2) + "\n",
                  false,
                  {}};
  }
  return core::failure(
      {{{}, fmt::format("there are no '{}' to list", wanted), core::suggestion(wanted, known)}});
}

} // namespace

Work addList(CLI::App& options) {
  const auto kind = std::make_shared<std::string>();
  const auto markdown = std::make_shared<bool>(false);
  options.add_option("kind", *kind, "workloads, mechanisms, machines, mappings or suites")
      ->required();
  options.add_flag("--markdown", *markdown, "mechanisms as the page of the documentation");
  return [kind, markdown] { return work(*kind, *markdown); };
}

} // namespace einsight::cli
