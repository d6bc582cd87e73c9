#include "results/json.hpp"

#include "results/detail/serving_json.hpp"

namespace einsight::results {

namespace {

using detail::Json;
using detail::number;

Json unitsJson(const std::vector<UnitUse>& units) {
  Json out = Json::object();
  for (const auto& unit : units) {
    out[unit.name] = {{"busy_cycles", number(unit.busyCycles)},
                      {"utilization", number(unit.utilization)},
                      {"stalls",
                       {{"wait_data", number(unit.stalls.waitData)},
                        {"wait_space", number(unit.stalls.waitSpace)},
                        {"wait_sync", number(unit.stalls.waitSync)},
                        {"wait_bandwidth", number(unit.stalls.waitBandwidth)},
                        {"idle", number(unit.stalls.idle)}}}};
    if (unit.stalls.waitIssue > 0) {
      out[unit.name]["stalls"]["wait_issue"] = number(unit.stalls.waitIssue);
    }
  }
  return out;
}

Json levelsJson(const std::vector<LevelTraffic>& levels) {
  Json out = Json::object();
  for (const auto& level : levels) {
    out[level.name] = {{"read_bytes", level.readBytes}, {"write_bytes", level.writeBytes}};
  }
  return out;
}

Json energyJson(const Energy& energy) {
  Json by = Json::object();
  for (const auto& [component, picojoules] : energy.by) {
    by[component] = number(picojoules);
  }
  Json out = {{"total", number(energy.total)}, {"by", std::move(by)}};
  if (out["total"].is_null()) {
    out["reason"] = energy.reason;
  }
  return out;
}

Json einsumsJson(const std::vector<EinsumUse>& einsums) {
  Json out = Json::array();
  for (const auto& einsum : einsums) {
    Json ops = Json::object();
    for (const auto& [op, count] : einsum.ops) {
      ops[op] = count;
    }
    out.push_back({{"name", einsum.name},
                   {"unit", einsum.unit},
                   {"ops", std::move(ops)},
                   {"busy_cycles", number(einsum.busyCycles)},
                   {"utilization", number(einsum.utilization)}});
  }
  return out;
}

Json criticalPathJson(const std::vector<PathShare>& path) {
  Json out = Json::array();
  for (const auto& step : path) {
    out.push_back({{"einsum", step.einsum}, {"share", number(step.share)}});
  }
  return out;
}

Json limitsJson(const std::vector<Limit>& limits) {
  Json out = Json::array();
  for (const auto& limit : limits) {
    out.push_back({{"unit", limit.unit},
                   {"utilization", number(limit.utilization)},
                   {"speedup_if_doubled", number(limit.speedupIfDoubled)}});
  }
  return out;
}

Json roofsJson(const std::vector<Roof>& roofs) {
  Json out = Json::array();
  for (const auto& roof : roofs) {
    out.push_back(
        {{"name", roof.name},
         {roof.bandwidth ? "bytes_per_second" : "flops_per_second", number(roof.perSecond)}});
  }
  return out;
}

Json kernelsJson(const std::vector<KernelUse>& kernels) {
  Json out = Json::array();
  for (const auto& kernel : kernels) {
    const auto& occupancy = kernel.occupancy;
    out.push_back({{"name", kernel.name},
                   {"seconds", number(kernel.seconds)},
                   {"launch_seconds", number(kernel.launchSeconds)},
                   {"cycles", number(kernel.cycles)},
                   {"hertz", number(kernel.hertz)},
                   {"tail_share", number(kernel.tailShare)},
                   {"mask_share", number(kernel.maskShare)},
                   {"tensor_core_utilization", number(kernel.tensorUtilization)},
                   {"lanes_utilization", number(kernel.lanesUtilization)},
                   {"l2_read_bytes", number(kernel.l2ReadBytes)},
                   {"dram_read_bytes", number(kernel.dramReadBytes)},
                   {"dram_write_bytes", number(kernel.dramWriteBytes)},
                   {"occupancy",
                    {{"ctas", occupancy.ctas},
                     {"ctas_per_sm", occupancy.ctasPerSm},
                     {"threads_per_cta", occupancy.threads},
                     {"registers_per_thread", occupancy.registersPerThread},
                     {"shared_bytes_per_cta", occupancy.sharedBytes},
                     {"limited_by", occupancy.limitedBy},
                     {"waves", number(occupancy.waves)}}}});
  }
  return out;
}

Json validatedJson(const std::optional<Validation>& validated) {
  if (!validated) {
    return nullptr;
  }
  return {{"suite", validated->suite},
          {"family", validated->family},
          {"mean_error", number(validated->meanError)}};
}

Json provenanceJson(const Result& result) {
  Json inputs = Json::object();
  for (const auto& [file, hash] : result.inputs) {
    inputs[file] = hash;
  }
  return {{"version", result.version}, {"inputs", std::move(inputs)}};
}

} // namespace

std::string toJson(const Result& result) {
  Json out = {{"workload", result.workload},         {"machine", result.machine},
              {"mapping", result.mapping},           {"engine", result.engine},
              {"cycles", number(result.cycles)},     {"seconds", number(result.seconds)},
              {"flops", number(result.flops)},       {"units", unitsJson(result.units)},
              {"levels", levelsJson(result.levels)}, {"energy_pj", energyJson(result.energy)},
              {"area_um2", number(result.areaUm2)}};
  if (out["area_um2"].is_null()) {
    out["area_reason"] = result.areaReason;
  }
  if (result.peakFlops && result.seconds > 0) {
    out["flops_per_second"] = number(result.flops / result.seconds);
    out["peak_flops_per_second"] = number(*result.peakFlops);
  }
  if (!result.kernels.empty()) {
    out["kernels"] = kernelsJson(result.kernels);
  }
  out["einsums"] = einsumsJson(result.einsums);
  out["critical_path"] = criticalPathJson(result.criticalPath);
  out["limits"] = limitsJson(result.limits);
  out["roofs"] = roofsJson(result.roofs);
  out["validated"] = validatedJson(result.validated);
  if (result.values) {
    out["values"] = {{"seed", result.values->seed},
                     {"largest_difference", number(result.values->largestDifference)}};
  }
  if (result.serving) {
    out["serving"] = detail::servingJson(*result.serving);
  }
  out["provenance"] = provenanceJson(result);
  out["notes"] = result.notes;
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace einsight::results
