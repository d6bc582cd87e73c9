#include "results/waveform.hpp"
#include "sim/pe/pe.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using namespace einsight::sim;
using Route = Edge::Route;

namespace {

/// One row of PEs ("lanes") and an array of rows and columns; a cycle for an operation and a hop.
arch::Machine machine(std::int64_t rows, std::int64_t columns, std::int64_t hop = 1) {
  arch::Machine::Data data;
  data.name = data.file = "toy";
  data.kind = "spatial";
  data.clockHertz = core::Rational(1000000000);
  const std::vector<arch::Operation> operations{{"macc", core::Rational(1), {}},
                                                {"add", core::Rational(1), {}},
                                                {"exp", core::Rational(6), {}}};
  arch::Memory dram;
  dram.name = "dram";
  dram.kind = arch::Memory::Kind::Dram;
  dram.bandwidth = core::Rational(1);
  data.memories = {dram};
  arch::Unit two;
  two.name = "two";
  two.axes = {{"rows", rows, true}, {"columns", columns, false}};
  two.operations = operations;
  two.hopLatency = hop;
  arch::Unit one;
  one.name = "one";
  one.axes = {{"lanes", columns, false}};
  one.operations = operations;
  one.hopLatency = hop;
  data.units = {two, one};
  auto made = arch::check(std::move(data));
  if (!made) {
    FAIL(core::render(made.error()));
  }
  return *made;
}

/// A sum over the rows of the first array, then an addition in the lanes of the second.
einsum::Cascade cascade(std::int64_t k, std::int64_t n, const std::string& x = "A[k,n] * A[k,n]") {
  const auto made = einsum::parseCascade("version: 1\n"
                                         "workload: toy\n"
                                         "summary: a column sum, then something added to it\n"
                                         "source: our own\n"
                                         "parameters: {K: 1, N: 1}\n"
                                         "ranks: {k: K, n: N}\n"
                                         "tensors: {A: [k, n], C: [n]}\n"
                                         "results: [Y]\n"
                                         "einsums:\n"
                                         "  - X[n] = " +
                                             x +
                                             "\n"
                                             "  - Y[n] = X[n] + C[n]\n",
                                         "toy", {{"K", k}, {"N", n}});
  if (!made) {
    FAIL(core::render(made.error()));
  }
  return *made;
}

Tile::Range range(const std::string& variable, std::int64_t size, int extent) {
  return {variable, size, extent, {{size, 1, -1, 1}}};
}

Tile moved(const std::string& tensor, std::vector<Tile::Range> ranges) {
  Tile tile;
  tile.tensor = tensor;
  for (std::size_t r = 0; r < ranges.size(); ++r) {
    tile.indices.push_back({0, {{static_cast<int>(r), 1}}});
  }
  tile.ranges = std::move(ranges);
  return tile;
}

Edge need(int producer, Edge::Kind kind, Route route, std::int64_t latency, int operand = -1) {
  Edge edge;
  edge.kind = kind;
  edge.producer = producer;
  edge.route = route;
  edge.latency = latency;
  edge.operand = operand;
  return edge;
}

enum Numbers { kLoadA, kLoadC, kX, kY, kStore, kTasks };

/// Loads of 4 and 1 cycles, X on the array "two" (a cycle), Y on "one" (a cycle), a store of 2.
/// `drain` and `gather` are the latencies that are said to lie between.
Schedule toy(std::int64_t k, std::int64_t n, std::int64_t drain, std::int64_t gather) {
  Schedule schedule;
  schedule.resources = {{"two", false, k * n, 1}, {"one", false, n, 1}, {"dram", true, 1, 1}};
  schedule.einsums = {"X", "Y"};
  Section section;
  section.name = "all";
  section.extents = {{k, k, {}}, {n, n, {}}};
  const auto task = [](const std::string& name, Task::Kind kind, int einsum, int resource,
                       std::int64_t ticks) {
    Task made;
    made.name = name;
    made.kind = kind;
    made.einsum = einsum;
    made.resource = resource;
    made.ticks.scale = ticks;
    return made;
  };
  section.tasks = {task("A", Task::Kind::Load, -1, 2, 4), task("C", Task::Kind::Load, -1, 2, 1),
                   task("X", Task::Kind::Compute, 0, 0, 1), task("Y", Task::Kind::Compute, 1, 1, 1),
                   task("Y", Task::Kind::Store, -1, 2, 2)};
  auto& tasks = section.tasks;
  tasks[kLoadA].tile = moved("A", {range("k", k, -1), range("n", n, -1)});
  tasks[kLoadC].tile = moved("C", {range("n", n, -1)});
  tasks[kX].tile.ranges = {range("n", n, 1), range("k", k, 0)};
  tasks[kX].tile.axes = {{{1, 0}}, {{0, 0}}};
  tasks[kY].tile.ranges = {range("n", n, 1)};
  tasks[kY].tile.axes = {{{0, 0}}};
  tasks[kStore].tile = moved("Y", {range("n", n, -1)});
  tasks[kX].needs = {need(kLoadA, Edge::Kind::Bandwidth, Route::Ended, 0)};
  tasks[kY].needs = {need(kX, Edge::Kind::Data, Route::Lane, drain, 0),
                     need(kLoadC, Edge::Kind::Bandwidth, Route::Ended, 0)};
  tasks[kStore].needs = {need(kY, Edge::Kind::Data, Route::Gathered, gather)};
  for (int t = 0; t < kTasks; ++t) {
    section.blocks.push_back({{}, {{Item::Kind::Task, t, 0, {}}}, 0});
    section.streams.push_back({tasks[static_cast<std::size_t>(t)].resource, t, -1});
  }
  schedule.sections = {section};
  return schedule;
}

PeRun ran(const Schedule& schedule, const einsum::Cascade& work, const arch::Machine& on,
          const PeOptions& options = {}) {
  auto run = pe(schedule, work, on, einsum::randomInputs(work, 7), options);
  if (!run) {
    FAIL(core::render(run.error()));
  }
  return *run;
}

std::string messages(const Schedule& schedule, const einsum::Cascade& work,
                     const arch::Machine& on) {
  const auto run = pe(schedule, work, on, einsum::randomInputs(work, 7));
  return run ? "no problem" : core::render(run.error());
}

/// Remembers what it is told.
class Recorder : public results::Waveform {
public:
  int declare(const std::vector<std::string>& scopes, const std::string& name,
              Kind /*kind*/) override {
    std::string path;
    for (const auto& scope : scopes) {
      path += scope + ".";
    }
    names.push_back(path + name);
    return static_cast<int>(names.size()) - 1;
  }
  void change(std::int64_t tick, int signal, double value) override {
    values.emplace_back(tick, names[static_cast<std::size_t>(signal)], value);
    ordered = ordered && tick >= last;
    last = tick;
  }
  void change(std::int64_t tick, int signal, const std::string& value) override {
    texts.emplace_back(tick, names[static_cast<std::size_t>(signal)], value);
    ordered = ordered && tick >= last;
    last = tick;
  }
  [[nodiscard]] bool open() const override { return true; }

  std::vector<std::string> names;
  std::vector<std::tuple<std::int64_t, std::string, double>> values;
  std::vector<std::tuple<std::int64_t, std::string, std::string>> texts;
  bool ordered = true;
  std::int64_t last = 0;
};

} // namespace

TEST_CASE("a column sum leaves the array a hop for each row after its end", "[sim]") {
  for (const std::int64_t rows : {1, 3, 5}) {
    for (const std::int64_t columns : {1, 4}) {
      const auto work = cascade(rows, columns);
      const auto schedule = toy(rows, columns, 0, 0); // latencies are not looked at
      const auto run = ran(schedule, work, machine(rows, columns));
      // 4 load, 1 X, a hop per row, 1 Y, a hop per lane, 2 store
      CHECK(static_cast<std::int64_t>(run.totals.ticks) == 4 + 1 + rows + 1 + columns + 2);
      CHECK(run.largestDifference < 1e-12);
    }
  }
}

TEST_CASE("with the latencies that pe finds, cycle takes as long, else it does not", "[sim]") {
  const auto work = cascade(3, 4);
  const auto run = ran(toy(3, 4, 0, 0), work, machine(3, 4));
  CHECK(cycle(toy(3, 4, 3, 4))->ticks == run.totals.ticks);
  CHECK(cycle(toy(3, 4, 2, 4))->ticks < run.totals.ticks);
  CHECK(cycle(toy(3, 4, 3, 3))->ticks < run.totals.ticks);
}

TEST_CASE("what the PEs compute is what the Einsums say", "[sim]") {
  const auto work = cascade(3, 4);
  auto inputs = einsum::randomInputs(work, 7);
  const auto run = ran(toy(3, 4, 3, 4), work, machine(3, 4));
  const auto& result = run.results.at("Y");
  REQUIRE(result.data.size() == 4);
  for (std::size_t n = 0; n < 4; ++n) {
    double sum = inputs.at("C").data[n];
    for (std::size_t k = 0; k < 3; ++k) {
      sum += inputs.at("A").data[4 * k + n] * inputs.at("A").data[4 * k + n];
    }
    CHECK(result.data[n] == Approx(sum));
  }
}

TEST_CASE("words that each PE gets for itself make the links wide at the edge", "[sim]") {
  // Both accesses of A are a word for each PE: the second row's link carries those of all below.
  const auto run = ran(toy(5, 2, 5, 2), cascade(5, 2), machine(5, 2));
  CHECK(run.widestLink == 2 * 4);
  CHECK(run.widestLinkOf == "two");
}

TEST_CASE("both engines run in one process, in any order, again and again", "[sim]") {
  const auto work = cascade(3, 4);
  const auto on = machine(3, 4);
  for (int round = 0; round < 300; ++round) {
    REQUIRE(static_cast<std::int64_t>(cycle(toy(3, 4, 3, 4))->ticks) == 15);
    REQUIRE(static_cast<std::int64_t>(ran(toy(3, 4, 3, 4), work, on).totals.ticks) == 15);
  }
}

TEST_CASE("a wave of work is seen PE by PE", "[sim]") {
  Recorder recorder;
  PeOptions options;
  options.waveform = &recorder;
  ran(toy(2, 2, 2, 2), cascade(2, 2), machine(2, 2), options);
  CHECK(recorder.ordered);
  const auto busyFrom = [&](const std::string& signal) {
    const auto found =
        std::find_if(recorder.values.begin(), recorder.values.end(), [&](const auto& value) {
          return std::get<1>(value) == signal && std::get<2>(value) == 1;
        });
    return found == recorder.values.end() ? -1 : std::get<0>(*found);
  };
  CHECK(busyFrom("two.pe_0_0.busy") == 4);
  CHECK(busyFrom("two.pe_0_1.busy") == 5);
  CHECK(busyFrom("two.pe_1_0.busy") == 5);
  CHECK(busyFrom("two.pe_1_1.busy") == 6);
  CHECK(busyFrom("one.pe_0.busy") == 7);
  CHECK(busyFrom("one.pe_1.busy") == 8);
  CHECK(std::count(recorder.texts.begin(), recorder.texts.end(),
                   std::tuple(std::int64_t{4}, std::string("two.task"), std::string("X"))) == 1);
}

TEST_CASE("a caller can stop the run", "[sim]") {
  const auto work = cascade(2, 2);
  auto schedule = toy(2, 2, 2, 2);
  auto& section = schedule.sections.front();
  section.loops = {{"again", 1000, false}};
  section.tasks[kLoadC].loops = {0}; // an input may be loaded as often as one likes
  section.blocks[kLoadC].loops = {0};
  section.tasks[kY].needs[1].sources = {{Edge::Source::At::Last, 0, 0}};
  PeOptions options;
  options.progress = [](double) { return false; };
  const auto run = pe(schedule, work, machine(2, 2), einsum::randomInputs(work, 1), options);
  REQUIRE(!run);
  CHECK(core::render(run.error()) == "all: error: all: stopped before the end\n");
}

TEST_CASE("a schedule that can never finish says who waits for what", "[sim]") {
  auto schedule = toy(2, 2, 2, 2);
  schedule.sections.front().tasks[kX].needs.push_back(
      need(kStore, Edge::Kind::Data, Route::Ended, 0));
  CHECK(messages(schedule, cascade(2, 2), machine(2, 2)) ==
        "all: error: all: the schedule can never finish: two waits to do X until Y; one waits to "
        "do Y until X; dram waits to do Y until Y\n");
}

TEST_CASE("machines without hops and arrays that are too large are refused", "[sim]") {
  CHECK(messages(toy(2, 2, 0, 0), cascade(2, 2), machine(2, 2, 0)) ==
        "toy: error: arrays.two: the engine 'pe' moves words from PE to PE, a hop_latency of 0 "
        "moves them nowhere\n"
        "  help: use a machine with hop_latency: 1, as fusemax-systolic\n"
        "toy: error: arrays.one: the engine 'pe' moves words from PE to PE, a hop_latency of 0 "
        "moves them nowhere\n"
        "  help: use a machine with hop_latency: 1, as fusemax-systolic\n");
  CHECK(messages(toy(17, 2, 17, 2), cascade(17, 2), machine(17, 2)) ==
        "toy: error: arrays.two: the engine 'pe' simulates arrays of at most 16x16 PEs, this one "
        "has 34\n"
        "  help: use a smaller array (--set arch.PE=16), or --engine cycle\n");
  CHECK(messages(toy(16, 16, 16, 16), cascade(16, 16), machine(16, 16)) == "no problem");
}

TEST_CASE("tensors and runs that are too large are refused", "[sim]") {
  CHECK(messages(toy(2, 2, 2, 2), cascade(1 << 12, 1 << 12), machine(2, 2)) ==
        "toy: error: toy: the engine 'pe' holds at most 8388608 values, these tensors have "
        "16789504\n"
        "  help: set smaller sizes, or use --engine cycle\n");
  auto schedule = toy(2, 2, 2, 2);
  schedule.sections.front().tasks[kX].ticks.scale = 1 << 28;
  CHECK(messages(schedule, cascade(2, 2), machine(2, 2)) ==
        "toy: error: toy: the engine 'pe' simulates at most 1073741824 cycles of a PE, this run "
        "has 1073741826\n"
        "  help: set smaller sizes, or use --engine cycle\n");
}

TEST_CASE("an Einsum that is not done word by word is refused", "[sim]") {
  const auto work = cascade(2, 2, "A[k,n] :: argmax(k)");
  CHECK(messages(toy(2, 2, 2, 2), work, machine(2, 2)) ==
        "toy:10:5: error: einsums[0]: the engine 'pe' cannot run Einsum 'X': it leaves more than "
        "one value of what it reduces\n"
        "  help: use --engine cycle\n");
}
