#include "tests/explore/sweep/scratch.hpp"

using namespace einsight;
using namespace einsight::explore::sweep;
using namespace einsight::explore::sweep::test;

TEST_CASE("a sweep file is read", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = readText(folder, R"(version: 1
sweep: example
engine: analytic
workloads: [bert, attention-3pass:bert]
zip: {machine: [fusemax, flat], mapping: [fusemax-binding, flat]}
set:
  L: 1K..4K
  arch.PE: [64, 128]
when: L >= 16*arch.PE
where: [array_2d.utilization > 0.5, energy_pj < 1000000, L > 2]
objectives: [latency, area]
strategy: {random: 5, seed: 9}
)");
  REQUIRE(sweep);
  CHECK(sweep->axes.size() == 4);
  CHECK(sweep->axes[0].rows.size() == 2);
  CHECK(sweep->axes[3].names == std::vector<std::string>{"machine", "mapping"});
  CHECK(sweep->objectives == std::vector<std::string>{"latency", "area"});
  CHECK(sweep->sample->count == 5);
  CHECK(choosePoints(*sweep)->size() == 5);
}

TEST_CASE("the hash changes with what the results depend on, and with nothing else", "[sweep]") {
  const config::ScratchFolder folder;
  folder.write("m.yaml", "version: 1\nextends: fusemax\nmachine: m\nparameters: {PE: 64}\n");
  const std::string text =
      "version: 1\nsweep: x\nworkloads: bert\nmachines: m.yaml\nset: {L: 1K..4K}\n";
  const auto hash = [&](const std::string& file, const std::vector<std::string>& set = {}) {
    const auto sweep = readText(folder, file, set);
    REQUIRE(sweep);
    return sweep->hash;
  };
  const auto first = hash(text);
  CHECK(hash(text + "summary: more\ntimeout: 5\n") == first);
  CHECK(hash(text + "engine: analytic\n") != first);
  CHECK(hash(text, {"L=1K..8K"}) != first);
  CHECK(hash(text, {"L=1K..4K"}) == first);
  folder.write("m.yaml", "version: 1\nextends: fusemax\nmachine: m\nparameters: {PE: 32}\n");
  CHECK(hash(text) != first);
}

TEST_CASE("overrides replace or add parameters", "[sweep]") {
  const config::ScratchFolder folder;
  const std::string text = "version: 1\nsweep: x\nworkloads: bert\nmachines: fusemax\n"
                           "set: {L: 1K..1M}\n";
  const auto sweep = readText(folder, text, {"L=1K", "arch.PE=32..128"});
  REQUIRE(sweep);
  CHECK(choosePoints(*sweep)->size() == 3);
  CHECK(refusal(text, {"L", "L=x", "machine=flat"}) ==
        "error: --set L: this sets nothing\n"
        "  help: write NAME=VALUES, such as L=1K..16K\n"
        "error: --set L=x: 'x' is not a number: unknown name 'x'\n"
        "  help: write a value, LOW..HIGH (doubling) or LOW..HIGH:STEP (adding)\n"
        "error: --set machine=flat: 'machine' is not a parameter\n"
        "  help: change it in the file\n");
}

TEST_CASE("every mistake of a sweep file is listed with its place", "[sweep]") {
  CHECK(refusal(R"(version: 1
sweep: bad
engine: fast
workloads: [bert, ./nope.yaml]
machines: [fusemax]
set:
  arch.PF: [64]
  arhc.PE: 64
  L: 8..4
when: K >= 1
where: array_3d.utilization > 0.5
objectives: [latancy]
strategy: {random: 0}
tiemout: 5
)") == R"(s.yaml:3:9: error: engine: unknown value 'fast'
  help: one of: analytic, cycle, pe
s.yaml:4:19: error: workloads[1]: unknown workload './nope.yaml'
  help: there is no such file
s.yaml:7:3: error: set.arch.PF: no machine of this sweep has 'PF' to set
  help: did you mean 'PE'? (one of: PE, rows, columns, buffer_mib, dram_gib_per_s, clock_mhz)
s.yaml:8:3: error: set.arhc.PE: unknown prefix 'arhc'
  help: did you mean 'arch'? (one of: arch, mapping)
s.yaml:9:6: error: set.L: '8..4' ends before it begins
  help: write the smaller number first
s.yaml:10:7: error: when: 'K' is not varied by this sweep
  help: one of: arch.PF, L
s.yaml:11:8: error: where: no machine of this sweep gives 'array_3d.utilization'
  help: did you mean 'array_1d.utilization'? (one of: cycles, seconds, energy_pj, area_um2, edp_pj_s, utilization, flops, tokens_per_s, usd, usd_per_mtoken, power_w, arch.PF, L, array_1d.utilization, array_2d.utilization, dram.read_bytes, dram.utilization, dram.write_bytes, global_buffer.read_bytes, global_buffer.utilization, global_buffer.write_bytes, registers_1d.read_bytes, registers_1d.utilization, registers_1d.write_bytes, registers_2d.read_bytes, registers_2d.utilization, registers_2d.write_bytes)
s.yaml:12:14: error: objectives[0]: there is no objective 'latancy'
  help: did you mean 'latency'? (one of: latency, energy, area, edp, utilization, throughput, usd, usd_per_mtoken)
s.yaml:13:20: error: strategy.random: '0' is out of range
  help: write a whole number from 1 to 10000000
s.yaml:14:1: error: tiemout: unknown key
  help: did you mean 'timeout'? (one of: sweep, summary, engine, workloads, machines, mappings, traces, set, zip, prices, when, where, objectives, per, strategy, search, timeout)
)");
}

TEST_CASE("what is missing or empty is a mistake", "[sweep]") {
  CHECK(refusal("version: 1\nsweep: x\n") ==
        "s.yaml:1:1: error: 'workloads' is missing\n"
        "  help: write workloads: and a name, or a list of names\n"
        "s.yaml:1:1: error: 'machines' is missing\n"
        "  help: write machines: and a name, or a list of names\n");
  CHECK(refusal("version: 1\nsweep: x\nworkloads: []\nmachines: [flat, flat]\nset: {L: []}\n"
                "zip: {arch.PE: [1, 2], arch.rows: [1]}\n") ==
        "s.yaml:3:12: error: workloads: the list is empty\n"
        "  help: name a workload\n"
        "s.yaml:4:18: error: machines[1]: 'flat' is there twice\n"
        "  help: write every name once\n"
        "s.yaml:5:10: error: set.L: there are no values\n"
        "  help: write for example 1K..16K or [64, 128]\n"
        "s.yaml:6:6: error: zip: the lists are not of one length: arch.PE has 2, arch.rows has 1\n"
        "  help: write for example {arch.PE: [64, 128], arch.buffer_kib: [1024, 4096]}\n");
}

TEST_CASE("a mapping's sizes and a workload's derived parameters are known", "[sweep]") {
  CHECK(refusal("version: 1\nsweep: x\nworkloads: bert\nmachines: fusemax\n"
                "mappings: fusemax-binding\nset: {mapping.zz: 4, M: 1K}\n") ==
        "s.yaml:6:7: error: set.mapping.zz: no mapping of this sweep has 'zz' to set\n"
        "  help: one of: p0, p1\n"
        "s.yaml:6:22: error: set.M: no workload of this sweep has 'M' to set\n"
        "  help: did you mean 'M0'? (one of: B, H, L, E, F, M0)\n");
}

TEST_CASE("points run through the engines, and conditions on results are seen", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = readText(folder, R"(version: 1
sweep: real
engine: analytic
workloads: bert
machines: fusemax
mappings: fusemax-binding
set: {L: [1K, 64K], arch.PE: [0, 256]}
where: [array_2d.utilization > 0.2, dram.read_bytes > 1000, L > 2K]
)");
  REQUIRE(sweep);
  SweepOptions options;
  options.database = (folder.root() / "r.db").string();
  options.jobs = 2;
  const auto answer = runSweep(*sweep, options);
  REQUIRE(answer);
  std::vector<results::SweepRow> rows;
  REQUIRE(answer->store.forEach([&](const results::SweepRow& row) { rows.push_back(row); }));
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].status == results::RowStatus::Refused);
  CHECK(rows[0].reason.find("error: ") != std::string::npos);
  CHECK(rows[1].status == results::RowStatus::Done);
  CHECK(!rows[1].meets);
  CHECK(rows[3].meets);
  CHECK(*rows[3].seconds > *rows[1].seconds);
  CHECK(*rows[3].edpPjS == *rows[3].seconds * *rows[3].energyPj);
  CHECK((*rows[3].utilization > 0.2 && *rows[3].utilization <= 1));
}

TEST_CASE("a search and groups are read", "[sweep]") {
  const config::ScratchFolder folder;
  const std::string head = "version: 1\nsweep: x\nworkloads: bert\nmachines: [fusemax, flat]\n"
                           "set: {L: 1K..4K, arch.PE: [64, 128]}\n";
  const auto sweep =
      readText(folder, head + "objectives: [latency, area]\nper: [L, machine]\n"
                              "search: {evaluations: 20, seed: 4, population: 12}\n");
  REQUIRE(sweep);
  CHECK(sweep->per == std::vector<std::string>{"L", "machine"});
  REQUIRE(sweep->search);
  CHECK(sweep->search->method == "nsga2");
  CHECK(sweep->search->evaluations == 20);
  CHECK(sweep->search->population == 12);
  CHECK(refusal(head + "objectives: [latency, area]\nper: [K]\nstrategy: exhaustive\n"
                       "search: {method: gaco, evaluations: 0}\n") ==
        "s.yaml:7:7: error: per[0]: 'K' is not varied by this sweep\n"
        "  help: one of: workload, machine, L, arch.PE\n"
        "s.yaml:9:9: error: search: a sweep has either strategy: or search:\n"
        "  help: leave one of them out\n"
        "s.yaml:9:9: error: search: gaco finds the best of one objective\n"
        "  help: use method: nsga2 or method: maco\n"
        "s.yaml:9:37: error: search.evaluations: '0' is out of range\n"
        "  help: write a whole number from 1 to 10000000\n");
  CHECK(refusal(head + "search: {method: nsga2, evaluations: 9}\n") ==
        "s.yaml:6:9: error: search: nsga2 needs at least two objectives\n"
        "  help: use method: gaco, or add one under objectives:\n");
}

TEST_CASE("points on the command line make a sweep smaller", "[sweep]") {
  const config::ScratchFolder folder;
  const auto file = folder.write("s.yaml", "version: 1\nsweep: x\nworkloads: bert\n"
                                           "machines: fusemax\nset: {L: 1K..64K}\n");
  const auto sweep = readSweep(file.string(), {{}, 3});
  REQUIRE(sweep);
  CHECK(choosePoints(*sweep)->size() == 3);
  const auto none = readSweep(file.string(), {{}, 0});
  REQUIRE(!none);
  CHECK(core::render(none.error()) == "error: --points: '0' is no number of points\n"
                                      "  help: write a number from 1 to 10000000\n");
}

TEST_CASE("dollars and tokens of a row follow from its price and time", "[sweep]") {
  const config::ScratchFolder folder;
  auto sweep = readText(folder, "version: 1\nsweep: x\nengine: analytic\n"
                                "workloads: attention\nmachines: [h100, h800]\n"
                                "mappings: flash-attention-2\nset: {B: 2, L: 1K}\n"
                                "objectives: [usd_per_mtoken, throughput]\n");
  REQUIRE(sweep);
  SweepOptions options;
  options.database = (folder.root() / "r.db").string();
  const auto answer = runSweep(*sweep, options);
  REQUIRE(answer);
  std::vector<results::SweepRow> rows;
  REQUIRE(answer->store.forEach([&](const results::SweepRow& row) { rows.push_back(row); }));
  REQUIRE(rows.size() == 2);
  REQUIRE(rows[0].usd);
  constexpr double kPerHour = 3.0, kTokens = 2 * 1024; // arch/machines/h100.yaml
  CHECK(*rows[0].usd == Approx(*rows[0].seconds * kPerHour / 3600));
  CHECK(*rows[0].usdPerMtoken == Approx(*rows[0].usd / kTokens * 1e6));
  CHECK(*rows[0].tokensPerS == Approx(kTokens / *rows[0].seconds));
  CHECK(!rows[1].usd);
  CHECK(!rows[1].usdPerMtoken);
  CHECK(rows[1].tokensPerS);
  CHECK(rows[1].detail.find(R"("usd":"no price is known for 'h800'")") != std::string::npos);
}

TEST_CASE("traces, prices and what only some points have are read", "[sweep]") {
  const config::ScratchFolder folder;
  folder.write("r.csv", "arrival_s,prompt_tokens,output_tokens\n0,10,2\n");
  const std::string text = "version: 1\nsweep: x\nworkloads: llama-3-8b\n"
                           "traces: [azure-conv, r.csv]\nprices: {h100: 2.5 USD}\n"
                           "zip:\n  machine: [h100, h100x2]\n  mapping: [tensor-parallel, ~]\n"
                           "  arch.count: [~, 2]\nset: {requests: 1}\n"
                           "objectives: usd_per_mtoken\n";
  const auto sweep = readText(folder, text);
  if (!sweep) {
    FAIL(core::render(sweep.error()));
  }
  CHECK(sweep->prices == std::map<std::string, double>{{"h100", 2.5}});
  const auto first = assignmentAt(*sweep, 0);
  CHECK(valueOf(first, "arch.count") == nullptr);
  CHECK(valueOf(first, "trace")->text == "azure-conv");
  CHECK(valueOf(assignmentAt(*sweep, 1), "mapping") == nullptr);
  CHECK(valueOf(assignmentAt(*sweep, 1), "arch.count")->text == "2");
  const auto answer = runSweep(*sweep, {results::kInMemory});
  REQUIRE(answer);
  std::vector<results::SweepRow> rows;
  REQUIRE(answer->store.forEach([&](const results::SweepRow& row) { rows.push_back(row); }));
  REQUIRE(rows.size() == 4);
  for (const auto& row : rows) {
    INFO(row.reason);
    const auto serving = results::servingOf(row);
    REQUIRE(serving.has_value());
    CHECK(serving->usdPerHour == Approx(row.machine == "h100" ? 2.5 : 5));
    CHECK(row.mapping == "tensor-parallel");
  }
  CHECK(results::servingOf(rows[2])->tokens == 2); // of the file
  folder.write("r.csv", "arrival_s,prompt_tokens,output_tokens\n0,10,3\n");
  CHECK(readText(folder, text)->hash != sweep->hash);
}

TEST_CASE("mistakes in traces and prices are told at their place", "[sweep]") {
  CHECK(refusal("version: 1\nsweep: x\nworkloads: llama-3-8b\nmachines: h100x2\n"
                "traces: azure-con\nprices: {h20: 1 USD, h100: 0 USD}\n"
                "zip: {workload: [~]}\nset: {trace: 4}\n") ==
        "s.yaml:5:9: error: traces: unknown trace 'azure-con'\n"
        "  help: did you mean 'azure-conv'? (one of: azure-code, azure-conv, kimi-conv, kimi-ta, "
        "sharegpt)\n"
        "s.yaml:6:10: error: prices.h20: no machine here has devices 'h20'\n"
        "  help: did you mean 'h100'? (one of: h100)\n"
        "s.yaml:6:28: error: prices.h100: a price is above zero\n"
        "s.yaml:7:7: error: zip.workload: 'workload' is varied twice\n"
        "  help: give all its values in one place\n"
        "s.yaml:8:7: error: set.trace: 'trace' is varied twice\n"
        "  help: give all its values in one place\n");
}

TEST_CASE("a condition over what a point is without is told with its place", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = readText(folder, "version: 1\nsweep: x\nworkloads: llama-3-8b\n"
                                      "zip: {machine: [h100x2, h100x4], arch.count: [2, ~]}\n"
                                      "set: {batch: 1, context: 1K}\nwhen: arch.count > 1\n");
  REQUIRE(sweep);
  const auto points = choosePoints(*sweep);
  REQUIRE_FALSE(points);
  CHECK(points.error().front().what ==
        "'arch.count > 1' cannot be evaluated where arch.count is not given: unknown name "
        "'arch.count'");
}
