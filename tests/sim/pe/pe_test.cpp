#include "pe_toy.hpp"
#include "results/waveform.hpp"
#include "sim/pe/pe.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using namespace einsight::sim;
using Route = Edge::Route;

namespace {

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
      const auto work = toy::cascade(rows, columns);
      const auto schedule = toy::schedule(rows, columns, 0, 0); // latencies are not looked at
      const auto run = ran(schedule, work, toy::machine(rows, columns));
      // 4 load, 1 X, a hop per row, 1 Y, a hop per lane, 2 store
      CHECK(static_cast<std::int64_t>(run.totals.ticks) == 4 + 1 + rows + 1 + columns + 2);
      CHECK(run.largestDifference < 1e-12);
    }
  }
}

TEST_CASE("with the latencies that pe finds, cycle takes as long, else it does not", "[sim]") {
  const auto work = toy::cascade(3, 4);
  const auto run = ran(toy::schedule(3, 4, 0, 0), work, toy::machine(3, 4));
  CHECK(cycle(toy::schedule(3, 4, 3, 4))->ticks == run.totals.ticks);
  CHECK(cycle(toy::schedule(3, 4, 2, 4))->ticks < run.totals.ticks);
  CHECK(cycle(toy::schedule(3, 4, 3, 3))->ticks < run.totals.ticks);
}

TEST_CASE("what the PEs compute is what the Einsums say", "[sim]") {
  const auto work = toy::cascade(3, 4);
  auto inputs = einsum::randomInputs(work, 7);
  const auto run = ran(toy::schedule(3, 4, 3, 4), work, toy::machine(3, 4));
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
  const auto run = ran(toy::schedule(5, 2, 5, 2), toy::cascade(5, 2), toy::machine(5, 2));
  CHECK(run.widestLink == 2 * 4);
  CHECK(run.widestLinkOf == "two");
}

TEST_CASE("both engines run in one process, in any order, again and again", "[sim]") {
  const auto work = toy::cascade(3, 4);
  const auto on = toy::machine(3, 4);
  for (int round = 0; round < 300; ++round) {
    REQUIRE(static_cast<std::int64_t>(cycle(toy::schedule(3, 4, 3, 4))->ticks) == 15);
    REQUIRE(static_cast<std::int64_t>(ran(toy::schedule(3, 4, 3, 4), work, on).totals.ticks) == 15);
  }
}

TEST_CASE("a wave of work is seen PE by PE", "[sim]") {
  Recorder recorder;
  PeOptions options;
  options.waveform = &recorder;
  ran(toy::schedule(2, 2, 2, 2), toy::cascade(2, 2), toy::machine(2, 2), options);
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
  const auto work = toy::cascade(2, 2);
  auto schedule = toy::schedule(2, 2, 2, 2);
  auto& section = schedule.sections.front();
  section.loops = {{"again", 1000, false}};
  section.tasks[toy::kLoadC].loops = {0}; // an input may be loaded as often as one likes
  section.blocks[toy::kLoadC].loops = {0};
  section.tasks[toy::kY].needs[1].sources = {{Edge::Source::At::Last, 0, 0}};
  PeOptions options;
  options.progress = [](double) { return false; };
  const auto run = pe(schedule, work, toy::machine(2, 2), einsum::randomInputs(work, 1), options);
  REQUIRE(!run);
  CHECK(core::render(run.error()) == "all: error: all: stopped before the end\n");
}

TEST_CASE("progress counts the cycles of PEs, from nothing to all", "[sim]") {
  const auto work = toy::cascade(2, 2);
  std::vector<double> told;
  PeOptions options;
  options.progress = [&](double done) {
    told.push_back(done);
    return true;
  };
  REQUIRE(pe(toy::schedule(2, 2, 2, 2), work, toy::machine(2, 2), einsum::randomInputs(work, 1),
             options));
  REQUIRE(told.size() >= 2);
  CHECK(told.front() < 1);
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK(told.back() == Approx(1));
}

TEST_CASE("a schedule that can never finish says who waits for what", "[sim]") {
  auto schedule = toy::schedule(2, 2, 2, 2);
  schedule.sections.front().tasks[toy::kX].needs.push_back(
      toy::need(toy::kStore, Edge::Kind::Data, Route::Ended, 0));
  CHECK(messages(schedule, toy::cascade(2, 2), toy::machine(2, 2)) ==
        "all: error: all: the schedule can never finish: two waits to do X until Y; one waits to "
        "do Y until X; dram waits to do Y until Y\n");
}

TEST_CASE("machines without hops and arrays that are too large are refused", "[sim]") {
  CHECK(messages(toy::schedule(2, 2, 0, 0), toy::cascade(2, 2), toy::machine(2, 2, 0)) ==
        "toy: error: arrays.two: the engine 'pe' moves words from PE to PE, a hop_latency of 0 "
        "moves them nowhere\n"
        "  help: use a machine whose arrays have links: {hop_latency: 1}\n"
        "toy: error: arrays.one: the engine 'pe' moves words from PE to PE, a hop_latency of 0 "
        "moves them nowhere\n"
        "  help: use a machine whose arrays have links: {hop_latency: 1}\n");
  CHECK(messages(toy::schedule(17, 2, 17, 2), toy::cascade(17, 2), toy::machine(17, 2)) ==
        "toy: error: arrays.two: the engine 'pe' simulates arrays of at most 16x16 PEs, this one "
        "has 34\n"
        "  help: use a smaller array (--set arch.PE=16), or --engine cycle\n");
  CHECK(messages(toy::schedule(16, 16, 16, 16), toy::cascade(16, 16), toy::machine(16, 16)) ==
        "no problem");
}

TEST_CASE("tensors and runs that are too large are refused", "[sim]") {
  CHECK(messages(toy::schedule(2, 2, 2, 2), toy::cascade(1 << 12, 1 << 12), toy::machine(2, 2)) ==
        "toy: error: toy: the engine 'pe' holds at most 8388608 values, these tensors have "
        "16789504\n"
        "  help: set smaller sizes, or use --engine cycle\n");
  auto schedule = toy::schedule(2, 2, 2, 2);
  schedule.sections.front().tasks[toy::kX].ticks.scale = 1 << 28;
  CHECK(messages(schedule, toy::cascade(2, 2), toy::machine(2, 2)) ==
        "toy: error: toy: the engine 'pe' simulates at most 1073741824 cycles of a PE, this run "
        "has 1073741826\n"
        "  help: set smaller sizes, or use --engine cycle\n");
}

TEST_CASE("an Einsum that is not done word by word is refused", "[sim]") {
  const auto work = toy::cascade(2, 2, "A[k,n] :: argmax(k)");
  CHECK(messages(toy::schedule(2, 2, 2, 2), work, toy::machine(2, 2)) ==
        "toy:10:5: error: einsums[0]: the engine 'pe' cannot run Einsum 'X': it leaves more than "
        "one value of what it reduces\n"
        "  help: use --engine cycle\n");
}
