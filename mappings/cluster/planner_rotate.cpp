#include "mappings/cluster/planner.hpp"

#include <algorithm>

namespace einsight::mappings::cluster {
namespace {

void append(std::vector<int>& to, const std::vector<int>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void appendWork(std::vector<int>& to, int work) {
  if (work >= 0) {
    to.push_back(work);
  }
}

/// The place whose block is at `place` after so many steps.
std::size_t ownerOf(std::size_t place, std::size_t steps, std::size_t count) {
  return (place + count - steps % count) % count;
}

} // namespace

/// In n steps every device works on the block it has, while that goes on to the next device.
void Planner::rotate(const Step& step) {
  for (auto& ring : layout_.along(step.over)) {
    Turn state{step, ring};
    const auto count = state.ring.size();
    state.computed.assign(count, -1);
    state.merged.assign(count, false);
    state.carried.resize(count);
    state.arrived.resize(count);
    state.have.resize(count);
    for (const auto device : state.ring) {
      state.begin.push_back(front_[device]);
    }
    for (; state.at < count && problems_.empty(); ++state.at) {
      turn(state);
    }
    if (problems_.empty()) {
      finish(state);
    }
  }
}

void Planner::turn(Turn& turn) {
  Fronts next;
  if (turn.step.overlap) {
    next = moveOn(turn);
  }
  for (std::size_t place = 0; place < turn.ring.size(); ++place) {
    workOn(turn, place);
  }
  takeHome(turn);
  if (!turn.step.overlap) {
    next = moveOn(turn);
  }
  sendSums(turn);
  turn.have = std::move(next);
}

/// Sends the blocks on, as soon as they have come and both ends are done with what they computed
/// so far (whose block lies where the new one comes to). Says what brings each place its next one.
Fronts Planner::moveOn(const Turn& turn) {
  const auto count = turn.ring.size();
  Fronts next(count);
  for (std::size_t place = 0; place < count && turn.at + 1 < count; ++place) {
    const auto to = (place + 1) % count;
    auto after = turn.have[place];
    append(after, turn.begin[place]);
    append(after, turn.begin[to]);
    appendWork(after, turn.computed[place]);
    appendWork(after, turn.computed[to]);
    for (const auto& tensor : turn.step.tensors) {
      next[to].push_back(graph_.message(numberOf(turn.ring[place]), numberOf(turn.ring[to]),
                                        "send " + tensor, layout_.bytes(tensor), after));
    }
  }
  return next;
}

/// The work of a place in this step, with what is put together there.
void Planner::workOn(Turn& turn, std::size_t place) {
  const auto& step = turn.step;
  const auto owner = ownerOf(place, turn.at, turn.ring.size());
  const auto queries = layout_.queriesOf(step.queriesMove ? owner : place);
  const auto keys = layout_.keysOf(step.queriesMove ? place : owner);
  const auto blocks = blocksOf(queries, {keys}, layout_.causal());
  auto after = turn.begin[place];
  append(after, turn.have[place]);
  appendWork(after, turn.computed[place]);
  const int work = attendBlocks(turn.ring[place], blocks, nameOf(step), after);
  if (work >= 0) {
    turn.computed[place] = work;
    const double rows = static_cast<double>(blocks.queries) / static_cast<double>(countOf(queries));
    if (step.queriesMove && owner != place) {
      sendHome(turn, place, work, rows);
    } else {
      putTogether(turn, place, rows);
    }
  }
  if (!step.carries.empty()) {
    const double columns = static_cast<double>(blocks.keys) / static_cast<double>(countOf(keys));
    carry(turn, place, columns);
  }
}

/// Adds what a place has computed to its own results.
void Planner::putTogether(Turn& turn, std::size_t place, double rows) {
  const auto& carries = turn.step.carries;
  const auto device = turn.ring[place];
  int& last = turn.computed[place];
  for (const auto& merge : turn.step.merges) {
    if (std::find(carries.begin(), carries.end(), merge.tensor) == carries.end()) {
      const auto& how = turn.merged[place] ? merge.each : merge.first;
      last = pass(device, how, merge.tensor, rows, {last}, last);
      if (turn.merged[place] && rows < 1) {
        last = pass(device, merge.part, merge.tensor, rows, {last}, last);
      }
    }
  }
  turn.merged[place] = true;
}

/// Results of queries that are here on a visit go back to where they are from.
void Planner::sendHome(Turn& turn, std::size_t place, int work, double rows) {
  const auto owner = ownerOf(place, turn.at, turn.ring.size());
  std::vector<int> messages;
  for (const auto& tensor : turn.step.returns) {
    messages.push_back(graph_.message(numberOf(turn.ring[place]), numberOf(turn.ring[owner]),
                                      "return " + tensor, layout_.bytes(tensor) * rows, {work}));
  }
  turn.returning.push_back({owner, turn.at, rows, std::move(messages)});
}

/// Results that were on their way during this step are put together by their owners.
void Planner::takeHome(Turn& turn) {
  std::vector<Turn::Returning> still;
  for (auto& back : turn.returning) {
    if (back.sent == turn.at) {
      still.push_back(std::move(back));
      continue;
    }
    auto after = back.messages;
    appendWork(after, turn.computed[back.owner]);
    int last = -1;
    for (const auto& merge : turn.step.merges) {
      last = pass(turn.ring[back.owner], merge.each, merge.tensor, back.rows, after, last);
      after = last >= 0 ? std::vector<int>{last} : after;
    }
    if (last >= 0) {
      turn.computed[back.owner] = last;
    } else {
      append(turn.arrived[back.owner], back.messages);
    }
  }
  turn.returning = std::move(still);
}

/// Sums over the queries travel behind the keys that they belong to: this device adds its part.
void Planner::carry(Turn& turn, std::size_t place, double columns) {
  const auto& step = turn.step;
  int& last = turn.computed[place];
  for (const auto& merge : step.merges) {
    if (std::find(step.carries.begin(), step.carries.end(), merge.tensor) != step.carries.end()) {
      auto after = turn.carried[place];
      appendWork(after, last);
      const auto& how = turn.at == 0 ? merge.first : merge.each;
      last = pass(turn.ring[place], how, merge.tensor, columns, after, last);
    }
  }
}

/// The sums go on to the next device, from the last step on to where they are from.
void Planner::sendSums(Turn& turn) {
  const auto count = turn.ring.size();
  Fronts next(count);
  for (std::size_t place = 0; place < count && count > 1; ++place) {
    const auto to = (place + 1) % count;
    auto after = turn.carried[place];
    appendWork(after, turn.computed[place]);
    for (const auto& tensor : turn.step.carries) {
      next[to].push_back(graph_.message(numberOf(turn.ring[place]), numberOf(turn.ring[to]),
                                        "send " + tensor, layout_.bytes(tensor), after));
    }
  }
  turn.carried = std::move(next);
}

void Planner::finish(Turn& turn) {
  turn.at = turn.ring.size(); // nothing is sent any more
  takeHome(turn);
  for (std::size_t place = 0; place < turn.ring.size(); ++place) {
    const auto device = turn.ring[place];
    auto after = turn.begin[place];
    append(after, turn.arrived[place]);
    append(after, turn.carried[place]);
    appendWork(after, turn.computed[place]);
    int last = -1;
    for (const auto& merge : turn.step.merges) {
      last = pass(device, merge.last, merge.tensor, 1, after, last);
      after = last >= 0 ? std::vector<int>{last} : after;
    }
    leave(turn.step, device, after);
  }
}

} // namespace einsight::mappings::cluster
