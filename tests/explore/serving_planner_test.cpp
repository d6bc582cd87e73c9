#include "core/format.hpp"
#include "explore/serving_planner.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::explore;

namespace {

core::Expected<PlanQuestion> read(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-plan-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << text;
  auto question = readPlan(file);
  std::filesystem::remove(file);
  return question;
}

PlanQuestion question(const std::string& text) {
  auto out = read(text);
  if (!out) {
    FAIL(core::render(out.error()));
  }
  return *out;
}

const std::string kPlan = "version: 1\nplan: p\nworkload: llama-33b\n"
                          "load: {batch: 16, context: 1K}\n"
                          "limits: {tbt: 60 ms}\n"
                          "prices: {h100: 10 USD, h20: 1 USD}\n"
                          "clusters:\n"
                          "  - machine: lamina-2h100-4h20\n"
                          "    mappings: attention-offload\n"
                          "    set: {memory: 2..4:2, mapping.batches: [1, 2]}\n"
                          "  - {machine: h100x2, mappings: [tensor-parallel, attention-offload]}\n";

} // namespace

TEST_CASE("a plan lists every combination of its values", "[serving]") {
  const auto asked = question(kPlan);
  REQUIRE(asked.candidates.size() == 6);
  CHECK(asked.candidates[1].settings == "memory=2, mapping.batches=2");
  CHECK(asked.candidates[2].settings == "memory=4, mapping.batches=1");
  CHECK(asked.candidates[5].request.mapping == "attention-offload");
  CHECK(asked.tbtSeconds == 0.06);
}

TEST_CASE("the cheapest within the limits is first, the refused are last with their reasons",
          "[serving]") {
  const auto asked = question(kPlan);
  const auto all = plan(asked);
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 6);
  for (std::size_t i = 1; i < all->size(); ++i) {
    const auto& one = (*all)[i - 1];
    const auto& next = (*all)[i];
    CHECK((one.meets || !next.meets));
    CHECK((one.serving || !next.serving));
    if (one.meets && next.meets) {
      CHECK(*one.serving->usdPerMtoken <= *next.serving->usdPerMtoken);
    }
  }
  CHECK(all->front().meets);
  CHECK(all->front().serving->tbt.p99 <= 0.06);
  CHECK_FALSE(all->back().serving.has_value());
  CHECK(all->back().problems.front().what == "machine 'h100x2' has no group of GPUs 'workers'");
}

TEST_CASE("a shorter limit rejects what takes longer", "[serving]") {
  auto asked = question(kPlan);
  asked.tbtSeconds = 1e-6;
  const auto all = plan(asked);
  REQUIRE(all.has_value());
  CHECK_FALSE(all->front().meets);
  CHECK(all->front().serving.has_value());
}

TEST_CASE("limits that nothing keeps are answered with the nearest and by how much it misses",
          "[serving]") {
  auto asked = question(kPlan);
  asked.tbtSeconds = 1e-3;
  const auto all = plan(asked);
  REQUIRE(all.has_value());
  const auto problems = missed(asked, *all);
  const Planned* nearest = nullptr;
  for (const auto& one : *all) {
    if (one.serving && (nearest == nullptr || one.serving->tbt.p99 < nearest->serving->tbt.p99)) {
      nearest = &one;
    }
  }
  REQUIRE(nearest != nullptr);
  CHECK(missOf(*nearest->serving, asked) == Approx(nearest->serving->tbt.p99 / 1e-3 - 1));
  const auto time = nearest->serving->tbt.p99;
  CHECK(problems.front().what ==
        "no candidate serves the load within the limits; the nearest is " +
            nearest->candidate->request.machine + " " + nearest->candidate->settings + " " +
            nearest->mapping + ", with " + core::formatSeconds(time) +
            " between tokens: " + core::formatSeconds(time - 1e-3) + " too long");
  CHECK(problems.size() == 3); // and the two groups that a machine does not have
}

TEST_CASE("the frontier is what no other candidate beats in money and in speed", "[serving]") {
  const auto asked = question(kPlan);
  const auto all = plan(asked);
  REQUIRE(all.has_value());
  CHECK(all->front().frontier); // the cheapest
  for (const auto& one : *all) {
    bool beaten = !one.meets;
    for (const auto& other : *all) {
      beaten =
          beaten || (other.meets && *other.serving->usdPerMtoken < *one.serving->usdPerMtoken &&
                     other.serving->tokensPerSecond > one.serving->tokensPerSecond);
    }
    CHECK((!beaten || !one.frontier));
  }
}

TEST_CASE("names that a plan gets wrong are told where they stand, once", "[serving]") {
  const auto wrong = read("version: 1\nplan: p\nworkload: llama-33b\n"
                          "load: {trace: azure-conv, rat: 4, requests: 1/2}\n"
                          "clusters:\n"
                          "  - {machine: h100x3, set: {count: [1, 2]}}\n"
                          "  - {machine: h100x2, mappings: [eager, tensor-paralel]}\n");
  REQUIRE_FALSE(wrong.has_value());
  std::string found;
  for (const auto& problem : wrong.error()) {
    found += std::to_string(problem.where.line) + " " + problem.where.path + ": " + problem.what +
             "; " + problem.help.substr(0, problem.help.find(" (")) + "\n";
  }
  CHECK(found == "4 load.rat: a load has no 'rat'; did you mean 'rate'?\n"
                 "4 load.requests: 0.5 is not whole; whole numbers from 1 on, but for a rate\n"
                 "6 clusters[0].machine: unknown machine 'h100x3'; did you mean 'h100x2'?\n"
                 "7 clusters[1].mappings: unknown mapping 'tensor-paralel'; did you mean "
                 "'tensor-parallel'?\n");
}

TEST_CASE("every mistake of a plan is told at once", "[serving]") {
  const auto wrong = read("version: 1\nplan: p\nworkload: llama-33b\nload: {batch: [1, 2]}\n"
                          "limits: {tbt: 60}\nprices: {h100: 3}\nclusters: []\ncluster: 1\n");
  REQUIRE_FALSE(wrong.has_value());
  std::string found;
  for (const auto& problem : wrong.error()) {
    found += problem.where.path + ": " + problem.what + "\n";
  }
  CHECK(found == "load.batch: a load has one value of each\n"
                 "limits.tbt: '60' is not a number with a unit\n"
                 "prices.h100: '3' is not a number with a unit\n"
                 "clusters: a plan has at least one cluster\n"
                 "cluster: unknown key\n");
}
