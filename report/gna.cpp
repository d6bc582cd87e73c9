#include "report/detail/sections.hpp"

#include <fmt/format.h>

namespace einsight::report::detail {
namespace {

DataTable stridesTable(const std::string& id, const Json& mask, const std::string& command) {
  DataTable table(id, "Strides that are worth a try",
                  {textColumn("stride", "stride"), numberColumn("speedup", "speedup bound", "x"),
                   numberColumn("visited", "key tiles of the worst query tile"),
                   textColumn("sparse", "masks"), numberColumn("limit", "speedup by FLOPs", "x")});
  for (const auto& row : mask.value("strides", Json::array())) {
    table.addRow({row.at("stride").get<std::string>(), numberAt(row, "sim_speedup"),
                  numberAt(row, "visited_max"),
                  row.at("fully_block_sparse").get<bool>() ? "no tile needs one" : "some tiles",
                  numberAt(mask, "flop_speedup")});
  }
  addCommand(table, command);
  return table;
}

/// Where the tiles that are visited for nothing come from, and with a machine the time.
DataTable lossesTable(const std::string& id, const Json& mask, const std::string& command) {
  DataTable table(id, "What is lost",
                  {textColumn("kind", "of"), textColumn("cause", "cause"),
                   numberColumn("share", "share", "share")});
  for (const auto& [cause, share] : mask.at("waste").items()) {
    table.addRow({"visited work", cause, share.get<double>()});
  }
  for (const auto& [cause, share] : membersOf(mask, "losses")) {
    table.addRow({"time", cause, share.is_null() ? kUnknown : share.get<double>()});
  }
  addCommand(table, command);
  return table;
}

DataTable tilesTable(const std::string& id, const Json& mask, const std::string& command) {
  DataTable table(id, "Pairs of tiles of shipped kernels",
                  {textColumn("kernel", "kernel"), textColumn("q_tile", "query tile"),
                   textColumn("kv_tile", "key tile"), numberColumn("speedup", "speedup bound", "x"),
                   numberColumn("wasted", "visited for nothing", "share"),
                   numberColumn("seconds", "time", "s")});
  for (const auto& row : mask.value("tiles", Json::array())) {
    table.addRow({row.at("kernel").get<std::string>(), row.at("q_tile").get<std::string>(),
                  row.at("kv_tile").get<std::string>(), numberAt(row, "sim_speedup"),
                  numberAt(row, "wasted_fraction"), numberAt(row, "seconds")});
  }
  addCommand(table, command);
  return table;
}

std::vector<Fact> factsOf(const Json& mask) {
  std::vector<Fact> facts{
      {"speedup by FLOPs", fmt::format("{:.2f}x", numberAt(mask, "flop_speedup")), "at best"},
      {"speedup bound", fmt::format("{:.2f}x", numberAt(mask, "sim_speedup")),
       "worst tile of queries"},
      {"mean speedup", fmt::format("{:.2f}x", numberAt(mask, "mean_speedup")), "over all tiles"},
      {"visited for nothing", fmt::format("{:.0f}%", 100 * numberAt(mask, "wasted_fraction"))}};
  if (mask.contains("speedup")) {
    facts.push_back({"predicted speedup", fmt::format("{:.2f}x", numberAt(mask, "speedup")),
                     "on " + textAt(mask, "machine")});
  }
  return facts;
}

void addMask(const Json& mask, const std::string& title, const std::string& command,
             Document& document) {
  const auto id = fmt::format("gna-{}", document.sections.size() + 1);
  Section section{
      id, title,
      fmt::format("window {}, stride {}, query tile {}, key tile {}",
                  mask.at("window").get<std::string>(), mask.at("stride").get<std::string>(),
                  mask.at("q_tile").get<std::string>(), mask.at("kv_tile").get<std::string>()),
      command, factsOf(mask)};
  const auto add = [&](DataTable table, Chart chart) {
    if (table.rows() > 0) {
      chart.id = table.id();
      chart.table = table.id();
      section.tables.push_back(table.id());
      section.charts.push_back(std::move(chart));
      document.tables.push_back(std::move(table));
    }
  };
  add(stridesTable(id + "-strides", mask, command),
      {{}, "strides", "Strides", "The dashed line is the speedup of the operations alone.", {}});
  add(lossesTable(id + "-losses", mask, command),
      {{}, "bars", "What is lost", "", {}, {{"x", "share"}, {"y", "cause"}}, {}, {{"kind", true}}});
  add(tilesTable(id + "-tiles", mask, command),
      {{}, "bars", "Tiles", "", {}, {{"x", "speedup"}, {"y", "q_tile"}}, {}, {{"kernel", true}}});
  document.sections.push_back(std::move(section));
}

} // namespace

void addGna(const Answer& answer, Document& document) {
  const auto& json = answer.json;
  const auto command = commandOf(json);
  if (!json.contains("patterns")) {
    addMask(json, "Neighborhood attention over " + json.at("layout").get<std::string>(), command,
            document);
    return;
  }
  for (const auto& pattern : json.at("patterns")) {
    addMask(pattern,
            fmt::format("{}: {}", json.at("use_case").get<std::string>(), textAt(pattern, "name")),
            command, document);
  }
}

} // namespace einsight::report::detail
