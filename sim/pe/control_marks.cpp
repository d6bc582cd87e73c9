#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"
#include "sim/pe/control.hpp"

#include <algorithm>
#include <limits>

/// What controllers and arrays tell each other.
namespace einsight::sim::cells {

/// Marks what instances with nothing to do do not make; that is known from the schedule.
void Control::skipEmpty(const Job& job) {
  const auto& task = at(section_.tasks, job.task);
  const auto& array = *at(parts_.arrays, at(parts_.arrayOf, task.resource));
  Digits digits(section_.loops.size(), 0);
  for (std::int64_t n = iterations(section_, task.loops); n-- > 0;) {
    decode(section_, task.loops, n, digits);
    if (runs(section_, task, digits)) {
      continue;
    }
    const auto wave = job.layout.wave(digits, true);
    if (job.layout.outside(wave, job.result.ranges)) {
      continue;
    }
    for (std::int64_t step = 0; step < wave.steps; step += wave.inner) { // a result at a time
      for (int pe = 0; pe < array.cells(); ++pe) {
        const auto spot = job.layout.spot(wave, step, pe / array.columns(), pe % array.columns());
        if (const auto place = job.result.at(spot); place >= 0 && !spot.idle) {
          parts_.memory.skip(job.result.tensor, place);
        }
      }
    }
  }
}

/// A command enters the array at its origin.
void Control::send(int task, const Digits& digits, bool empty) {
  const auto& job = *at(parts_.jobs, task);
  auto command = std::make_shared<Command>();
  command->job = &job;
  command->empty = empty;
  if (!empty) {
    command->wave = job.layout.wave(digits, false);
    command->ticks = value(section_, at(section_.tasks, task).ticks, digits);
  }
  at(parts_.arrays, at(parts_.arrayOf, at(section_.tasks, task).resource))
      ->issue(std::move(command));
}

/// A mark becomes visible at `tick`: at the end of this moment, or later.
void Control::tell(int task, Edge::Route route, std::int64_t count, std::int64_t tick) {
  const auto number = static_cast<std::size_t>(route);
  if (!at(marks_, task).wanted[number]) {
    return;
  }
  const News news{tick, false, task, number, count};
  if (tick == now_) {
    end_ = now_;
    fresh_.push_back(news);
    return;
  }
  delayed_.push_back(news);
  std::push_heap(delayed_.begin(), delayed_.end(), std::greater<>());
  kernel::wakeAfter(kernel::kDelayLine, delayed_.front().tick - now_);
}

void Control::left(const Job& job, int lane, std::int64_t tick, std::int64_t count) {
  auto& marks = at(marks_, job.task);
  at(marks.exited, lane) += count;
  if (lane == 0) {
    tell(job.task, Edge::Route::Lane, count, tick);
  }
  const auto all = *std::min_element(marks.exited.begin(), marks.exited.end());
  if (all > marks.gathered) {
    tell(job.task, Edge::Route::Gathered, all - marks.gathered, tick);
    marks.gathered = all;
  }
}

void Control::fed(const Job& job, bool columns, std::int64_t count) {
  tell(job.task, columns ? Edge::Route::ReadColumns : Edge::Route::ReadRows, count, now_);
}

void Control::arrive(std::size_t stream, int barrier, std::int64_t epochs) {
  walkers_[stream].arrived = true;
  at(gates_, barrier).arrivals[stream] += epochs;
  fresh_.push_back({now_, true, barrier, 0, epochs});
}

void Control::settle(std::int64_t now) {
  std::vector<News> news;
  news.swap(fresh_);
  for (auto& each : news) {
    if (!each.barrier || each.route == 1) {
      show(each);
      continue;
    }
    auto& gate = at(gates_, each.index);
    auto everyone = std::numeric_limits<std::int64_t>::max();
    for (const int stream : gate.streams) {
      everyone = std::min(everyone, at(gate.arrivals, stream));
    }
    each.count = everyone - gate.completed;
    each.route = 1; // it opens
    gate.completed = everyone;
    if (each.count == 0) {
      continue;
    }
    if (const auto latency = at(section_.barriers, each.index).latency; latency > 0) {
      each.tick = now + latency;
      delayed_.push_back(each);
      std::push_heap(delayed_.begin(), delayed_.end(), std::greater<>());
      kernel::wakeAfter(kernel::kDelayLine, delayed_.front().tick - now);
    } else {
      show(each);
    }
  }
}

/// Makes it visible, and wakes whoever may have waited for it.
void Control::show(const News& news) {
  if (news.barrier) {
    at(gates_, news.index).released += news.count;
  } else {
    at(marks_, news.index).seen[news.route] += news.count;
  }
  const auto& waiters =
      news.barrier ? at(gates_, news.index).waiters : at(marks_, news.index).waiters;
  for (const int resource : waiters) {
    if (resource >= 0) {
      kernel::wakeNow(resource);
    }
  }
}

void Control::report(int resource, const std::string& text, std::int64_t now) {
  if (parts_.waveform != nullptr && parts_.waveform->open()) {
    parts_.waveform->change(parts_.offset + now, at(parts_.signals, resource), text);
  }
}

} // namespace einsight::sim::cells
