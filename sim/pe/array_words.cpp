#include "core/invariant.hpp"
#include "sim/pe/array.hpp"

#include <fmt/format.h>

#include <algorithm>

/// The words that PEs take from feeders and neighbours, and what they make of them.
namespace einsight::sim::cells {

/// The word for the PE in that row of the cell's column, from the feeder at the edge or from the
/// PE's own registers.
Array::Word Array::fetch(const Cell& cell, const Operand& operand, int row, std::int64_t now) {
  const auto& command = *cell.command;
  const auto spot = row == cell.row
                        ? cell.spot
                        : command.job->layout.spot(command.wave, cell.step, row, cell.column);
  Word word{{}, spot.idle ? -1 : operand.at(spot)};
  if (word.at >= 0) {
    word.point = memory_.read(operand.source, operand.tensor, word.at, now, number(cell));
  }
  return word;
}

/// Operands that enter on one side: PEs at that edge ask their feeder, the others take what their
/// neighbour passes on. Each must be the word that the PE's own counters ask for.
void Array::takeOperands(Cell& cell, Operand::Way way, std::int64_t now) {
  const auto& job = *cell.command->job;
  const bool above = way == Operand::Way::FromAbove;
  const bool edge = above ? cell.row == 0 : cell.column == 0;
  const auto enters = [&](const Operand& operand) {
    return operand.source != Source::Registers && (operand.way == Operand::Way::FromLeft) == !above;
  };
  if (std::none_of(job.operands.begin(), job.operands.end(), enters)) {
    return;
  }
  const auto came =
      edge ? Words{} : take(above ? cell.north : cell.west, Parcel::Kind::Operands, now);
  Words passed;
  std::size_t next = 0;
  for (std::size_t o = 0; o < job.operands.size(); ++o) {
    const auto& operand = job.operands[o];
    if (!enters(operand)) {
      continue;
    }
    const bool own = operand.way == Operand::Way::Own; // one word for each row from here on
    for (int row = cell.row; row < (own ? rows_ : cell.row + 1); ++row) {
      const auto word = edge ? fetch(cell, operand, row, now) : came[next++];
      if (row == cell.row) {
        EINSIGHT_INVARIANT(cell.spot.idle || word.at == operand.at(cell.spot),
                           "the word that came is the one asked");
        cell.operands[o] = word.point;
      }
      if (row != cell.row || !own) {
        passed.push_back(word);
      }
    }
  }
  Parcel parcel{Parcel::Kind::Operands, 0, {}, std::move(passed)};
  if (above && !last(cell, 0)) {
    sendDown(cell, std::move(parcel), now);
  } else if (!above && !last(cell, 1)) {
    sendRight(cell, std::move(parcel), now);
  }
}

/// A result is ready: it stays, is joined with what comes from the neighbour, or is passed on with
/// it.
void Array::emit(Cell& cell, std::int64_t now) {
  const auto& job = *cell.command->job;
  const bool right = job.layout.reducesAlong(1);
  const bool down = job.layout.reducesAlong(0);
  Word own{cell.sum, cell.spot.idle ? -1 : job.result.at(cell.spot)};
  if (job.stays && own.at >= 0) {
    EINSIGHT_INVARIANT(!right && !down, "a sum over PEs does not stay in one of them");
    memory_.keep(job.result.tensor, own.at, own.point, now, number(cell), job.program);
  }
  if (!job.leaves) {
    return;
  }
  const auto join = [&](Link& link) {
    const auto before = take(link, Parcel::Kind::Result, now);
    EINSIGHT_INVARIANT(before.size() == 1 && before.front().at == own.at, "parts of one sum meet");
    own.point = job.program.join(before.front().point, own.point);
  };
  if (right) {
    if (cell.column > 0) {
      join(cell.west);
    }
    if (!last(cell, 1)) {
      sendRight(cell, {Parcel::Kind::Result, 0, {}, {own}}, now);
      return;
    }
    if (!down) {
      leave(job, {own}, now);
      return;
    }
  }
  Words words;
  if (cell.row > 0 && down) {
    join(cell.north);
  } else if (cell.row > 0) {
    words = take(cell.north, Parcel::Kind::Result, now);
  }
  words.push_back(own);
  if (last(cell, 0)) {
    leave(job, words, now);
  } else {
    sendDown(cell, {Parcel::Kind::Result, 0, {}, std::move(words)}, now);
  }
}

/// Past the last PE: at the edge of every array, a hop later.
void Array::leave(const Job& job, const Words& words, std::int64_t now) {
  widest_ = std::max(widest_, static_cast<std::int64_t>(words.size()));
  for (const auto& word : words) {
    if (word.at >= 0) {
      lastArrival_ = std::max(lastArrival_, now + hop_);
      memory_.leave(job.result.tensor, word.at, word.point, now + hop_, job.program);
    }
  }
}

void Array::declare(results::Waveform& waveform) {
  using Kind = results::Waveform::Kind;
  waveform_ = &waveform;
  for (const auto& cell : cells_) {
    const auto scope = rows_ == 1 ? fmt::format("pe_{}", cell.column)
                                  : fmt::format("pe_{}_{}", cell.row, cell.column);
    const std::vector<std::string> scopes{name_, scope};
    signals_.push_back({waveform.declare(scopes, "busy", Kind::Bit),
                        waveform.declare(scopes, "einsum", Kind::Text),
                        waveform.declare(scopes, "value", Kind::Real)});
  }
}

void Array::report(const Cell& cell, std::int64_t now, bool busy, const einsum::Point* value) {
  if (!waveform_->open()) {
    return;
  }
  const auto& signals = signals_[static_cast<std::size_t>(number(cell) - firstCell_)];
  if (value != nullptr) {
    waveform_->change(offset_ + now, signals.value, value->value);
    return;
  }
  waveform_->change(offset_ + now, signals.busy, busy ? 1 : 0);
  waveform_->change(offset_ + now, signals.einsum, busy ? cell.command->job->name : std::string());
}

} // namespace einsight::sim::cells
