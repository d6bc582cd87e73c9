#include "explore/sweep/values.hpp"
#include "tests/explore/sweep/scratch.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace einsight;
using namespace einsight::explore::sweep;
using namespace einsight::explore::sweep::test;

namespace {

/// Takes a moment; every seventh point is refused, and what `crashes` says does so.
SweepOptions counted(const std::string& database, int jobs, std::int64_t crashes = 0) {
  SweepOptions options;
  options.database = database;
  options.jobs = jobs;
  options.evaluate = [crashes](std::uint64_t place, results::SweepRow& row) {
    if (row.number == crashes) {
      std::raise(SIGSEGV);
    }
    usleep(200);
    if (row.number % 7 == 0) {
      row.status = results::RowStatus::Refused;
      row.reason = "a seventh";
      return;
    }
    row.seconds = 1.0 / static_cast<double>(place + 1);
    row.meets = true;
  };
  return options;
}

std::vector<std::string> undisturbed(const Sweep& sweep, const config::ScratchFolder& folder) {
  const auto answer = runSweep(sweep, counted((folder.root() / "whole.db").string(), 1));
  REQUIRE(answer);
  CHECK(!answer->stopped);
  return rowsOf(answer->store);
}

} // namespace

TEST_CASE("any number of workers gives the same rows", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = counting(150);
  const auto whole = undisturbed(sweep, folder);
  CHECK(whole.size() == 150);
  const auto four = runSweep(sweep, counted((folder.root() / "four.db").string(), 4));
  REQUIRE(four);
  CHECK(rowsOf(four->store) == whole);
}

TEST_CASE("killed at any moment and resumed, a sweep ends with the same rows", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = counting(5000);
  const auto whole = undisturbed(sweep, folder);
  const auto file = (folder.root() / "killed.db").string();
  Draw draw(3);
  std::size_t kept = 0;
  bool amid = false; // was it killed with some rows there, and others not?
  for (int round = 0; round < 12; ++round) {
    auto options = counted(file, 2);
    options.resume = true;
    const auto child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto answer = runSweep(sweep, options);
      _exit(answer ? 0 : 1);
    }
    usleep(static_cast<useconds_t>(draw.below(250'000)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    const auto store = results::SweepStore::open(file);
    const auto rows = store ? rowsOf(*store).size() : 0; // killed before the tables were made
    CHECK(rows >= kept);
    kept = rows;
    amid = amid || (rows > 0 && rows < whole.size());
  }
  CHECK(amid);
  auto options = counted(file, 2);
  options.resume = true;
  const auto answer = runSweep(sweep, options);
  REQUIRE(answer);
  CHECK(rowsOf(answer->store) == whole);
}

TEST_CASE("a stopped sweep keeps what is done and goes on", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = counting(200);
  const auto file = (folder.root() / "r.db").string();
  auto options = counted(file, 2);
  options.progress = [](const Progress& progress) { return progress.done < 50; };
  std::int64_t kept = 0;
  {
    const auto first = runSweep(sweep, options);
    REQUIRE(first);
    CHECK(first->stopped);
    kept = first->store.counts()->all();
    CHECK((kept >= 50 && kept < 200));
  }
  options.progress = {};
  options.resume = true;
  const auto second = runSweep(sweep, options);
  REQUIRE(second);
  CHECK(second->before == kept);
  CHECK(rowsOf(second->store) == undisturbed(sweep, folder));
}

TEST_CASE("the parts of a sweep merged are the whole", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = counting(100);
  std::vector<std::string> files;
  for (std::int64_t part = 1; part <= 3; ++part) {
    files.push_back((folder.root() / (std::to_string(part) + ".db")).string());
    auto options = counted(files.back(), 2);
    options.shard = {part, 3};
    REQUIRE(runSweep(sweep, options));
  }
  const auto whole = undisturbed(sweep, folder);
  const auto merged = results::merge((folder.root() / "merged.db").string(), files);
  REQUIRE(merged);
  CHECK(rowsOf(*merged) == whole);
  CHECK(merged->identity().shard.empty());
}

TEST_CASE("a point that crashes is a row that says so", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = counting(30);
  const auto answer = runSweep(sweep, counted((folder.root() / "r.db").string(), 3, 11));
  REQUIRE(answer);
  const auto counts = answer->store.counts();
  REQUIRE(counts);
  CHECK(counts->done == 25);
  CHECK(counts->refused == 4);
  CHECK(counts->failed == 1);
  REQUIRE(answer->store.forEach([](const results::SweepRow& row) {
    if (row.number == 11) {
      CHECK(row.reason == "the process was ended by signal 11 (Segmentation fault)");
      CHECK(row.settings == decltype(row.settings){{"n", "11"}});
    }
  }));
}

TEST_CASE("a database of another sweep or shard is refused", "[sweep]") {
  const config::ScratchFolder folder;
  const auto file = (folder.root() / "r.db").string();
  auto sweep = counting(10);
  auto options = counted(file, 1);
  options.shard = {1, 2};
  REQUIRE(runSweep(sweep, options));
  options.resume = true;
  const auto refusal = [&] {
    const auto answer = runSweep(sweep, options);
    return answer ? std::string() : folder.relative(core::render(answer.error()));
  };
  options.shard = {2, 2};
  CHECK(refusal() == "r.db: error: the database holds shard 1/2, not shard 2/2\n"
                     "  help: give every shard a file of its own\n");
  sweep.hash = "fedcba9876543210";
  CHECK(refusal() ==
        "r.db: error: the database holds another sweep: 'counting' of 10 points\n"
        "  help: the sweep or a file that it uses has changed since; give another file\n");
  options.resume = false;
  CHECK(refusal() == "r.db: error: the file is there already\n"
                     "  help: --resume goes on with it, --overwrite begins again\n");
}

TEST_CASE("mappings that are searched for are the same ones at any speed", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = readText(folder, "version: 1\nsweep: found\nengine: analytic\n"
                                      "workloads: linear-attention\nmachines: fusemax\n"
                                      "set: {B: 1, H: 2, L: [192, 256], arch.PE: [8, 16]}\n");
  REQUIRE(sweep);
  const auto rows = [&](const std::string& name, int jobs) {
    SweepOptions how;
    how.database = (folder.root() / name).string();
    how.jobs = jobs;
    const auto answer = runSweep(*sweep, how);
    REQUIRE(answer);
    CHECK(answer->store.counts()->done == 4);
    return rowsOf(answer->store);
  };
  const auto alone = rows("alone.db", 1);
  CHECK(rows("crowded.db", 4) == alone); // each has a part of the time
  CHECK(alone.front().find(R"("mapping":"found")") != std::string::npos);
}
