#include "core/format.hpp"
#include "explore/serving/planner.hpp"
#include "tests/explore/sweep/scratch.hpp"

using namespace einsight;
using namespace einsight::explore;

namespace {

core::Expected<PlanQuestion> read(const std::string& text) {
  const config::ScratchFolder folder;
  return readPlan(folder.write("plan.yaml", text).string());
}

PlanQuestion question(const std::string& text) {
  auto out = read(text);
  if (!out) {
    FAIL(core::render(out.error()));
  }
  return *out;
}

std::vector<Planned> plan(const PlanQuestion& asked) {
  const auto ran = sweep::runSweep(asked.sweep, {results::kInMemory});
  REQUIRE(ran);
  const auto all = plannedOf(asked, ran->store);
  REQUIRE(all);
  return *all;
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

/// The plan with another limit of the time between tokens.
std::string within(const std::string& time) {
  auto text = kPlan;
  return text.replace(text.find("60 ms"), 5, time);
}

} // namespace

TEST_CASE("a plan lists every combination of its values", "[serving]") {
  const auto asked = question(kPlan);
  REQUIRE(asked.candidates.size() == 6);
  CHECK(asked.candidates[1].settings == "memory=2, mapping.batches=2");
  CHECK(asked.candidates[2].settings == "memory=4, mapping.batches=1");
  CHECK(asked.candidates[5].mapping == "attention-offload");
  CHECK(asked.tbtSeconds == 0.06);
}

TEST_CASE("the cheapest within the limits is first, the refused are last with their reasons",
          "[serving]") {
  const auto asked = question(kPlan);
  const auto all = plan(asked);
  REQUIRE(all.size() == 6);
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto& one = all[i - 1];
    const auto& next = all[i];
    CHECK((one.meets || !next.meets));
    CHECK((one.serving || !next.serving));
    if (one.meets && next.meets) {
      CHECK(*one.serving->usdPerMtoken <= *next.serving->usdPerMtoken);
    }
  }
  CHECK(all.front().meets);
  CHECK(all.front().serving->tbt.p99 <= 0.06);
  CHECK_FALSE(all.back().serving.has_value());
  CHECK(all.back().problems.front().what == "machine 'h100x2' has no group of GPUs 'workers'");
}

TEST_CASE("a shorter limit rejects what takes longer", "[serving]") {
  const auto asked = question(within("1 us"));
  const auto all = plan(asked);
  CHECK_FALSE(all.front().meets);
  CHECK(all.front().serving.has_value());
}

TEST_CASE("limits that nothing keeps are answered with the nearest and by how much it misses",
          "[serving]") {
  const auto asked = question(within("1 ms"));
  const auto all = plan(asked);
  const auto problems = missed(asked, all);
  const Planned* nearest = nullptr;
  for (const auto& one : all) {
    if (one.serving && (nearest == nullptr || one.serving->tbt.p99 < nearest->serving->tbt.p99)) {
      nearest = &one;
    }
  }
  REQUIRE(nearest != nullptr);
  CHECK(missOf(*nearest->serving, asked) == Approx(nearest->serving->tbt.p99 / 1e-3 - 1));
  const auto time = nearest->serving->tbt.p99;
  CHECK(problems.front().what ==
        "no candidate serves the load within the limits; the nearest is " +
            nearest->candidate->machine + " " + nearest->candidate->settings + " " +
            nearest->mapping + ", with " + core::formatSeconds(time) +
            " between tokens: " + core::formatSeconds(time - 1e-3) + " too long");
  CHECK(problems.size() == 3); // and the two groups that a machine does not have
}

TEST_CASE("the frontier is what no other candidate beats in money and in speed", "[serving]") {
  const auto asked = question(kPlan);
  const auto all = plan(asked);
  CHECK(all.front().frontier); // the cheapest
  for (const auto& one : all) {
    bool beaten = !one.meets;
    for (const auto& other : all) {
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
                 "7 clusters[1].mappings[1]: unknown mapping 'tensor-paralel'; did you mean "
                 "'tensor-parallel'?\n");
}

TEST_CASE("a machine that is unknown hides no other mistake of a plan", "[serving]") {
  const auto wrong = read("version: 1\nplan: p\nworkload: llama-33b\n"
                          "load: {prompt: 100, output: 20}\n"
                          "prices: {h100: 3 USD, h10: 2 USD}\n"
                          "clusters:\n"
                          "  - {machine: h100x3, set: {count: 2}}\n"
                          "  - {machine: h100x4, set: {cout: 2, links.nvlink.latency: 1/1000}}\n");
  REQUIRE_FALSE(wrong.has_value());
  std::string found;
  for (const auto& problem : wrong.error()) {
    found += std::to_string(problem.where.line) + ":" + std::to_string(problem.where.column) + " " +
             problem.where.path + ": " + problem.what + "; " +
             problem.help.substr(0, problem.help.find(" (")) + "\n";
  }
  CHECK(found ==
        "8:29 clusters[1].set.cout: machine 'h100x4' has no parameter 'cout' to set; did you mean "
        "'count'?\n"
        "4:7 load: no trace is given whose requests 'output', 'prompt' would change; load: "
        "{trace: azure-conv}, {trace: FILE.csv} or {batch: 16, context: 4K}\n"
        "7:15 clusters[0].machine: unknown machine 'h100x3'; did you mean 'h100x2'?\n"
        "5:23 prices.h10: no machine here has devices 'h10'; did you mean 'h100'?\n");
}

TEST_CASE("devices of a machine that cannot be read may have prices", "[serving]") {
  const auto wrong = read("version: 1\nplan: p\nworkload: llama-33b\nload: {trace: azure-conv}\n"
                          "prices: {h20: 3 USD, h21: 2 USD}\n"
                          "clusters: [{machine: [lamina-2h100-4h20]}, {machine: h100x2}]\n");
  REQUIRE_FALSE(wrong.has_value());
  std::string found;
  for (const auto& problem : wrong.error()) {
    found += problem.where.path + ": " + problem.what + "\n";
  }
  CHECK(found == "clusters[0].machine: expected a plain value, found a sequence\n"
                 "prices.h21: no machine here has devices 'h21'\n");
}

TEST_CASE("a plan says what is served, if the model does not", "[serving]") {
  const std::string rest = "clusters: [{machine: h100x2}]\n";
  const auto wrong = read("version: 1\nplan: p\nworkload: llama-33b\n" + rest);
  REQUIRE_FALSE(wrong.has_value());
  REQUIRE(wrong.error().size() == 1);
  CHECK(wrong.error().front().what == "what the model serves is missing");
  CHECK(wrong.error().front().help ==
        "load: {trace: azure-conv}, {trace: FILE.csv} or {batch: 16, context: 4K}");
  CHECK(wrong.error().front().where.line == 1);
  const auto half = read("version: 1\nplan: p\nworkload: llama-33b\nload: {batch: 2}\n" + rest);
  REQUIRE_FALSE(half.has_value());
  CHECK(half.error().front().what ==
        "a fixed batch has a number of requests and of tokens of each");
  CHECK(half.error().front().where.line == 4);
}

TEST_CASE("every mistake of a plan is told at once", "[serving]") {
  const auto wrong =
      read("version: 1\nplan: p\nworkload: llama-33b\nload: {batch: [1, 2]}\n"
           "limits: {tbt: 60, ttft: 0 s}\nprices: {h100: 3}\nclusters: []\ncluster: 1\n");
  REQUIRE_FALSE(wrong.has_value());
  std::string found;
  for (const auto& problem : wrong.error()) {
    found += problem.where.path + ": " + problem.what + "\n";
  }
  CHECK(found == "load.batch: a load has one value of each\n"
                 "limits.tbt: '60' is not a number with a unit\n"
                 "limits.ttft: a limit is above zero\n"
                 "prices.h100: '3' is not a number with a unit\n"
                 "clusters: a plan has at least one cluster\n"
                 "cluster: unknown key\n");
}

TEST_CASE("a sweep file that asks the same gives the same rows, in the same database",
          "[serving]") {
  const auto asked = question(kPlan);
  const config::ScratchFolder folder;
  const auto file = folder.write(
      "s.yaml",
      "version: 1\nsweep: p\nworkloads: llama-33b\nset: {batch: 16, context: 1K}\n"
      "prices: {h100: 10 USD, h20: 1 USD}\nwhere: tbt_p99_s <= 3/50\n"
      "objectives: [usd_per_mtoken, throughput]\n"
      "zip:\n"
      "  machine: [lamina-2h100-4h20, lamina-2h100-4h20, lamina-2h100-4h20, lamina-2h100-4h20,\n"
      "            h100x2, h100x2]\n"
      "  mapping: [attention-offload, attention-offload, attention-offload, attention-offload,\n"
      "            tensor-parallel, attention-offload]\n"
      "  arch.memory: [2, 2, 4, 4, ~, ~]\n"
      "  mapping.batches: [1, 2, 1, 2, ~, ~]\n");
  const auto sweep = sweep::readSweep(file.string());
  REQUIRE(sweep);
  CHECK(sweep->hash == asked.sweep.hash);
  sweep::SweepOptions options;
  options.database = (folder.root() / "r.db").string();
  const auto swept = sweep::runSweep(*sweep, options);
  REQUIRE(swept);
  const auto planned = sweep::runSweep(asked.sweep, {results::kInMemory});
  REQUIRE(planned);
  CHECK(sweep::test::rowsOf(swept->store) == sweep::test::rowsOf(planned->store));
  CHECK(plannedOf(asked, swept->store)->front().candidate ==
        plan(asked).front().candidate); // its answer is read from either
}

TEST_CASE("a candidate that is refused is a row that says by how much it misses", "[serving]") {
  const auto asked = question("version: 1\nplan: p\nworkload: llama-3-70b\n"
                              "load: {batch: 1, context: 1K}\nclusters:\n"
                              "  - {machine: h100x2, set: {count: [1, 3]}}\n");
  const auto all = plan(asked);
  REQUIRE(all.size() == 2);
  CHECK(all[0].problems.front().what.ends_with(" too little"));
  CHECK(all[1].problems.front().what ==
        "64 query heads cannot be divided over 3 devices: 1 are left over");
  const auto problems = missed(asked, all);
  CHECK(problems.front().what == "no candidate can serve the load");
}

TEST_CASE("what serves no whole model has no place in a plan", "[serving]") {
  const auto wrong = read("version: 1\nplan: p\nworkload: bert\nprices: {h10: 2 USD, h100: 0 USD}\n"
                          "clusters:\n"
                          "  - {machine: fusemax}\n"
                          "  - {machine: h100}\n"
                          "  - {machine: h100x2, mappings: ring-attention, set: {count: []}}\n");
  REQUIRE_FALSE(wrong.has_value());
  std::string found;
  for (const auto& problem : wrong.error()) {
    found += problem.where.path + ": " + problem.what + "\n";
  }
  CHECK(found == "workload: 'bert' is no whole model\n"
                 "prices.h100: a price is above zero\n"
                 "clusters[0].machine: 'fusemax' is a machine of kind spatial\n"
                 "clusters[1].machine: 'h100' is one GPU, and nothing says what it serves\n"
                 "clusters[2].mappings: 'ring-attention' is a mapping of kind cluster\n"
                 "clusters[2].set.count: there are no values\n"
                 "prices.h10: no machine here has devices 'h10'\n");
}

TEST_CASE("a GPU by itself is a candidate, with a mapping or without", "[serving]") {
  const auto all = plan(question("version: 1\nplan: p\nworkload: llama-3-8b\n"
                                 "load: {batch: 4, context: 1K}\nclusters:\n"
                                 "  - {machine: h100}\n"
                                 "  - {machine: h100, mappings: tensor-parallel}\n"));
  REQUIRE(all.size() == 2);
  CHECK(all[0].mapping == "tensor-parallel");
  CHECK(all[0].serving->tokensPerSecond == all[1].serving->tokensPerSecond);
}
