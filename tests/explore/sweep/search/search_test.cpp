#include "explore/sweep/objectives.hpp"
#include "explore/sweep/pareto.hpp"
#include "explore/sweep/search/evolve.hpp"
#include "explore/sweep/search/search.hpp"
#include "tests/explore/sweep/scratch.hpp"

#include <algorithm>
#include <limits>

using namespace einsight;
using namespace einsight::explore::sweep;
using namespace einsight::explore::sweep::test;

namespace {

/// 40 x 40 places in 2 groups, of which the objectives are distances from two of them.
Sweep plane(std::int64_t evaluations) {
  Sweep sweep;
  sweep.name = "plane";
  sweep.hash = "00";
  sweep.objectives = {"latency", "energy"};
  sweep.per = {"g"};
  sweep.search = Search{"nsga2", evaluations, 5, 0};
  for (const auto& [name, rows] : {std::pair("g", 2), std::pair("x", 40), std::pair("y", 40)}) {
    Axis axis{{name}, {}};
    for (std::int64_t row = 0; row < rows; ++row) {
      axis.rows.push_back({{std::to_string(row), core::Rational(row)}});
    }
    sweep.axes.push_back(std::move(axis));
  }
  return sweep;
}

SweepOptions options(const std::string& database, int jobs) {
  SweepOptions out;
  out.database = database;
  out.jobs = jobs;
  out.evaluate = [](std::uint64_t place, results::SweepRow& row) {
    const auto x = static_cast<double>(place / 40 % 40), y = static_cast<double>(place % 40);
    if (x == 7) {
      row.status = results::RowStatus::Refused;
      row.reason = "no";
      return;
    }
    row.seconds = 1 + (x - 5) * (x - 5) + (y - 20) * (y - 20);
    row.energyPj = 1 + (x - 35) * (x - 35) + (y - 20) * (y - 20);
    row.meets = true;
  };
  return out;
}

std::vector<std::vector<double>> frontOf(const results::SweepStore& store,
                                         const std::vector<std::string>& objectives) {
  Front front;
  REQUIRE(store.forEach([&](const results::SweepRow& row) {
    if (auto values = valuesOf(row, objectives); !values.empty()) {
      front.add(row.number, std::move(values));
    }
  }));
  std::vector<std::vector<double>> out;
  for (const auto& point : front.points()) {
    out.push_back(point.values);
  }
  return out;
}

/// How much of the volume of a front another has, every value in the logarithm: designs differ by
/// factors.
double share(std::vector<std::vector<double>> part, std::vector<std::vector<double>> whole) {
  std::vector<double> reference(whole.front().size(), -std::numeric_limits<double>::infinity());
  for (auto* points : {&part, &whole}) {
    for (auto& point : *points) {
      std::transform(point.begin(), point.end(), point.begin(),
                     [](double value) { return std::log(value); });
    }
  }
  for (const auto& point : whole) {
    for (std::size_t i = 0; i < point.size(); ++i) {
      reference[i] = std::max(reference[i], point[i] + 0.1);
    }
  }
  std::erase_if(part, [&](const auto& point) {
    return !std::equal(point.begin(), point.end(), reference.begin(), std::less<>());
  });
  return hypervolume(part, reference) / hypervolume(whole, reference);
}

} // namespace

TEST_CASE("a search looks at so many points of each group, none twice", "[sweep]") {
  const config::ScratchFolder folder;
  std::size_t front = 0;
  auto how = options((folder.root() / "r.db").string(), 2);
  how.progress = [&](const Progress& progress) {
    front = progress.front.value_or(0);
    CHECK(progress.all == 300);
    return true;
  };
  const auto answer = runSweep(plane(300), how);
  REQUIRE(answer);
  CHECK(answer->points == 300);
  CHECK(front > 5);
  std::map<std::string, int> groups;
  REQUIRE(answer->store.forEach([&](const results::SweepRow& row) {
    ++groups[groupOf(row, {"g"})];
    const auto place = static_cast<std::uint64_t>(row.number - 1);
    CHECK(row.settings[1].second == std::to_string(place / 40 % 40));
  }));
  CHECK(groups == std::map<std::string, int>{{"g=0", 150}, {"g=1", 150}});
}

TEST_CASE("a search gives the same rows on any number of workers, and resumed", "[sweep]") {
  const config::ScratchFolder folder;
  const auto sweep = plane(240);
  const auto whole = runSweep(sweep, options((folder.root() / "one.db").string(), 1));
  REQUIRE(whole);
  const auto three = runSweep(sweep, options((folder.root() / "three.db").string(), 3));
  REQUIRE(three);
  CHECK(rowsOf(three->store) == rowsOf(whole->store));

  const auto file = (folder.root() / "stopped.db").string();
  auto how = options(file, 2);
  for (const std::int64_t stop : {0, 30, 100, 200}) {
    how.resume = stop > 0;
    how.progress = [&](const Progress& progress) { return progress.done < stop; };
    const auto part = runSweep(sweep, how);
    REQUIRE(part);
    CHECK(part->stopped);
    CHECK(part->store.counts()->all() < 240);
  }
  how.progress = {};
  const auto rest = runSweep(sweep, how);
  REQUIRE(rest);
  CHECK(!rest->stopped);
  CHECK(rest->before > 100);
  CHECK(rowsOf(rest->store) == rowsOf(whole->store));
}

TEST_CASE("a space that is smaller than the evaluations is looked at and the search ends",
          "[sweep]") {
  const config::ScratchFolder folder;
  auto sweep = plane(5000);
  sweep.axes[1].rows.resize(3);
  sweep.axes[2].rows.resize(3);
  const auto answer = runSweep(sweep, options((folder.root() / "r.db").string(), 2));
  REQUIRE(answer);
  CHECK(answer->store.counts()->all() > 14);
  CHECK(answer->store.counts()->all() <= 18);
}

TEST_CASE("conditions on parameters keep a search out", "[sweep]") {
  const config::ScratchFolder folder;
  auto sweep = plane(200);
  sweep.when.push_back({*core::Expression::parse("x < y"), {}});
  const auto answer = runSweep(sweep, options((folder.root() / "r.db").string(), 2));
  REQUIRE(answer);
  REQUIRE(answer->store.forEach([](const results::SweepRow& row) {
    CHECK(std::stoi(row.settings[1].second) < std::stoi(row.settings[2].second));
  }));
  CHECK(answer->store.counts()->all() == 200);
}

TEST_CASE("a search is not run in parts", "[sweep]") {
  auto how = options("/none", 1);
  how.shard = {1, 2};
  const auto answer = runSweep(plane(100), how);
  REQUIRE(!answer);
  CHECK(core::render(answer.error()) ==
        "error: --shard: a search is not run in parts\n"
        "  help: leave it out; what to try next depends on all that is known\n");
}

namespace {

/// Every point of a space, simulated once.
struct Space {
  config::ScratchFolder folder;
  std::string text;
  std::vector<results::SweepRow> rows; ///< by place
  std::vector<std::vector<double>> front;

  explicit Space(std::string of) : text(std::move(of)) {
    const auto sweep = readText(folder, text);
    REQUIRE(sweep);
    SweepOptions how;
    how.database = (folder.root() / "all.db").string();
    how.jobs = 2;
    const auto answer = runSweep(*sweep, how);
    REQUIRE(answer);
    REQUIRE(answer->store.forEach([&](const results::SweepRow& row) { rows.push_back(row); }));
    REQUIRE(rows.size() == placesOf(*sweep));
    front = frontOf(answer->store, sweep->objectives);
  }

  /// How much of the front's volume a search finds in a fifth of the evaluations. Points are looked
  /// up, or `simulated`: that is the same.
  double found(const std::string& method, int seed, bool simulated = false) const {
    const auto evaluations = rows.size() / 5;
    const auto sweep =
        readText(folder, text + "search: {evaluations: " + std::to_string(evaluations) +
                             ", method: " + method + ", seed: " + std::to_string(seed) + "}\n");
    REQUIRE(sweep);
    SweepOptions how;
    how.database = (folder.root() / "search.db").string();
    how.jobs = 2;
    how.overwrite = true;
    if (!simulated) {
      how.evaluate = [this](std::uint64_t place, results::SweepRow& row) { row = rows[place]; };
    }
    const auto answer = runSweep(*sweep, how);
    REQUIRE(answer);
    CHECK(answer->points <= static_cast<std::int64_t>(evaluations));
    std::int64_t looked = 0;
    REQUIRE(answer->store.forEach([&](const results::SweepRow& row) {
      ++looked;
      CHECK(toJson(row) == toJson(rows[static_cast<std::size_t>(row.number - 1)]));
    }));
    CHECK(looked == answer->points);
    return share(frontOf(answer->store, sweep->objectives), front);
  }
};

} // namespace

TEST_CASE("a fifth of the evaluations finds the front of 5,000 designs within 2 %", "[sweep]") {
  const Space space("version: 1\nsweep: space\nengine: analytic\nworkloads: bert\n"
                    "machines: fusemax\nmappings: fusemax-binding\n"
                    "set:\n  L: 64K\n  arch.rows: 16..400:16\n  arch.buffer_mib: 4..40:4\n"
                    "  arch.dram_gib_per_s: 100..500:100\n"
                    "  arch.clock_mhz: [470, 640, 800, 940]\n"
                    "objectives: [latency, energy, area]\n");
  CHECK(space.rows.size() == 5000);
  for (const auto* method : {"nsga2", "maco"}) {
    for (const int seed : {1, 2, 3, 4, 5}) {
      const auto found = space.found(method, seed, seed == 1);
      INFO(method << " with seed " << seed << " finds " << found << " of a front of "
                  << space.front.size());
      CHECK(found >= 0.98);
    }
  }
}
