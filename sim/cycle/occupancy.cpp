#include "sim/cycle/occupancy.hpp"

#include "sim/cycle/at.hpp"

#include <algorithm>

namespace einsight::sim {

Occupancy::Occupancy(const Section& section, const std::vector<Hold>& holds, std::size_t memories)
    : section_(section), holds_(holds), places_(holds.size()), ended_(section.tasks.size(), 0),
      running_(section.tasks.size(), false), bytes_(memories, 0), digits_(section.loops.size(), 0) {
  for (std::size_t h = 0; h < holds.size(); ++h) {
    places_[h].tiles = iterations(section, holds[h].loops);
    places_[h].known.assign(holds[h].users.size(), 0);
  }
}

void Occupancy::starts(int task) {
  running_[static_cast<std::size_t>(task)] = true;
  for (std::size_t h = 0; h < holds_.size(); ++h) {
    const auto& hold = holds_[h];
    if (std::find(hold.fillers.begin(), hold.fillers.end(), task) == hold.fillers.end()) {
      continue;
    }
    decode(section_, at(section_.tasks, task).loops, at(ended_, task), digits_);
    auto& place = places_[h];
    const auto ahead = encode(section_, hold.loops, digits_) - place.first;
    if (ahead < 0) {
      continue; // known to be of no more use before it came
    }
    const auto index = static_cast<std::size_t>(ahead);
    place.there.resize(std::max(place.there.size(), index + 1), 0);
    if (place.there[index] == 0) {
      place.there[index] = value(section_, hold.bytes, digits_);
      add(h, place.there[index]);
    }
  }
}

void Occupancy::add(std::size_t hold, Wide parts) {
  const auto& what = holds_[hold];
  auto& held = places_[hold].held;
  const auto whole = [&](Wide value) { return (value + what.parts - 1) / what.parts; };
  at(bytes_, what.memory) += whole(held + parts) - whole(held);
  held += parts;
}

void Occupancy::ends(int task, std::int64_t count, Wide now) {
  at(ended_, task) += count;
  running_[static_cast<std::size_t>(task)] = false;
  for (std::size_t h = 0; h < holds_.size(); ++h) {
    for (std::size_t u = 0; u < holds_[h].users.size(); ++u) {
      const auto& user = holds_[h].users[u];
      if (user.producer != task) {
        continue;
      }
      if (user.latency > 0) {
        late_.insert({now + user.latency, {h, u, count}});
      } else {
        know(h, u, count);
      }
    }
  }
}

void Occupancy::know(std::size_t hold, std::size_t user, std::int64_t count) {
  places_[hold].known[user] += count;
  free(hold);
}

bool Occupancy::gone(std::size_t hold, std::int64_t tile) {
  const auto& users = holds_[hold].users;
  decode(section_, holds_[hold].loops, tile, digits_);
  for (std::size_t u = 0; u < users.size(); ++u) {
    if (places_[hold].known[u] < needed(section_, users[u], digits_)) {
      return false;
    }
  }
  return true;
}

/// The first tile that is not gone, by steps that double and then halve: many go at once where
/// periods are skipped.
std::int64_t Occupancy::firstThere(std::size_t hold) {
  const auto& place = places_[hold];
  auto low = place.first; // tiles before it are gone
  std::int64_t step = 1;
  while (low + step <= place.tiles && gone(hold, low + step - 1)) {
    low += step;
    step *= 2;
  }
  for (; step > 0; step /= 2) {
    if (low + step <= place.tiles && gone(hold, low + step - 1)) {
      low += step;
    }
  }
  return low;
}

void Occupancy::free(std::size_t hold) {
  auto& place = places_[hold];
  const auto first = firstThere(hold);
  for (; place.first < first && !place.there.empty(); ++place.first) {
    add(hold, -Wide{place.there.front()});
    place.there.pop_front();
  }
  place.first = first;
}

void Occupancy::skipped(const std::vector<std::int64_t>& ends, Wide ticks) {
  for (std::size_t h = 0; h < holds_.size(); ++h) {
    auto& place = places_[h];
    for (std::size_t u = 0; u < holds_[h].users.size(); ++u) {
      const int task = holds_[h].users[u].producer;
      place.known[u] += at(ends, task) - at(ended_, task);
    }
  }
  ended_ = ends;
  for (std::size_t h = 0; h < holds_.size(); ++h) {
    findAgain(h);
  }
  std::multimap<Wide, Late> later;
  for (const auto& [due, what] : late_) {
    later.insert({due + ticks, what});
  }
  late_ = std::move(later);
}

std::int64_t Occupancy::started(int task) const {
  return at(ended_, task) + (running_[static_cast<std::size_t>(task)] ? 1 : 0);
}

/// Has a filler come to the first instance that works on the tile?
bool Occupancy::reached(const Hold& hold, std::int64_t tile) {
  return std::any_of(hold.fillers.begin(), hold.fillers.end(), [&](int filler) {
    const auto& loops = at(section_.tasks, filler).loops;
    decode(section_, loops, 0, digits_);
    decode(section_, hold.loops, tile, digits_);
    return encode(section_, loops, digits_) < started(filler);
  });
}

/// … and was one of those that it has come to not empty?
bool Occupancy::filled(const Hold& hold, std::int64_t tile) {
  return std::any_of(hold.fillers.begin(), hold.fillers.end(), [&](int filler) {
    const auto& task = at(section_.tasks, filler);
    std::vector<int> inside; // the loops in which the tile stays
    std::copy_if(task.loops.begin(), task.loops.end(), std::back_inserter(inside), [&](int loop) {
      return std::find(hold.loops.begin(), hold.loops.end(), loop) == hold.loops.end();
    });
    decode(section_, hold.loops, tile, digits_);
    const auto all = iterations(section_, inside);
    for (std::int64_t i = 0; i < all; ++i) {
      decode(section_, inside, i, digits_);
      if (encode(section_, task.loops, digits_) >= started(filler)) {
        return false;
      }
      if (runs(section_, task, digits_)) {
        return true;
      }
    }
    return false;
  });
}

void Occupancy::findAgain(std::size_t hold) {
  auto& place = places_[hold];
  const auto& what = holds_[hold];
  add(hold, -place.held);
  place.there.clear();
  place.first = firstThere(hold);
  for (auto tile = place.first; tile < place.tiles && reached(what, tile); ++tile) {
    const bool came = filled(what, tile);
    place.there.push_back(came ? value(section_, what.bytes, digits_) : 0);
    add(hold, place.there.back());
  }
}

std::optional<Wide> Occupancy::next() const {
  return late_.empty() ? std::nullopt : std::optional(late_.begin()->first);
}

void Occupancy::settle(Wide now) {
  while (!late_.empty() && late_.begin()->first <= now) {
    const auto what = late_.begin()->second;
    late_.erase(late_.begin());
    know(what.hold, what.user, what.count);
  }
}

} // namespace einsight::sim
