#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "mappings/catalogue.hpp"
#include "mappings/gathers.hpp"
#include "mappings/lower.hpp"
#include "mappings/one_by_one.hpp"
#include "mappings/verify.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings;

namespace {

arch::Machine machineOf(const std::string& name) {
  auto machine = arch::load(name, {});
  REQUIRE(machine.has_value());
  return *machine;
}

einsum::Cascade cascadeOf(const std::string& yaml) {
  const auto cascade = einsum::parseCascade("version: 1\nworkload: t\n" + yaml, "t.yaml");
  INFO((cascade ? "" : core::render(cascade.error())));
  REQUIRE(cascade.has_value());
  return *cascade;
}

Mapping generalOf(const einsum::Cascade& cascade, const arch::Machine& machine) {
  const auto names = generalMappings();
  REQUIRE(names == std::vector<std::string>{"one-by-one"});
  const auto file = find(names.front());
  REQUIRE(file.has_value());
  auto mapping = readMapping(*file, cascade, machine, {}, {config::catalogueRoot() / "mappings"});
  INFO((mapping ? "" : core::render(mapping.error())));
  REQUIRE(mapping.has_value());
  return *mapping;
}

const std::string kGather = R"yaml(
ranks: {q: 300, j: 4, m: 64, d: 32}
tensors: {X: [q, d], K: [m, d], I: [q, j]}
einsums:
  - S[q,j] = X[q,d] * K[I[q,j],d]
)yaml";

} // namespace

TEST_CASE("every cascade of the catalogue has a legal mapping, one Einsum after another",
          "[mappings]") {
  for (const std::string machine : {"fusemax", "flat"}) {
    for (const std::string workload :
         {"attention-1pass", "attention-3pass-causal", "linear-attention", "attention-sigmoid",
          "encoder-layer-1pass", "matmul", "neighborhood-2d"}) {
      INFO(machine << " " << workload);
      const auto cascade = workloads::load(workload);
      REQUIRE(cascade.has_value());
      const auto verified =
          verify(generalOf(*cascade, machineOf(machine)), *cascade, machineOf(machine));
      INFO((verified ? "" : core::render(verified.error())));
      CHECK(verified.has_value());
    }
  }
}

TEST_CASE("the longest variables of a result lie along the axes, cut where they are longer",
          "[mappings]") {
  const auto cascade = cascadeOf(
      "ranks: {i: 1000, k: 7, n: 200}\ntensors: {A: [i, k], B: [k, n]}\neinsums: [\"Z[i,n] = "
      "A[i,k] * B[k,n]\"]\n");
  const auto mapping = generalOf(cascade, machineOf("fusemax"));
  REQUIRE(mapping.partitions.size() == 1);
  CHECK(mapping.partitions.front().variable == "i");
  REQUIRE(mapping.bindings.size() == 1);
  CHECK(mapping.bindings.front().unit == "array_2d");
  CHECK(mapping.bindings.front().spatial ==
        std::map<std::string, std::vector<std::string>>{{"rows", {"i_lane"}}, {"columns", {"n"}}});
  REQUIRE(mapping.sections.size() == 1);
  CHECK(mapping.sections.front().nest.loops == std::vector<std::string>{"i_tile"});
}

TEST_CASE("a recurrence is one section around its iterative rank", "[mappings]") {
  const auto cascade = cascadeOf(R"yaml(
ranks: {b: 2, t: 16, e: 8}
tensors: {X: [b, t, e], G: [b, t, e], S: {initial: 0}}
einsums:
  - D[b,t,e] = S[b,t,e] * G[b,t,e]
  - S[b,t+1,e] = D[b,t,e] + X[b,t,e]
)yaml");
  const auto mapping = generalOf(cascade, machineOf("fusemax"));
  REQUIRE(mapping.sections.size() == 1);
  CHECK(mapping.sections.front().nest.loops.back() == "t");
  CHECK(verify(mapping, cascade, machineOf("fusemax")).has_value());
}

TEST_CASE("an operator that no unit has is refused with what each lacks", "[mappings]") {
  const auto cascade = cascadeOf("ranks: {i: 4}\ntensors: {X: [i]}\neinsums: [\"Z[i] = X[i] + "
                                 "1\"]\n");
  auto data = arch::Machine::Data{};
  data.name = "mute";
  data.kind = "spatial";
  const auto fusemax = machineOf("fusemax");
  data.memories = fusemax.memories();
  data.units = fusemax.units();
  for (auto& unit : data.units) {
    std::erase_if(unit.operations, [](const auto& operation) { return operation.op == "add"; });
    unit.chained.clear();
  }
  const auto machine = arch::check(data);
  REQUIRE(machine.has_value());
  const auto mapping = oneByOne({}, cascade, *machine);
  REQUIRE_FALSE(mapping.has_value());
  CHECK(mapping.error().front().what ==
        "no unit of 'mute' can do every operator of Einsum 'Z': array_2d lacks add; array_1d "
        "lacks add");
}

TEST_CASE("a gathered tensor moves with its index tensor", "[mappings]") {
  const auto cascade = cascadeOf(kGather);
  const auto& read = cascade.einsum("S")->expression.operands[1].access;
  CHECK(moves(read.indices[0], "q"));
  CHECK(moves(read.indices[0], "j"));
  CHECK_FALSE(moves(read.indices[0], "d"));
  CHECK(gathered(read, read.indices[0]) == std::vector<std::string>{"q", "j"});
  CHECK(gathered(read, read.indices[1]).empty());
}
