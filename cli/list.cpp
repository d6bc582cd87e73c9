#include "arch/catalogue.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/mechanisms.hpp"
#include "cli/terminal.hpp"
#include "core/text.hpp"
#include "mappings/catalogue.hpp"
#include "report/table.hpp"
#include "validation/suite.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

struct Line {
  std::string name, kind, summary;
};
using Lines = core::Expected<std::vector<Line>>;

/// Of machines, and of the machines that a mapping is for; "" for what has no kind.
template <class Thing>
std::string kindOf(const Thing& thing) {
  if constexpr (requires { thing.kind; }) {
    return thing.kind;
  } else {
    return {};
  }
}

template <class Things>
std::vector<Line> linesOf(const Things& things) {
  std::vector<Line> lines;
  for (const auto& thing : things) {
    lines.push_back({thing.name, kindOf(thing), thing.summary});
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

bool haveKinds(const std::vector<Line>& lines) {
  return std::any_of(lines.begin(), lines.end(),
                     [](const Line& line) { return !line.kind.empty(); });
}

std::string textOf(const char* title, const std::vector<Line>& lines) {
  constexpr auto kLeft = report::Table::Align::Left;
  const bool kinds = haveKinds(lines);
  report::Table table(
      kinds
          ? std::vector<report::Table::Column>{{title, kLeft}, {"kind", kLeft}, {"summary", kLeft}}
          : std::vector<report::Table::Column>{{title, kLeft}, {"summary", kLeft}});
  for (const auto& [name, kind, summary] : lines) {
    table.row(kinds ? std::vector{name, kind, summary} : std::vector{name, summary});
  }
  return table.render(stdoutStyle());
}

std::string jsonOf(const char* title, const std::vector<Line>& lines) {
  auto items = nlohmann::ordered_json::array();
  for (const auto& [name, kind, summary] : lines) {
    nlohmann::ordered_json item{{"name", name}};
    if (!kind.empty()) {
      item["kind"] = kind;
    }
    item["summary"] = summary;
    items.push_back(std::move(item));
  }
  return nlohmann::ordered_json{{title, std::move(items)}}.dump(2) + "\n";
}

core::Expected<Answer> work(const std::string& wanted, bool markdown, const CLI::App& app) {
  if (wanted == kMechanisms) {
    return mechanisms(markdown).map([&](Answer answer) {
      answer.json = withProvenance(answer.json, app);
      return answer;
    });
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
    return Answer{
        textOf(kind.name, *lines), withProvenance(jsonOf(kind.name, *lines), app), false, {}};
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
  return [kind, markdown, &options] { return work(*kind, *markdown, options); };
}

} // namespace einsight::cli
