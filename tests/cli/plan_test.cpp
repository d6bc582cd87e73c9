#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace einsight::cli::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kPlan = "version: 1\nplan: p\nworkload: llama-33b\n"
                              "load: {batch: 16, context: 1K}\n"
                              "clusters:\n"
                              "  - {machine: lamina-2h100-4h20, set: {memory: [2, 4, 8]}}\n"
                              "  - {machine: h100x2, set: {count: [1, 2, 3]}}\n";

Json candidatesOf(const Outcome& outcome) {
  REQUIRE(outcome.status == 0);
  return Json::parse(outcome.out)["candidates"];
}

} // namespace

TEST_CASE("the rows of a plan are those of a sweep, and are written as such", "[cli]") {
  const Folder folder;
  const auto file = folder.write("plan.yaml", kPlan);
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  const auto whole = program("plan " + file + " -o " + path("r.db") + " --csv " + path("r.csv") +
                             " --jobs 2 --json -");
  const auto candidates = candidatesOf(whole);
  REQUIRE(candidates.size() == 6);
  const auto lines = contentOf(path("r.csv"));
  CHECK(lines.starts_with("number,status,workload,machine,mapping,engine,batch,context,arch.memory,"
                          "arch.count,cycles,"));
  CHECK(lines.find("\n1,done,llama-33b,lamina-2h100-4h20,attention-offload,cycle,16,1024,2,,") !=
        std::string::npos);
  CHECK(lines.find("\n6,refused,llama-33b,h100x2,,cycle,16,1024,,3,") != std::string::npos);
  CHECK(candidatesOf(program("plan " + file + " --json -")) == candidates);

  const auto again = program("plan " + file + " -o " + path("r.db"));
  CHECK(again.status == 2);
  CHECK(again.err.find("--resume goes on with it") != std::string::npos);
  const auto run = program("run -w llama-33b -a h100x2 -m tensor-parallel --set "
                           "batch=16,context=1024,arch.count=2 --json -");
  const auto best = std::find_if(candidates.begin(), candidates.end(),
                                 [](const Json& one) { return one["settings"] == "count=2"; });
  CHECK((*best)["usd_per_mtoken"] == Json::parse(run.out)["serving"]["usd_per_mtoken"]);
}

TEST_CASE("where nobody makes a second token, a limit on the time between tokens is met", "[cli]") {
  const Folder folder;
  const auto file = folder.write(
      "plan.yaml", "version: 1\nplan: p\nworkload: llama-33b\n"
                   "load: {trace: azure-conv, requests: 3, output: 1}\nlimits: {tbt: 1 us}\n"
                   "clusters: [{machine: h100x2, mappings: tensor-parallel}]\n");
  const Json reason = {{"p50", nullptr},
                       {"p90", nullptr},
                       {"p99", nullptr},
                       {"reason", "no request makes a second token"}};
  const auto candidates = candidatesOf(program("plan " + file + " --json -"));
  REQUIRE(candidates.size() == 1);
  CHECK(candidates[0]["meets"] == true);
  CHECK(candidates[0]["tbt_s"] == reason);
  CHECK(program("plan " + file).out.find("no second token  no second token  yes") !=
        std::string::npos);

  const std::string run = "run -w llama-33b -a h100x2 -m tensor-parallel --set "
                          "trace=azure-conv,requests=3,output=1";
  auto served = Json::parse(program(run + " --json -").out)["serving"]["tbt_s"];
  CHECK(served["mean"].is_null());
  served.erase("mean");
  CHECK(served == reason);
  CHECK(program(run).out.find("between tokens      unknown: no request makes a second token\n") !=
        std::string::npos);
}

TEST_CASE("parts of a plan merged answer as the whole", "[cli]") {
  const Folder folder;
  const auto file = folder.write("plan.yaml", kPlan);
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  const auto part = program("plan " + file + " --shard 1/2 -o " + path("1.db"));
  CHECK(part.status == 0);
  CHECK(part.out.find("on 3 of 6 candidates") != std::string::npos);
  REQUIRE(program("plan " + file + " --shard 2/2 -o " + path("2.db")).status == 0);
  REQUIRE(program("merge -o " + path("all.db") + " " + path("1.db") + " " + path("2.db")).status ==
          0);
  const auto merged = program("plan " + file + " --resume -o " + path("all.db"));
  CHECK(merged.out == program("plan " + file).out);
}

TEST_CASE("options of a plan that need a database ask for one", "[cli]") {
  const Folder folder;
  const auto outcome =
      program("plan " + folder.write("plan.yaml", kPlan) + " --resume --shard 1/2");
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "error: --resume: goes with a database\n  help: name one: -o FILE\n"
                       "error: --shard: goes with a database\n  help: name one: -o FILE\n");
}

TEST_CASE("Ctrl-C ends a plan with status 130 and the best so far, and it goes on", "[cli]") {
  const Folder folder;
  const auto file = folder.write(
      "plan.yaml",
      "version: 1\nplan: long\nworkload: llama-33b\n"
      "load: {trace: azure-conv, requests: 500}\n"
      "clusters: [{machine: h100x2, set: {count: 2, mapping.requests: 1..20000:1}}]\n");
  const auto database = (folder.path() / "r.db").string();
  const auto said = (folder.path() / "said.txt").string();
  CHECK(interrupted("plan", file, database, said) == 130);
  const auto text = contentOf(said);
  CHECK(text.find(" of 20000 candidates") != std::string::npos);
  CHECK(text.find("stopped by Ctrl-C; the same command with --resume goes on") !=
        std::string::npos);
}

TEST_CASE("a plan without a price says what it lacks, and is ordered by speed", "[cli]") {
  const Folder folder;
  const auto file =
      folder.write("plan.yaml", "version: 1\nplan: p\nworkload: llama-3-8b\n"
                                "load: {batch: 4, context: 1K}\n"
                                "clusters: [{machine: a10-node, set: {count: [2, 4]}}]\n");
  const auto outcome = program("plan " + file);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out.find(
            "The price of a device of a10-node is not known: it belongs under prices:") !=
        std::string::npos);
  CHECK(outcome.out.find("count=4") < outcome.out.find("count=2"));
  const auto priced = folder.write(
      "priced.yaml", "version: 1\nextends: plan.yaml\nplan: q\nprices: {a10: 1 USD}\n");
  const auto candidates = candidatesOf(program("plan " + priced + " --json -"));
  CHECK(candidates[0]["settings"] == "count=2");
  CHECK(candidates[0]["usd_per_hour"] == 2);
}

TEST_CASE("a plan whose candidates do not do the same work says so", "[cli]") {
  const Folder folder;
  const auto plan = [&](const std::string& mapping) {
    return folder.write(mapping + ".yaml",
                        "version: 1\nplan: p\nworkload: llama-33b\nload: {batch: 4, context: 1K}\n"
                        "clusters: [{machine: lamina-2h100-4h20}, {machine: h100x2, mappings: " +
                            mapping + "}]\n");
  };
  CHECK(program("plan " + plan("tensor-parallel"))
            .out.find("\nNot the same work: tensor-parallel compute prompts, and for "
                      "attention-offload these come with their keys and values\n") !=
        std::string::npos);
  const auto same = program("plan " + plan("tensor-parallel-decode"));
  CHECK(same.status == 0);
  CHECK(same.out.find("Not the same work") == std::string::npos);
}
