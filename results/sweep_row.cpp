#include "results/sweep_row.hpp"

#include "core/problem.hpp"
#include "results/detail/serving_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace einsight::results {
namespace {

using detail::Json;
using Column = std::pair<const char*, std::optional<double> SweepRow::*>;

constexpr std::array<Column, 11> kColumns{{{"cycles", &SweepRow::cycles},
                                           {"seconds", &SweepRow::seconds},
                                           {"energy_pj", &SweepRow::energyPj},
                                           {"area_um2", &SweepRow::areaUm2},
                                           {"edp_pj_s", &SweepRow::edpPjS},
                                           {"utilization", &SweepRow::utilization},
                                           {"flops", &SweepRow::flops},
                                           {"tokens_per_s", &SweepRow::tokensPerS},
                                           {"usd", &SweepRow::usd},
                                           {"usd_per_mtoken", &SweepRow::usdPerMtoken},
                                           {"power_w", &SweepRow::powerW}}};

/// Text that JSON can hold: other bytes are replaced.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json settingsJson(const SweepRow& row) {
  Json out = Json::object();
  for (const auto& [name, value] : row.settings) {
    out[name] = value;
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> settingsOf(const Json& json) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, value] : json.items()) {
    out.emplace_back(name, value.get<std::string>());
  }
  return out;
}

std::optional<double> known(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool computes(const Result& result, const std::string& unit) {
  return std::any_of(result.einsums.begin(), result.einsums.end(),
                     [&](const EinsumUse& einsum) { return einsum.unit == unit; });
}

/// Why columns are empty.
Json unknownOf(const SweepRow& row, const Result& result, const Worth& worth) {
  Json out = Json::object();
  const auto add = [&](const char* column, const std::optional<double>& value,
                       const std::string& reason) {
    if (!value && !reason.empty()) {
      out[column] = reason;
    }
  };
  add("energy_pj", row.energyPj, result.energy.reason);
  add("area_um2", row.areaUm2, result.areaReason);
  add("tokens_per_s", row.tokensPerS, worth.tokensReason);
  add("usd", row.usd, worth.priceReason);
  add("usd_per_mtoken", row.usdPerMtoken,
      worth.usdPerHour ? worth.tokensReason : worth.priceReason);
  return out;
}

/// Throughput and dollars.
void fillWorth(SweepRow& row, const Result& result, const Worth& worth) {
  constexpr double kSecondsPerHour = 3600, kMillion = 1e6;
  if (result.serving) {
    row.tokensPerS = known(result.serving->tokensPerSecond);
    row.usdPerMtoken = result.serving->usdPerMtoken;
    return;
  }
  if (!row.seconds) {
    return;
  }
  if (worth.tokens && *row.seconds > 0) {
    row.tokensPerS = *worth.tokens / *row.seconds;
  }
  if (worth.usdPerHour) {
    row.usd = *row.seconds * *worth.usdPerHour / kSecondsPerHour;
  }
  if (row.usd && worth.tokens && *worth.tokens > 0) {
    row.usdPerMtoken = *row.usd / *worth.tokens * kMillion;
  }
}

std::string detailOf(const Result& result, Json unknown) {
  Json units = Json::object();
  for (const auto& unit : result.units) {
    units[unit.name] = unit.utilization;
  }
  Json levels = Json::object();
  for (const auto& level : result.levels) {
    levels[level.name] = {{"read_bytes", level.readBytes}, {"write_bytes", level.writeBytes}};
  }
  Json energy = Json::object();
  for (const auto& [component, picojoules] : result.energy.by) {
    energy[component] = picojoules;
  }
  Json roofs = Json::object();
  for (const auto& roof : result.roofs) {
    roofs[roof.name] = roof.perSecond;
  }
  Json out = {{"units", std::move(units)},
              {"levels", std::move(levels)},
              {"energy_by", std::move(energy)},
              {"roofs", std::move(roofs)},
              {"unknown", std::move(unknown)}};
  if (result.serving) {
    out["serving"] = detail::servingJson(*result.serving);
  }
  return dump(out);
}

/// A member of the row's detail; null where there is none.
Json inDetail(const SweepRow& row, const char* name) {
  const auto detail = Json::parse(row.detail, nullptr, false);
  return detail.is_object() && detail.contains(name) ? detail.at(name) : Json();
}

} // namespace

const char* nameOf(RowStatus status) {
  return status == RowStatus::Done ? "done" : status == RowStatus::Refused ? "refused" : "failed";
}

std::optional<double> columnOf(const SweepRow& row, std::string_view name) {
  for (const auto& [known, column] : kColumns) {
    if (name == known) {
      return row.*column;
    }
  }
  return std::nullopt;
}

std::vector<std::string> columnNames() {
  std::vector<std::string> out;
  for (const auto& [name, column] : kColumns) {
    out.emplace_back(name);
  }
  return out;
}

void fill(SweepRow& row, const Result& result, const Worth& worth) {
  row.status = RowStatus::Done;
  row.mapping = row.mapping.empty() ? result.mapping : row.mapping;
  row.engine = result.engine;
  row.cycles = result.cycles;
  row.seconds = known(result.seconds);
  row.energyPj = result.energy.total;
  row.areaUm2 = result.areaUm2;
  row.flops = known(result.flops);
  if (row.energyPj && row.seconds) {
    constexpr double kPicojoules = 1e12; // in a joule
    row.edpPjS = *row.energyPj * *row.seconds;
    row.powerW =
        *row.seconds > 0 ? known(*row.energyPj / kPicojoules / *row.seconds) : std::nullopt;
  }
  for (const auto& unit : result.units) {
    if (computes(result, unit.name)) {
      row.utilization = std::max(row.utilization.value_or(0), unit.utilization);
    }
  }
  fillWorth(row, result, worth);
  row.detail = detailOf(result, unknownOf(row, result, worth));
}

void refuse(SweepRow& row, const core::Problems& problems) {
  row.status = RowStatus::Refused;
  row.reason = core::render(problems);
  Json list = Json::array();
  for (const auto& problem : problems) {
    list.push_back({{"file", problem.where.file},
                    {"line", problem.where.line},
                    {"column", problem.where.column},
                    {"path", problem.where.path},
                    {"what", problem.what},
                    {"help", problem.help}});
  }
  row.detail = dump({{"problems", std::move(list)}});
}

std::optional<Serving> servingOf(const SweepRow& row) {
  const auto serving = inDetail(row, "serving");
  return serving.is_object() ? std::optional(detail::servingOf(serving)) : std::nullopt;
}

core::Problems problemsOf(const SweepRow& row) {
  core::Problems out;
  for (const auto& one : inDetail(row, "problems")) {
    const auto text = [&](const char* key) { return one.value(key, std::string()); };
    out.push_back({{text("file"), one.value("line", 0), one.value("column", 0), text("path")},
                   text("what"),
                   text("help")});
  }
  if (out.empty() && row.status != RowStatus::Done) {
    out.push_back({{}, row.reason, {}}); // it crashed, or took too long
  }
  return out;
}

std::string toJson(const SweepRow& row, std::optional<bool> pareto) {
  Json out = {{"number", row.number},     {"status", nameOf(row.status)}, {"reason", row.reason},
              {"workload", row.workload}, {"machine", row.machine},       {"mapping", row.mapping},
              {"engine", row.engine},     {"settings", settingsJson(row)}};
  for (const auto& [name, column] : kColumns) {
    out[name] = row.*column ? Json(*(row.*column)) : Json(nullptr);
  }
  out["meets"] = row.meets;
  if (pareto) {
    out["pareto"] = *pareto;
  }
  out["detail"] = Json::parse(row.detail, nullptr, false);
  return dump(out);
}

std::string settingsToJson(const SweepRow& row) {
  return dump(settingsJson(row));
}

std::optional<std::vector<std::pair<std::string, std::string>>>
settingsFromJson(const std::string& text) {
  try {
    return settingsOf(Json::parse(text));
  } catch (const nlohmann::json::exception&) { return std::nullopt; }
}

} // namespace einsight::results
