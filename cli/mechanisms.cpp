#include "cli/mechanisms.hpp"

#include "cli/terminal.hpp"
#include "core/format.hpp"
#include "einsum/analysis.hpp"
#include "report/table.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/mechanism.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace einsight::cli {
namespace {

using report::Table;

constexpr std::string_view kDecode = "-decode";

/// A mechanism at its default parameters.
struct Row {
  workloads::Mechanism about;
  std::int64_t length = 0;            ///< L, at which operations are counted
  int passes = 1;                     ///< over the rank that is read most often
  double operations = 0;              ///< per token, all queries of a sequence together
  std::optional<double> decode;       ///< per token, of the form that decodes
  std::optional<double> liveElements; ///< largest of the tensors that are neither input nor result
};

double operationsPerToken(const einsum::Cascade& cascade) {
  const auto queries = cascade.parameter("P").value_or(cascade.parameter("L").value_or(1));
  return einsum::flops(cascade) / static_cast<double>(queries * cascade.parameter("B").value_or(1));
}

template <class T>
std::optional<T> take(core::Expected<T> value, core::Problems& problems) {
  if (!value) {
    problems.insert(problems.end(), value.error().begin(), value.error().end());
    return std::nullopt;
  }
  return std::move(*value);
}

std::optional<Row> rowOf(const std::string& name, const std::set<std::string>& all,
                         core::Problems& problems) {
  const auto cascade = take(workloads::load(name), problems);
  if (!cascade) {
    return std::nullopt;
  }
  const auto about = take(workloads::mechanismOf(name, *cascade), problems);
  if (!about) {
    return std::nullopt;
  }
  if (!*about) {
    problems.push_back({{cascade->file(), 1, 1, {}},
                        "a workload of the library says what it is",
                        "write mechanism: {title, idea, cache_per_token}"});
    return std::nullopt;
  }
  Row row{**about, cascade->parameter("L").value_or(0), 1, operationsPerToken(*cascade), {}, {}};
  for (const auto& [rank, passes] : einsum::passes(*cascade)) {
    row.passes = std::max(row.passes, passes);
  }
  for (const auto& [tensor, footprint] : einsum::footprints(*cascade)) {
    const auto* known = cascade->tensor(tensor);
    if (known != nullptr && !known->input && !known->result) {
      row.liveElements =
          std::max(row.liveElements.value_or(0), static_cast<double>(footprint.liveElements));
    }
  }
  if (const auto decode = name + std::string(kDecode); all.contains(decode)) {
    if (const auto found = take(workloads::load(decode), problems)) {
      row.decode = operationsPerToken(*found);
    }
  }
  return row;
}

core::Expected<std::vector<Row>> rows() {
  const auto names = workloads::library();
  const std::set<std::string> all(names.begin(), names.end());
  std::vector<Row> out;
  core::Problems problems;
  for (const auto& name : names) {
    const bool form =
        name.ends_with(kDecode) && all.contains(name.substr(0, name.size() - kDecode.size()));
    if (form) {
      continue;
    }
    if (auto row = rowOf(name, all, problems)) {
      out.push_back(std::move(*row));
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return out;
}

std::string cacheOf(const Row& row) {
  std::string out = fmt::format("{:.6g}", row.about.cachePerToken);
  if (row.about.state > 0) {
    out += fmt::format(" + {} once", core::formatLarge(row.about.state));
  }
  return out;
}

std::string markdownOf(const std::vector<Row>& rows) {
  std::string out =
      "# The attention library\n\n"
      "Made by `einsight list mechanisms --markdown`; a test holds it against that. How to add "
      "one: "
      "[adding-a-mechanism](adding-a-mechanism.md).\n\n"
      "*Cache*: elements that decoding keeps per token of context and layer, and once per "
      "sequence. "
      "*Passes*: over the rank that is read most often. *Operations*: per token and layer at the "
      "file's own parameters, a multiply-accumulate counts 2, with those of a decoded token after "
      "the stroke; one without it sees whole images or prompts, or decodes as the attention it "
      "stands in for. *Live*: elements of the largest tensor between input and result that must "
      "be live at once.\n";
  std::string family;
  for (const auto& row : rows) {
    if (row.about.family != family) {
      family = row.about.family;
      out += fmt::format("\n## {}\n\n| name | mechanism | cache | passes | operations (L) | live | "
                         "source |\n| --- | --- | --- | --- | --- | --- | --- |\n",
                         family);
    }
    const auto decode = row.decode ? " / " + core::formatLarge(*row.decode) : std::string();
    out += fmt::format("| `{}` | **{}**: {} | {} | {} | {}{} ({}) | {} | {} |\n", row.about.name,
                       row.about.title, row.about.idea, cacheOf(row), row.passes,
                       core::formatLarge(row.operations), decode, core::formatCount(row.length),
                       row.liveElements ? core::formatLarge(*row.liveElements) : "-",
                       row.about.source);
  }
  return out;
}

std::string textOf(const std::vector<Row>& rows, const report::Style& style) {
  Table table({{"mechanism", Table::Align::Left},
               {"family", Table::Align::Left},
               {"cache per token"},
               {"passes"},
               {"operations per token"},
               {"decoding"},
               {"title", Table::Align::Left}});
  for (const auto& row : rows) {
    table.row({row.about.name, row.about.family, cacheOf(row), fmt::format("{}", row.passes),
               core::formatLarge(row.operations), row.decode ? core::formatLarge(*row.decode) : "",
               row.about.title});
  }
  return table.render(style);
}

std::string jsonOf(const std::vector<Row>& rows) {
  auto items = nlohmann::ordered_json::array();
  for (const auto& row : rows) {
    nlohmann::ordered_json item{{"name", row.about.name},
                                {"summary", row.about.title},
                                {"family", row.about.family},
                                {"idea", row.about.idea},
                                {"source", row.about.source},
                                {"cache_per_token", row.about.cachePerToken},
                                {"state", row.about.state},
                                {"cache_bits", row.about.cacheBits},
                                {"passes", row.passes},
                                {"L", row.length},
                                {"operations_per_token", row.operations},
                                {"decode_operations_per_token", nullptr}};
    if (row.decode) {
      item["decode_operations_per_token"] = *row.decode;
    }
    items.push_back(std::move(item));
  }
  return nlohmann::ordered_json{{"mechanisms", std::move(items)}}.dump(2) + "\n";
}

} // namespace

core::Expected<Answer> mechanisms(bool markdown) {
  return rows().map([&](const std::vector<Row>& all) {
    return Answer{markdown ? markdownOf(all) : textOf(all, stdoutStyle()), jsonOf(all), false, {}};
  });
}

} // namespace einsight::cli
