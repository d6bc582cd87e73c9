#include "cli/sweep/progress.hpp"
#include "explore/sweep/values.hpp"
#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <nlohmann/json.hpp>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace einsight;
using namespace einsight::cli;
using namespace einsight::cli::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kSweep = "version: 1\n"
                               "sweep: small\n"
                               "engine: analytic\n"
                               "workloads: bert\n"
                               "machines: fusemax\n"
                               "mappings: fusemax-binding\n"
                               "set: {L: 1K..4K, arch.PE: [0, 128, 256]}\n"
                               "objectives: [latency, area]\n";

std::string examples(const std::string& name) {
  return EINSIGHT_SOURCE_DIR "/examples/sweeps/" + name;
}

} // namespace

TEST_CASE("sweep writes a database, JSON and CSV, and says which points are good", "[cli]") {
  const Folder folder;
  const auto file = folder.write("s.yaml", kSweep);
  const auto database = (folder.path() / "r.db").string();
  const auto csv = folder.path() / "r.csv";
  const auto outcome =
      program("sweep " + file + " -o " + database + " --jobs 2 --json - --csv " + csv.string());
  REQUIRE(outcome.status == 0);
  const auto json = Json::parse(outcome.out);
  CHECK(json["points_total"] == 9);
  CHECK(json["done"] == 6);
  CHECK(json["refused"] == 3);
  REQUIRE(json["points"].size() == 9);
  CHECK(json["points"][0]["status"] == "refused");
  CHECK(json["points"][1]["settings"] == Json{{"L", "1024"}, {"arch.PE", "128"}});
  CHECK(json["points"][2]["pareto"] == true);
  CHECK(json["points"][5]["pareto"] == false);
  CHECK(json["points"][1]["detail"]["units"]["array_2d"] > 0);
  const auto lines = contentOf(csv);
  CHECK(lines.starts_with("number,status,workload,machine,mapping,engine,L,arch.PE,cycles,"));
  CHECK(std::count(lines.begin(), lines.end(), '\n') >= 10);

  const auto again = program("sweep " + file + " -o " + database);
  CHECK(again.status == 2);
  CHECK(again.err.find("the file is there already\n  help: --resume goes on with it, --overwrite "
                       "begins again") != std::string::npos);
  const auto resumed = program("sweep " + file + " -o " + database + " --resume --json -");
  CHECK(resumed.out == outcome.out);
  const auto other = program("sweep " + file + " -o " + database + " --resume --set L=2K");
  CHECK(other.status == 2);
  CHECK(program("sweep " + file + " -o " + database + " --overwrite --set L=2K").status == 0);
  CHECK(program("sweep " + file + " -o " + csv.string() + " --overwrite").status == 2);
  CHECK(contentOf(csv) == lines);
}

TEST_CASE("a row of a sweep is what run gives", "[cli]") {
  const Folder folder;
  const auto file = folder.write("s.yaml", kSweep);
  const auto swept = program("sweep " + file + " -o " + (folder.path() / "r.db").string() +
                             " --set L=2K,arch.PE=128 --json -");
  REQUIRE(swept.status == 0);
  const auto row = Json::parse(swept.out)["points"][0];
  const auto run = program("run -w bert -a fusemax -m fusemax-binding --engine analytic "
                           "--set L=2K,arch.PE=128 --json -");
  REQUIRE(run.status == 0);
  const auto result = Json::parse(run.out);
  CHECK(row["cycles"] == result["cycles"]);
  CHECK(row["seconds"] == result["seconds"]);
  CHECK(row["energy_pj"] == result["energy_pj"]["total"]);
  CHECK(row["area_um2"] == result["area_um2"]);
  CHECK(row["detail"]["levels"] == result["levels"]);
}

TEST_CASE("shards merged are the whole sweep", "[cli]") {
  const Folder folder;
  const auto file = folder.write("s.yaml", kSweep);
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  for (const auto* part : {"1", "2"}) {
    const auto shard = std::string(part);
    REQUIRE(program("sweep " + file + " -o " + path(shard + ".db") + " --shard " + shard + "/2")
                .status == 0);
  }
  const auto merged =
      program("merge -o " + path("all.db") + " " + path("1.db") + " " + path("2.db") + " --json -");
  REQUIRE(merged.status == 0);
  const auto whole = program("sweep " + file + " -o " + path("whole.db") + " --jobs 1 --json -");
  CHECK(merged.out == whole.out);
}

TEST_CASE("mistakes in the options of sweep come with those of the file", "[cli]") {
  const Folder folder;
  const auto file = folder.write("s.yaml", "version: 1\nsweep: x\nmachines: fusemax\n");
  const auto outcome = program("sweep " + file + " -o /none/r.db --shard 3/2 --jobs -1");
  CHECK(outcome.status == 2);
  for (const auto* part : {"--output: cannot write '/none/r.db': there is no folder '/none'",
                           "--shard: '3/2' is not a part of a sweep",
                           "--jobs: '-1' is no number of processes", "'workloads' is missing"}) {
    CHECK(outcome.err.find(part) != std::string::npos);
  }
}

TEST_CASE("Ctrl-C ends a sweep with status 130 and keeps what is done", "[cli]") {
  const Folder folder;
  const auto file = folder.write("s.yaml", "version: 1\nsweep: long\nengine: analytic\n"
                                           "workloads: bert\nmachines: fusemax\n"
                                           "mappings: fusemax-binding\nset: {L: 1K..90K:1}\n");
  const auto database = (folder.path() / "r.db").string();
  CHECK(interrupted("sweep", file, database, (folder.path() / "said.txt").string()) == 130);
  const auto merged = program("merge -o " + database + "2 " + database + " --json -");
  REQUIRE(merged.status == 0);
  const auto json = Json::parse(merged.out);
  CHECK(json["done"] > 0);
  CHECK(json["done"] < json["points_total"]);
}

TEST_CASE("every sweep of the gallery runs, made smaller", "[cli]") {
  const Folder folder;
  int sweeps = 0;
  for (const auto& entry : std::filesystem::directory_iterator(examples(""))) {
    const auto text = contentOf(entry.path());
    if (text.find("\nsweep: ") == std::string::npos) {
      continue; // a machine of a sweep
    }
    const auto database = (folder.path() / std::to_string(++sweeps)).string();
    const auto outcome = program("sweep " + entry.path().string() + " -o " + database +
                                 " --points 12 --jobs 2 --json -");
    INFO(entry.path() << outcome.err);
    REQUIRE(outcome.status == 0);
    const auto json = Json::parse(outcome.out);
    CHECK(json["done"] >= 4);
    CHECK(json["failed"] == 0);
    CHECK(json["points"].size() <= 12);
    CHECK(text.starts_with("#")); // its question
    CHECK(contentOf(EINSIGHT_SOURCE_DIR "/docs/sweeps.md").find(entry.path().filename().string()) !=
          std::string::npos);
  }
  CHECK(sweeps >= 10);
}

TEST_CASE("fronts are per group where the sweep says so", "[cli]") {
  const Folder folder;
  const auto file = folder.write("s.yaml", std::string(kSweep) + "per: L\n");
  const auto outcome =
      program("sweep " + file + " -o " + (folder.path() / "r.db").string() + " --json -");
  REQUIRE(outcome.status == 0);
  const auto json = Json::parse(outcome.out);
  CHECK(json["per"] == Json{"L"});
  std::set<std::string> lengths;
  for (const auto& point : json["points"]) {
    if (point["pareto"] == true) {
      lengths.insert(point["settings"]["L"].get<std::string>());
    }
  }
  CHECK(lengths == std::set<std::string>{"1024", "2048", "4096"});
}

TEST_CASE("killed at random moments and resumed, a sweep ends with the rows of an undisturbed one",
          "[cli]") {
  const Folder folder;
  const auto file =
      folder.write("s.yaml", "version: 1\nsweep: killed\nengine: analytic\nworkloads: bert\n"
                             "machines: fusemax\nmappings: fusemax-binding\nset: {L: 1K..3K:1}\n");
  const auto whole = program("sweep " + file + " -o " + (folder.path() / "whole.db").string() +
                             " --json - --jobs 2");
  REQUIRE(whole.status == 0);
  const auto database = (folder.path() / "killed.db").string();
  const auto* asked = std::getenv("EINSIGHT_KILLS"); // NOLINT(concurrency-mt-unsafe)
  const int kills = asked == nullptr ? 10 : std::atoi(asked);
  explore::sweep::Draw draw(11);
  for (int round = 0; round < kills; ++round) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      close(STDOUT_FILENO);
      execl(EINSIGHT_PROGRAM, EINSIGHT_PROGRAM, "sweep", file.c_str(), "-o", database.c_str(),
            "--resume", "--jobs", "2", static_cast<char*>(nullptr));
      _exit(99);
    }
    constexpr std::uint64_t kMoment = 250'000; // us
    usleep(static_cast<useconds_t>(draw.below(kMoment)));
    kill(child, round % 3 == 2 ? SIGTERM : SIGKILL); // a batch system sends both
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  }
  const auto resumed = program("sweep " + file + " -o " + database + " --resume --json -");
  INFO(resumed.err);
  REQUIRE(resumed.status == 0);
  CHECK(resumed.out == whole.out);
}

TEST_CASE("two sweeps on one file, and a file that cannot grow, are said", "[cli]") {
  const Folder folder;
  const auto file = folder.write("s.yaml", "version: 1\nsweep: long\nengine: analytic\n"
                                           "workloads: bert\nmachines: fusemax\n"
                                           "set: {L: 1K..90K:1}\n");
  const auto database = (folder.path() / "r.db").string();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(STDOUT_FILENO);
    execl(EINSIGHT_PROGRAM, EINSIGHT_PROGRAM, "sweep", file.c_str(), "-o", database.c_str(),
          static_cast<char*>(nullptr));
    _exit(99);
  }
  for (int i = 0; i < 600 && !std::filesystem::exists(database + "-wal"); ++i) {
    usleep(50'000);
  }
  const auto second = program("sweep " + file + " -o " + database + " --resume");
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(second.status == 2);
  CHECK(second.err.find("r.db: error: another process writes this database\n"
                        "  help: wait for it, or give another file\n") != std::string::npos);

  const auto full =
      program("sweep " + file + " -o " + (folder.path() / "full.db").string(), "ulimit -f 200;");
  CHECK(full.status == 2);
  CHECK(full.err.find("cannot be written: ") != std::string::npos);
  CHECK(full.err.find("what is complete is kept: make room, and go on with --resume") !=
        std::string::npos);
}

TEST_CASE("a folder that cannot be written is said by sweep and by merge", "[cli]") {
  const Folder folder;
  const auto file = folder.write("s.yaml", kSweep);
  const std::string refusal =
      "/proc/r.db: error: cannot write '/proc/r.db.lock': No such file or directory\n"
      "  help: give a file in a folder that can be written\n";
  for (const auto* how : {"", " --resume", " --overwrite"}) {
    const auto outcome = program("sweep " + file + " -o /proc/r.db" + how);
    CHECK(outcome.status == 2);
    CHECK(outcome.err == refusal);
  }
  const auto database = (folder.path() / "r.db").string();
  REQUIRE(program("sweep " + file + " -o " + database + " --set L=1K").status == 0);
  CHECK(program("merge -o /proc/r.db " + database).err == refusal);
}

TEST_CASE("progress says the rate and the time that is left", "[cli]") {
  CHECK(progressLine({0, 0, 5000}, 3) == "0 of 5,000 points");
  CHECK(progressLine({1234, 34, 5000}, 10) == "1,234 of 5,000 points, 120 per second, 32 s left");
  CHECK(progressLine({100, 0, 1000000}, 10) ==
        "100 of 1,000,000 points, 10 per second, 27 h 46 min left");
  CHECK(progressLine({1, 0, 101}, 1) == "1 of 101 points, 1 per second, 1 min 40 s left");
  CHECK(progressLine({300, 0, 1000, 12}, 1) ==
        "300 of 1,000 points, front of 12, 300 per second, 3 s left");
}
