#include "sim/cycle/probe.hpp"

#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"

#include <algorithm>
#include <limits>

namespace einsight::sim {
namespace {

const std::string kNothing = "-";

const char* textOf(Wait why) {
  switch (why) {
  case Wait::Data:
    return "data";
  case Wait::Space:
    return "space";
  case Wait::Sync:
    return "sync";
  case Wait::Bandwidth:
    return "bandwidth";
  case Wait::Issue:
    return "issue";
  case Wait::Idle:
    break;
  }
  return "idle";
}

const char* prefixOf(Task::Kind kind) {
  switch (kind) {
  case Task::Kind::Load:
    return "load_";
  case Task::Kind::Store:
    return "store_";
  case Task::Kind::Compute:
    break;
  }
  return "";
}

} // namespace

std::string shownName(const Task& task) {
  return prefixOf(task.kind) + task.name;
}

Probe::Probe(const Schedule& schedule, results::Waveform& waveform, const Holdings* holdings)
    : schedule_(schedule), waveform_(waveform), holdings_(holdings) {
  using Kind = results::Waveform::Kind;
  section_ = waveform.declare({}, "section", Kind::Text);
  for (const auto& resource : schedule.resources) {
    const std::vector<std::string> scope{resource.name};
    signals_.push_back({waveform.declare(scope, "busy", Kind::Bit),
                        waveform.declare(scope, "task", Kind::Text),
                        waveform.declare(scope, "iteration", Kind::Count),
                        waveform.declare(scope, "waits_for", Kind::Text)});
  }
  if (holdings_ != nullptr) {
    for (const auto& memory : holdings_->memories) {
      heldSignals_.push_back(waveform.declare(memory.scopes, "held_bytes", Kind::Count));
    }
    told_.assign(heldSignals_.size(), -1);
  }
}

void Probe::section(std::size_t number, Wide before) {
  current_ = &schedule_.sections[number];
  before_ = before;
  if (closedFor(0) == 0) {
    waveform_.change(static_cast<std::int64_t>(before_), section_, current_->name);
  }
  if (holdings_ != nullptr) {
    occupancy_.emplace(*current_, holdings_->sections[number], heldSignals_.size());
    now_ = 0;
  }
}

void Probe::tellHeld() {
  for (std::size_t m = 0; m < told_.size(); ++m) {
    const auto held = occupancy_->bytes()[m];
    if (held != told_[m]) {
      told_[m] = held;
      waveform_.change(static_cast<std::int64_t>(before_ + now_), heldSignals_[m],
                       static_cast<double>(held));
    }
  }
}

void Probe::moveTo(Wide now) {
  if (!occupancy_) {
    return;
  }
  for (auto due = occupancy_->next(); due && *due <= now; due = occupancy_->next()) {
    if (*due > now_) {
      tellHeld();
    }
    now_ = std::max(now_, *due);
    occupancy_->settle(*due);
  }
  if (now > now_) {
    tellHeld();
    now_ = now;
  }
}

void Probe::sectionEnds(Wide now) {
  if (!occupancy_) {
    return;
  }
  moveTo(now);
  occupancy_->settle(std::numeric_limits<Wide>::max());
  tellHeld();
  for (const auto held : told_) {
    EINSIGHT_INVARIANT(held == 0, "what a section keeps is given back at its end");
  }
  occupancy_.reset();
}

void Probe::starts(int task, Wide now) {
  moveTo(now);
  occupancy_->starts(task);
}

void Probe::ends(int task, std::int64_t count, Wide now) {
  moveTo(now);
  occupancy_->ends(task, count, now);
}

void Probe::skipped(const std::vector<std::int64_t>& ends, Wide now, Wide ticks) {
  moveTo(now);
  tellHeld();
  occupancy_->skipped(ends, ticks);
  now_ = now + ticks;
}

void Probe::serves(int resource, int number, std::int64_t iteration, Wide now) {
  moveTo(now);
  const auto tick = static_cast<std::int64_t>(before_ + now);
  const auto& signals = at(signals_, resource);
  const auto& task = at(current_->tasks, number);
  waveform_.change(tick, signals.busy, 1);
  waveform_.change(tick, signals.task, shownName(task));
  waveform_.change(tick, signals.iteration, static_cast<double>(iteration));
  waveform_.change(tick, signals.waits, kNothing);
}

void Probe::waits(int resource, Wait why, Wide now) {
  moveTo(now);
  const auto tick = static_cast<std::int64_t>(before_ + now);
  const auto& signals = at(signals_, resource);
  waveform_.change(tick, signals.busy, 0);
  waveform_.change(tick, signals.task, kNothing);
  waveform_.change(tick, signals.waits, textOf(why));
}

} // namespace einsight::sim
