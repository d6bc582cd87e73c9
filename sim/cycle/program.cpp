#include "sim/cycle/program.hpp"

#include <algorithm>

namespace einsight::sim {
namespace {

/// The task's port of that latency, a new one where it has none.
int portFor(Program& program, int task, std::int64_t latency) {
  auto& own = program.portsOfTask[static_cast<std::size_t>(task)];
  const auto found = std::find_if(own.begin(), own.end(), [&](int port) {
    return program.ports[static_cast<std::size_t>(port)].latency == latency;
  });
  if (found != own.end()) {
    return *found;
  }
  own.push_back(static_cast<int>(program.ports.size()));
  program.ports.push_back({task, latency, {}});
  return own.back();
}

void insertOnce(std::vector<int>& list, int value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) {
    list.push_back(value);
  }
}

Program::Walk walkOf(const Section& section, const Block& block) {
  Program::Walk walk;
  walk.strides.resize(block.loops.size());
  for (std::size_t i = block.loops.size(); i-- > 0;) {
    const auto& loop = section.loops[static_cast<std::size_t>(block.loops[i])];
    walk.strides[i] = walk.iterations;
    walk.iterations *= loop.trips;
    walk.dispatched = walk.dispatched || loop.dispatched;
  }
  walk.lastStage = block.lastStage;
  for (const auto& item : block.items) {
    walk.lastStage = std::max<std::int64_t>(walk.lastStage, item.stage);
  }
  return walk;
}

/// Gathers what a block holds, directly and in the blocks inside it.
void gather(const Section& section, int block, std::vector<int>& tasks,
            std::vector<int>& barriers) {
  for (const auto& item : section.blocks[static_cast<std::size_t>(block)].items) {
    switch (item.kind) {
    case Item::Kind::Task:
      insertOnce(tasks, item.index);
      break;
    case Item::Kind::Barrier:
      insertOnce(barriers, item.index);
      break;
    case Item::Kind::Block:
      gather(section, item.index, tasks, barriers);
      break;
    }
  }
}

} // namespace

Program::Program(const Section& from)
    : section(from), needs(from.tasks.size()), portsOfTask(from.tasks.size()),
      pinsOfTask(from.tasks.size()), participants(from.barriers.size()) {
  for (std::size_t b = 0; b < from.blocks.size(); ++b) {
    walks.push_back(walkOf(from, from.blocks[b]));
    gather(from, static_cast<int>(b), walks.back().tasks, walks.back().barriers);
    for (const auto& item : from.blocks[b].items) {
      if (item.kind == Item::Kind::Task) {
        pinsOfTask[static_cast<std::size_t>(item.index)] = item.pins;
      }
    }
  }
  for (std::size_t t = 0; t < from.tasks.size(); ++t) {
    const auto& task = from.tasks[t];
    for (const auto& edge : task.needs) {
      const int port = portFor(*this, edge.producer, edge.latency);
      needs[t].push_back({&edge, port});
    }
  }
  for (std::size_t s = 0; s < from.streams.size(); ++s) {
    const auto& walk = walks[static_cast<std::size_t>(from.streams[s].root)];
    for (const int barrier : walk.barriers) {
      participants[static_cast<std::size_t>(barrier)].push_back(static_cast<int>(s));
    }
    for (const int task : walk.tasks) {
      for (const auto& need : needs[static_cast<std::size_t>(task)]) {
        insertOnce(ports[static_cast<std::size_t>(need.port)].waiters, static_cast<int>(s));
      }
    }
  }
}

void locate(const Program& program, const Cursor& cursor, Digits& digits) {
  for (const auto& frame : cursor.frames) {
    const auto& block = program.section.blocks[static_cast<std::size_t>(frame.block)];
    if (frame.item < static_cast<int>(block.items.size())) {
      const auto& item = block.items[static_cast<std::size_t>(frame.item)];
      decode(program.section, block.loops, std::max<std::int64_t>(frame.epoch - item.stage, 0),
             digits);
    }
  }
}

void locateActual(const Program& program, const State& state, std::size_t stream, Digits& digits) {
  const auto& cursor = state.cursors[stream];
  locate(program, cursor, digits);
  for (const auto& frame : cursor.frames) {
    if (program.walks[static_cast<std::size_t>(frame.block)].dispatched) {
      const auto slot = static_cast<std::size_t>(program.section.streams[stream].slot);
      decode(program.section, program.section.blocks[static_cast<std::size_t>(frame.block)].loops,
             state.slots[slot].at(frame.epoch), digits);
    }
  }
}

} // namespace einsight::sim
