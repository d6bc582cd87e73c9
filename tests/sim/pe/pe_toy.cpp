#include "pe_toy.hpp"

#include <catch2/catch.hpp>

namespace einsight::sim::toy {
namespace {

using Route = Edge::Route;

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

} // namespace

Edge need(int producer, Edge::Kind kind, Edge::Route route, std::int64_t latency, int operand) {
  Edge edge;
  edge.kind = kind;
  edge.producer = producer;
  edge.route = route;
  edge.latency = latency;
  edge.operand = operand;
  return edge;
}

arch::Machine machine(std::int64_t rows, std::int64_t columns, std::int64_t hop) {
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

einsum::Cascade cascade(std::int64_t k, std::int64_t n, const std::string& x) {
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

Schedule schedule(std::int64_t k, std::int64_t n, std::int64_t drain, std::int64_t gather) {
  Schedule made;
  made.resources = {{"two", false, k * n, 1}, {"one", false, n, 1}, {"dram", true, 1, 1}};
  made.einsums = {"X", "Y"};
  Section section;
  section.name = "all";
  section.extents = {{k, k, {}}, {n, n, {}}};
  const auto task = [](const std::string& name, Task::Kind kind, int einsum, int resource,
                       std::int64_t ticks) {
    Task piece;
    piece.name = name;
    piece.kind = kind;
    piece.einsum = einsum;
    piece.resource = resource;
    piece.ticks.scale = ticks;
    return piece;
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
  made.sections = {section};
  return made;
}

} // namespace einsight::sim::toy
