#include "mappings/gpu/grid/work_list.hpp"

#include "mappings/gpu/grid/kinds.hpp"

#include <algorithm>
#include <numeric>

namespace einsight::mappings::gpu {
namespace {

class Sharing {
public:
  Sharing(const Jobs& jobs, bool owner, int bodies) : jobs_(jobs), owner_(owner), bodies_(bodies) {
    out_.parts.resize(jobs.order.size());
  }

  WorkList share(std::int64_t ctas) {
    std::int64_t all = 0;
    for (std::size_t j = 0; j < jobs_.order.size(); ++j) {
      all += job(j).visited.length();
    }
    const auto pieces = std::clamp<std::int64_t>(all, 1, ctas);
    for (std::int64_t cta = 0; cta < pieces; ++cta) {
      out_.trips.lists.push_back(static_cast<std::int32_t>(out_.trips.order.size()));
      piece((cta + 1) * all / pieces - cta * all / pieces);
    }
    out_.trips.kinds = std::move(kinds_.all);
    return std::move(out_);
  }

private:
  [[nodiscard]] const Job& job(std::size_t place) const {
    return jobs_.kinds[static_cast<std::size_t>(jobs_.order[place])];
  }

  /// The next `left` iterations of the line; jobs without iterations go along.
  void piece(std::int64_t left) {
    while (next_ < jobs_.order.size()) {
      const auto length = job(next_).visited.length();
      const auto taken = std::min(left, length - done_);
      if (length > 0 && taken == 0) {
        return;
      }
      add(done_, done_ + taken, length);
      done_ += taken;
      left -= taken;
      if (done_ == length) {
        ++next_;
        done_ = 0;
      }
    }
  }

  /// Iterations [from, to) of the next job, of `length`.
  void add(std::int64_t from, std::int64_t to, std::int64_t length) {
    const auto& what = job(next_);
    auto kind = kindOf(what, {what.visited.begin + from, what.visited.begin + to});
    const bool first = from == 0 && to < length;
    if (owner_ && (from > 0 || first)) {
      kind.body = bodyOf(first ? Piece::First : Piece::Part, what.body, bodies_);
    }
    ++out_.parts[next_];
    if (owner_ && from > 0) {
      awaited_.push_back(static_cast<std::int32_t>(out_.trips.order.size()));
    }
    put(kinds_.indexOf(kind), what.visited.begin + from, false);
    if (owner_ && first) {
      merge_ = static_cast<std::int32_t>(out_.trips.order.size());
      put(0, 0, true); // which kind it is follows from the number of parts
    }
    if (owner_ && to == length && from > 0) {
      finish(what);
    }
  }

  /// All parts of a job are given out: its merge knows how many there are.
  void finish(const Job& what) {
    const auto parts = static_cast<std::int64_t>(awaited_.size());
    out_.trips.order[static_cast<std::size_t>(merge_)] =
        kinds_.indexOf({parts, 0, what.rows, bodyOf(Piece::Merge, what.body, bodies_), what.rows});
    out_.trips.awaits[merge_] = std::move(awaited_);
    awaited_.clear();
  }

  void put(std::int32_t kind, std::int64_t from, bool merges) {
    auto& trips = out_.trips;
    trips.order.push_back(kind);
    trips.from.push_back(from);
    if (!jobs_.listed.empty()) {
      trips.listed.push_back(merges ? 0 : jobs_.listed[next_]);
    }
    trips.reuse.push_back(merges ? -1 : jobs_.reuse[next_]);
    if (!jobs_.secondReuse.empty()) {
      trips.secondReuse.push_back(merges ? -1 : jobs_.secondReuse[next_]);
    }
  }

  const Jobs& jobs_;
  bool owner_;
  int bodies_;
  Kinds kinds_;
  WorkList out_;
  std::size_t next_ = 0;              ///< job
  std::int64_t done_ = 0;             ///< of its iterations
  std::int32_t merge_ = 0;            ///< place of the last merge
  std::vector<std::int32_t> awaited_; ///< parts of the job that it merges
};

} // namespace

Jobs lineOf(const Jobs& jobs) {
  std::vector<std::size_t> places(jobs.order.size());
  std::iota(places.begin(), places.end(), 0);
  std::map<std::int32_t, std::int32_t> seen; // jobs of a group so far
  std::vector<std::int32_t> turn;            // which of its group a job is
  for (const auto group : jobs.reuse) {
    turn.push_back(seen[group]++);
  }
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return turn[a] < turn[b]; });
  Jobs out;
  out.kinds = jobs.kinds;
  for (const auto place : places) {
    out.order.push_back(jobs.order[place]);
    out.reuse.push_back(jobs.reuse[place]);
    if (!jobs.secondReuse.empty()) {
      out.secondReuse.push_back(jobs.secondReuse[place]);
    }
    if (!jobs.listed.empty()) {
      out.listed.push_back(jobs.listed[place]);
    }
  }
  return out;
}

WorkList shareOut(const Jobs& jobs, std::int64_t ctas, bool owner, int bodies) {
  return Sharing(jobs, owner, bodies).share(ctas);
}

int bodyOf(Piece piece, int of, int bodies) {
  return bodies + 3 * of + static_cast<int>(piece);
}

} // namespace einsight::mappings::gpu
