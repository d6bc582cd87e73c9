#include "explore/sweep/workers.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdio>
#include <map>
#include <numeric>
#include <stdexcept>
#include <unistd.h>

using namespace einsight;
using namespace einsight::explore::sweep;

namespace {

/// A pool for some tasks alone.
core::Expected<bool> runInWorkers(std::span<const std::int64_t> tasks, const WorkerOptions& options,
                                  const std::function<std::string(std::int64_t)>& work,
                                  const Collect& collect) {
  WorkerPool pool(options, work);
  return pool.run(tasks, collect);
}

std::map<std::int64_t, Outcome> outcomesOf(std::int64_t count, const WorkerOptions& options,
                                           const std::function<std::string(std::int64_t)>& work) {
  std::vector<std::int64_t> tasks(static_cast<std::size_t>(count));
  std::iota(tasks.begin(), tasks.end(), 1);
  std::map<std::int64_t, Outcome> out;
  const auto ran = runInWorkers(tasks, options, work, [&](std::span<const Outcome> outcomes) {
    for (const auto& outcome : outcomes) {
      CHECK(out.emplace(outcome.task, outcome).second);
    }
    return true;
  });
  REQUIRE(ran);
  CHECK(static_cast<std::int64_t>(out.size()) == count);
  return out;
}

} // namespace

TEST_CASE("every task is answered once, also with large answers", "[sweep]") {
  const auto work = [](std::int64_t task) {
    return std::string(static_cast<std::size_t>(task) * 1000, 'x');
  };
  for (const int jobs : {1, 4}) {
    for (const auto& [task, outcome] : outcomesOf(200, {jobs, 600}, work)) {
      CHECK(outcome.answered);
      CHECK(outcome.text == work(task));
    }
  }
}

TEST_CASE("tasks that crash, throw, end their process or hang cost nobody else", "[sweep]") {
  const auto outcomes = outcomesOf(20, {3, 1}, [](std::int64_t task) -> std::string {
    if (task == 3) {
      std::fputs("something is wrong\n", stderr);
      std::raise(SIGKILL);
    }
    if (task == 5) {
      throw std::runtime_error("no such thing");
    }
    if (task == 7) {
      _exit(3);
    }
    while (task == 9) {
      pause();
    }
    if (task == 11) { // as a batch system does to all processes of a job
      std::raise(SIGTERM);
      std::raise(SIGINT);
    }
    return std::to_string(task);
  });
  CHECK(outcomes.at(3).text == "the process was ended by signal 9 (Killed): something is wrong");
  CHECK(outcomes.at(5).text == "internal error: no such thing");
  CHECK(outcomes.at(7).text == "the process ended with status 3");
  CHECK(outcomes.at(9).text == "took longer than 1 s");
  for (const auto& [task, outcome] : outcomes) {
    const bool bad = task == 3 || task == 5 || task == 7 || task == 9;
    CHECK(outcome.answered == !bad);
    CHECK((bad || outcome.text == std::to_string(task)));
  }
}

TEST_CASE("collecting can end the work at once", "[sweep]") {
  const std::vector<std::int64_t> tasks(1000, 1);
  std::size_t seen = 0;
  const auto work = [](std::int64_t) { return std::string("x"); };
  CHECK(runInWorkers(tasks, {2, 600}, work, [&](std::span<const Outcome> outcomes) {
    seen += outcomes.size();
    return seen < 10;
  }));
  CHECK((seen >= 10 && seen < 1000));
  const auto failed =
      runInWorkers(tasks, {2, 600}, work, [](std::span<const Outcome>) -> core::Expected<bool> {
        return core::failure({{{}, "the disk is full", {}}});
      });
  REQUIRE(!failed);
  CHECK(failed.error()[0].what == "the disk is full");
}
