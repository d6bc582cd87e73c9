#include "sim/cycle/probe.hpp"

#include "sim/cycle/at.hpp"

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

Probe::Probe(const Schedule& schedule, results::Waveform& waveform)
    : schedule_(schedule), waveform_(waveform) {
  using Kind = results::Waveform::Kind;
  section_ = waveform.declare({}, "section", Kind::Text);
  for (const auto& resource : schedule.resources) {
    const std::vector<std::string> scope{resource.name};
    signals_.push_back({waveform.declare(scope, "busy", Kind::Bit),
                        waveform.declare(scope, "task", Kind::Text),
                        waveform.declare(scope, "iteration", Kind::Count),
                        waveform.declare(scope, "waits_for", Kind::Text)});
  }
}

void Probe::section(std::size_t number, Wide before) {
  current_ = &schedule_.sections[number];
  before_ = before;
  if (closedFor(0) == 0) {
    waveform_.change(static_cast<std::int64_t>(before_), section_, current_->name);
  }
}

void Probe::serves(int resource, int number, std::int64_t iteration, Wide now) {
  const auto tick = static_cast<std::int64_t>(before_ + now);
  const auto& signals = at(signals_, resource);
  const auto& task = at(current_->tasks, number);
  waveform_.change(tick, signals.busy, 1);
  waveform_.change(tick, signals.task, prefixOf(task.kind) + task.name);
  waveform_.change(tick, signals.iteration, static_cast<double>(iteration));
  waveform_.change(tick, signals.waits, kNothing);
}

void Probe::waits(int resource, Wait why, Wide now) {
  const auto tick = static_cast<std::int64_t>(before_ + now);
  const auto& signals = at(signals_, resource);
  waveform_.change(tick, signals.busy, 0);
  waveform_.change(tick, signals.task, kNothing);
  waveform_.change(tick, signals.waits, textOf(why));
}

} // namespace einsight::sim
