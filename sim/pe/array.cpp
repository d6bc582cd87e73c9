#include "sim/pe/array.hpp"

#include "core/invariant.hpp"
#include "sim/pe/modules.hpp"

#include <fmt/format.h>

#include <algorithm>

/// Links, and how a PE goes through the steps of a command. What it reads and makes:
/// array_words.cpp.
namespace einsight::sim::cells {

Array::Array(const arch::Unit& unit, int firstCell, std::int64_t hopTicks, Memory& memory,
             Listener& listener)
    : name_(unit.name), columns_(static_cast<int>(unit.axes.back().size)), firstCell_(firstCell),
      hop_(hopTicks), memory_(memory), listener_(listener) {
  rows_ = unit.axes.size() == 2 ? static_cast<int>(unit.axes.front().size) : 1;
  cells_.resize(static_cast<std::size_t>(cells()));
  for (int row = 0; row < rows_; ++row) {
    for (int column = 0; column < columns_; ++column) {
      cellAt(row, column).row = row;
      cellAt(row, column).column = column;
    }
  }
}

int Array::exits(const Job& job) const {
  if (!job.layout.reducesAlong(1)) {
    return columns_;
  }
  return job.layout.reducesAlong(0) ? 1 : rows_;
}

void Array::beginSection(std::int64_t offset) {
  offset_ = offset;
  lastArrival_ = 0;
  for (auto& cell : cells_) {
    cell.north.tick = cell.west.tick = -1;
  }
}

bool Array::quiet() const {
  return std::all_of(cells_.begin(), cells_.end(), [](const Cell& cell) {
    return !cell.command && cell.waiting.empty() && cell.north.parcels.empty() &&
           cell.west.parcels.empty();
  });
}

void Array::issue(CommandPointer command) {
  auto& waiting = cells_.front().waiting;
  if (command->empty && !waiting.empty() && waiting.back()->empty &&
      waiting.back()->job == command->job) {
    auto together = std::make_shared<Command>(*command);
    together->count += waiting.back()->count;
    waiting.back() = std::move(together);
    return;
  }
  waiting.push_back(std::move(command));
  cells::wakeNow(firstCell_);
}

void Array::send(Cell& to, Link& link, Parcel parcel, std::int64_t now) {
  link.words = link.tick == now ? link.words : 0;
  link.tick = now;
  link.words += static_cast<std::int64_t>(parcel.words.size());
  widest_ = std::max(widest_, link.words);
  parcel.tick = now + hop_;
  link.parcels.push_back(std::move(parcel));
  cells::wakeAfter(number(to), hop_);
}

void Array::sendDown(Cell& cell, Parcel parcel, std::int64_t now) {
  auto& to = cellAt(cell.row + 1, cell.column);
  send(to, to.north, std::move(parcel), now);
}

void Array::sendRight(Cell& cell, Parcel parcel, std::int64_t now) {
  auto& to = cellAt(cell.row, cell.column + 1);
  send(to, to.west, std::move(parcel), now);
}

/// What the neighbour sent a hop ago; it must be there in this very moment.
Array::Words Array::take(Link& link, Parcel::Kind kind, std::int64_t now) {
  const auto found =
      std::find_if(link.parcels.begin(), link.parcels.end(),
                   [&](const Parcel& parcel) { return parcel.kind == kind && parcel.tick == now; });
  EINSIGHT_INVARIANT(found != link.parcels.end(), "words arrive in step with the wave");
  auto words = std::move(found->words);
  link.parcels.erase(found);
  return words;
}

/// Commands that have come are passed on: along the first row, and down.
void Array::receive(Cell& cell, std::int64_t now) {
  auto& link = cell.row == 0 ? cell.west : cell.north;
  const auto isCommand = [&](const Parcel& parcel) {
    return parcel.kind == Parcel::Kind::Command && parcel.tick == now;
  };
  for (auto found = std::find_if(link.parcels.begin(), link.parcels.end(), isCommand);
       found != link.parcels.end();
       found = std::find_if(link.parcels.begin(), link.parcels.end(), isCommand)) {
    cell.waiting.push_back(std::move(found->command));
    link.parcels.erase(found);
  }
}

bool Array::act(int number, std::int64_t now) {
  auto& cell = cells_[static_cast<std::size_t>(number - firstCell_)];
  receive(cell, now);
  bool worked = false;
  while (true) {
    if (cell.command && cell.stepEnd == now) {
      worked = worked || !cell.spot.idle;
      endStep(cell, now);
    } else if (!cell.command && !cell.waiting.empty()) {
      const bool empty = cell.waiting.front()->empty;
      begin(cell, now);
      worked = worked || (!empty && !cell.spot.idle);
    } else {
      break;
    }
  }
  EINSIGHT_INVARIANT(cell.waiting.empty(), "a PE has ended a tile when the next one reaches it");
  std::int64_t next = cell.command ? cell.stepEnd : Memory::kNever;
  for (const auto* link : {&cell.north, &cell.west}) {
    for (const auto& parcel : link->parcels) {
      EINSIGHT_INVARIANT(parcel.tick > now, "whatever reaches a PE is taken at once");
      next = std::min(next, parcel.tick);
    }
  }
  if (next != Memory::kNever) {
    cells::wakeAfter(number, next - now);
  }
  return worked;
}

void Array::begin(Cell& cell, std::int64_t now) {
  cell.command = std::move(cell.waiting.front());
  cell.waiting.pop_front();
  const auto pass = [&] { return Parcel{Parcel::Kind::Command, 0, cell.command, {}}; };
  if (cell.row == 0 && !last(cell, 1)) {
    sendRight(cell, pass(), now);
  }
  if (!last(cell, 0)) {
    sendDown(cell, pass(), now);
  }
  cell.begun = now;
  cell.step = 0;
  if (cell.command->empty) {
    end(cell, now);
    return;
  }
  startStep(cell, now);
}

void Array::startStep(Cell& cell, std::int64_t now) {
  const auto& command = *cell.command;
  const auto& job = *command.job;
  cell.spot = job.layout.spot(command.wave, cell.step, cell.row, cell.column);
  cell.stepEnd = cell.begun + (cell.step + 1) * command.ticks / command.wave.steps;
  cell.operands.assign(job.operands.size(), {});
  for (std::size_t o = 0; o < job.operands.size(); ++o) {
    if (job.operands[o].source == Source::Registers) {
      cell.operands[o] = fetch(cell, job.operands[o], cell.row, now).point;
    }
  }
  takeOperands(cell, Operand::Way::FromLeft, now);
  takeOperands(cell, Operand::Way::FromAbove, now);
  if (waveform_ != nullptr) {
    report(cell, now, true, nullptr);
  }
}

void Array::endStep(Cell& cell, std::int64_t now) {
  const auto& command = *cell.command;
  const auto& job = *command.job;
  const auto point = cell.spot.outside == 0 && !cell.spot.idle
                         ? job.program.at(cell.operands, cell.spot.values)
                         : einsum::Point{};
  const auto inner = cell.step % command.wave.inner;
  cell.sum = inner == 0 ? point : job.program.join(cell.sum, point);
  if (waveform_ != nullptr) {
    report(cell, now, true, point.present ? &point : nullptr);
  }
  if (inner + 1 == command.wave.inner) {
    emit(cell, now);
  }
  if (++cell.step < command.wave.steps) {
    startStep(cell, now);
  } else {
    end(cell, now);
  }
}

/// The last step is over, or an empty command came by: marks go where the last words went.
void Array::end(Cell& cell, std::int64_t now) {
  const auto command = std::move(cell.command);
  cell.command.reset();
  const auto& job = *command->job;
  const bool right = job.layout.reducesAlong(1);
  const bool corner = right && job.layout.reducesAlong(0);
  const bool exit = corner ? last(cell, 0) && last(cell, 1) : last(cell, right ? 1 : 0);
  if (job.leaves && exit) {
    listener_.left(job, corner ? 0 : right ? cell.row : cell.column, now + hop_, command->count);
  }
  if (cell.row == 0 && last(cell, 1)) {
    listener_.fed(job, true, command->count);
  }
  if (cell.column == 0 && last(cell, 0)) {
    listener_.fed(job, false, command->count);
  }
  if (waveform_ != nullptr) {
    report(cell, now, false, nullptr);
  }
}

} // namespace einsight::sim::cells
