#include "explore/sweep/run.hpp"
#include "tests/explore/sweep/scratch.hpp"

#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

using namespace einsight;
using namespace einsight::explore::sweep;
using namespace einsight::explore::sweep::test;

namespace {

/// Points that do what their number says.
SweepOptions unruly(const std::string& database) {
  SweepOptions options;
  options.database = database;
  options.jobs = 3;
  options.evaluate = [](std::uint64_t, results::SweepRow& row) {
    switch (row.number % 10) {
    case 3:
      std::raise(SIGSEGV);
      break;
    case 5:
      throw std::runtime_error("out of range");
    case 7:
      std::abort();
    default:
      break;
    }
    while (row.number == 11) {
      pause();
    }
    row.seconds = 1;
    row.meets = true;
  };
  return options;
}

} // namespace

TEST_CASE("points that crash, throw, abort or hang are rows, and no other point is lost",
          "[sweep]") {
  const config::ScratchFolder folder;
  auto sweep = counting(300);
  sweep.timeout = 1;
  const auto answer = runSweep(sweep, unruly((folder.root() / "r.db").string()));
  REQUIRE(answer);
  const auto counts = answer->store.counts();
  CHECK(counts->failed == 91);
  CHECK(counts->done == 209);
  REQUIRE(answer->store.forEach([](const results::SweepRow& row) {
    const auto kind = row.number % 10;
    CHECK(row.reason == (kind == 3   ? "the process was ended by signal 11 (Segmentation fault)"
                         : kind == 5 ? "internal error: out of range"
                         : kind == 7 ? "the process was ended by signal 6 (Aborted)"
                         : row.number == 11 ? "took longer than 1 s"
                                            : ""));
  }));
}

TEST_CASE("a second sweep on a database that is being written is refused", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = counting(20);
  const auto file = (folder.root() / "r.db").string();
  auto options = unruly(file);
  options.evaluate = [](std::uint64_t, results::SweepRow& row) { row.meets = true; };
  std::string said;
  options.progress = [&](const Progress&) {
    if (said.empty()) {
      auto second = unruly(file);
      second.resume = true;
      const auto child = fork();
      if (child == 0) {
        const auto refused = runSweep(sweep, second);
        const auto good =
            !refused && core::render(refused.error())
                            .ends_with("r.db: error: another process writes this database\n"
                                       "  help: wait for it, or give another file\n");
        _exit(good ? 0 : 1);
      }
      int status = 0;
      waitpid(child, &status, 0);
      said = status == 0 ? "refused" : "not refused";
    }
    return true;
  };
  const auto answer = runSweep(sweep, options);
  REQUIRE(answer);
  CHECK(said == "refused");
  CHECK(answer->store.counts()->done == 20);
}
