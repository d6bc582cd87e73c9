#include "mappings/gpu/grid/work_list.hpp"
#include "validation/cuda/decode_schedule.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>
#include <set>

using namespace einsight::mappings::gpu;
namespace cuda = einsight::validation::cuda;

namespace {

Job plainJob(std::int64_t iterations) {
  Job job;
  job.visited = job.full = {0, iterations};
  job.trips = iterations;
  return job;
}

Jobs alike(std::int64_t items, std::int64_t iterations) {
  Jobs jobs;
  jobs.kinds = {plainJob(iterations)};
  jobs.order.assign(static_cast<std::size_t>(items), 0);
  for (std::int32_t item = 0; item < items; ++item) {
    jobs.reuse.push_back(item);
  }
  return jobs;
}

/// A piece of a list: which job, from which of its iterations on, how many.
struct Given {
  std::int64_t job = 0, from = 0, iterations = 0;
  auto operator<=>(const Given&) const = default;
};

/// What CTA `cta` of a list does, without merging.
std::vector<Given> piecesOf(const WorkList& list, std::size_t cta, int bodies = 1) {
  const auto& trips = list.trips;
  const auto end = cta + 1 < trips.lists.size() ? static_cast<std::size_t>(trips.lists[cta + 1])
                                                : trips.order.size();
  std::vector<Given> out;
  for (auto place = static_cast<std::size_t>(trips.lists[cta]); place < end; ++place) {
    const auto& kind = trips.kinds[static_cast<std::size_t>(trips.order[place])];
    if (kind.body != bodyOf(Piece::Merge, 0, bodies)) {
      out.push_back({trips.reuse[place], trips.from[place], kind.iterations});
    }
  }
  return out;
}

/// What the CUDA kernel's schedule gives a CTA.
std::vector<Given> piecesOf(const cuda::DecodeSchedule& schedule, int cta) {
  std::vector<Given> out;
  for (auto tile = cuda::firstTile(schedule, cta); tile < cuda::firstTile(schedule, cta + 1);
       ++tile) {
    const std::int64_t item = tile / schedule.tiles;
    if (out.empty() || out.back().job != item) {
      out.push_back({item, tile % schedule.tiles, 0});
    }
    ++out.back().iterations;
  }
  return out;
}

} // namespace

TEST_CASE("CTAs take equal pieces of the line of all jobs", "[gpu]") {
  const auto list = shareOut(alike(3, 4), 2, true);
  REQUIRE(list.trips.lists.size() == 2);
  CHECK(piecesOf(list, 0) == std::vector<Given>{{0, 0, 4}, {1, 0, 2}});
  CHECK(piecesOf(list, 1) == std::vector<Given>{{1, 2, 2}, {2, 0, 4}});
  CHECK(list.parts == std::vector<std::int64_t>{1, 2, 1});
}

TEST_CASE("The CTA that began a job waits for the others and merges", "[gpu]") {
  const auto list = shareOut(alike(1, 6), 3, true);
  const auto& trips = list.trips;
  REQUIRE(trips.order.size() == 4);
  const auto kindAt = [&](std::size_t place) {
    return trips.kinds[static_cast<std::size_t>(trips.order[place])];
  };
  CHECK(kindAt(0).body == bodyOf(Piece::First, 0, 1));
  CHECK(kindAt(1).body == bodyOf(Piece::Merge, 0, 1));
  CHECK(kindAt(1).iterations == 2); // two parts beside its own
  CHECK(kindAt(2).body == bodyOf(Piece::Part, 0, 1));
  CHECK(trips.awaits == std::map<std::int32_t, std::vector<std::int32_t>>{{1, {2, 3}}});
}

TEST_CASE("Where a kernel merges, nobody waits and every piece is alike", "[gpu]") {
  const auto list = shareOut(alike(1, 6), 3, false);
  CHECK(list.trips.awaits.empty());
  CHECK(list.trips.kinds.size() == 1);
  CHECK(list.parts == std::vector<std::int64_t>{3});
}

TEST_CASE("There are no more CTAs than iterations, and jobs without any are not lost", "[gpu]") {
  auto jobs = alike(3, 1);
  jobs.kinds.push_back(plainJob(0));
  jobs.order = {1, 0, 1};
  const auto list = shareOut(jobs, 8, true);
  REQUIRE(list.trips.lists.size() == 1);
  CHECK(list.trips.order.size() == 3);
  jobs.order = {1, 1, 1};
  CHECK(shareOut(jobs, 8, true).trips.order.size() == 3);
}

TEST_CASE("Masked iterations of a piece are those of the job that lie in it", "[gpu]") {
  auto jobs = alike(1, 10);
  jobs.kinds[0].visited = {2, 10};
  jobs.kinds[0].full = {2, 9};
  const auto list = shareOut(jobs, 2, false);
  const auto& trips = list.trips;
  CHECK(trips.from == std::vector<std::int64_t>{2, 6});
  CHECK(trips.kinds[static_cast<std::size_t>(trips.order[0])].masked == 0);
  CHECK(trips.kinds[static_cast<std::size_t>(trips.order[1])].masked == 1);
}

TEST_CASE("Jobs that stream the same bytes stand a whole line of the others apart", "[gpu]") {
  auto jobs = alike(6, 4);
  jobs.reuse = {0, 0, 1, 1, 2, 2}; // two heads over each of three latents
  const auto line = lineOf(jobs);
  CHECK(line.reuse == std::vector<std::int32_t>{0, 1, 2, 0, 1, 2});
  const auto list = shareOut(line, 4, true);
  CHECK(piecesOf(list, 0) == std::vector<Given>{{0, 0, 4}, {1, 0, 2}});
  CHECK(piecesOf(list, 2) == piecesOf(list, 0)); // the same bytes at the same time
  CHECK(lineOf(alike(3, 4)).reuse == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("The list is that of the CUDA kernel", "[gpu]") {
  CHECK(rc::check("stream-K of jobs that are alike", [] {
    const auto items = *rc::gen::inRange(1, 40);
    const auto tiles = *rc::gen::inRange(1, 60);
    const auto ctas = *rc::gen::inRange(1, 300);
    const auto schedule = cuda::streamK(items, tiles, ctas);
    const bool owner = *rc::gen::arbitrary<bool>();
    const auto list = shareOut(alike(items, tiles), ctas, owner);
    RC_ASSERT(std::ssize(list.trips.lists) == schedule.ctas);
    for (int cta = 0; cta < schedule.ctas; ++cta) {
      RC_ASSERT(piecesOf(list, static_cast<std::size_t>(cta)) == piecesOf(schedule, cta));
    }
  }));
}

TEST_CASE("Every iteration of ragged jobs is done once, and what is cut is merged once", "[gpu]") {
  CHECK(rc::check("stream-K of ragged jobs", [] {
    Jobs jobs;
    for (std::int32_t job = *rc::gen::inRange(1, 30); job > 0; --job) {
      jobs.order.push_back(static_cast<std::int32_t>(jobs.kinds.size()));
      jobs.reuse.push_back(jobs.order.back());
      jobs.kinds.push_back(plainJob(*rc::gen::inRange(0, 20)));
    }
    const auto list = shareOut(jobs, *rc::gen::inRange(1, 50), true);
    std::vector<std::int64_t> done(jobs.order.size(), 0);
    std::int64_t least = INT64_MAX;
    std::int64_t most = 0;
    for (std::size_t cta = 0; cta < list.trips.lists.size(); ++cta) {
      std::int64_t own = 0;
      for (const auto& piece : piecesOf(list, cta)) {
        auto& before = done[static_cast<std::size_t>(piece.job)];
        RC_ASSERT(piece.from == before);
        before += piece.iterations;
        own += piece.iterations;
      }
      least = std::min(least, own);
      most = std::max(most, own);
    }
    RC_ASSERT(most - least <= 1);
    std::size_t cut = 0;
    for (std::size_t job = 0; job < done.size(); ++job) {
      RC_ASSERT(done[job] == jobs.kinds[job].visited.length());
      cut += list.parts[job] > 1 ? 1U : 0U;
    }
    RC_ASSERT(list.trips.awaits.size() == cut);
    std::set<std::int32_t> awaited;
    for (const auto& [merge, parts] : list.trips.awaits) {
      const auto kind = list.trips.order[static_cast<std::size_t>(merge)];
      RC_ASSERT(list.trips.kinds[static_cast<std::size_t>(kind)].iterations == std::ssize(parts));
      for (const auto part : parts) {
        RC_ASSERT(awaited.insert(part).second);
        RC_ASSERT(part > merge);
      }
    }
  }));
}
