#include "core/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace einsight::core {
namespace {

std::string renderOne(const Problem& problem) {
  const auto& where = problem.where;
  std::string out;
  if (!where.file.empty()) {
    out += where.line > 0 ? fmt::format("{}:{}:{}: ", where.file, where.line, where.column)
                          : where.file + ": ";
  }
  out += "error: ";
  if (!where.path.empty()) {
    out += where.path + ": ";
  }
  out += problem.what + "\n";
  if (!problem.help.empty()) {
    out += fmt::format("  help: {}\n", problem.help);
  }
  return out;
}

} // namespace

std::string render(Problems problems) {
  std::map<std::string, std::size_t> fileOrder;
  for (const auto& problem : problems) {
    fileOrder.emplace(problem.where.file, fileOrder.size());
  }
  const auto place = [&](const Problem& problem) {
    const Where& where = problem.where;
    return std::tuple(fileOrder.at(where.file), where.line, where.column);
  };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
  std::string out;
  std::string previous;
  for (const auto& problem : problems) {
    auto text = renderOne(problem);
    if (text != previous) {
      out += text;
    }
    previous = std::move(text);
  }
  return out;
}

} // namespace einsight::core
