#include "report/perfetto.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

namespace einsight::report {
namespace {

constexpr std::size_t kParts = 100; ///< values of a counter in a window
constexpr double kMicro = 1e6, kGiga = 1e9, kPercent = 100;

std::string jsonText(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string nameOf(const std::vector<std::string>& scopes) {
  return fmt::format("{}", fmt::join(scopes, " "));
}

} // namespace

TraceWriter::TraceWriter(std::ostream& out, Options options)
    : out_(out), options_(std::move(options)), whole_(0, std::numeric_limits<std::int64_t>::max()) {
  out_ << R"({"displayTimeUnit":"ns","traceEvents":[)";
  write(fmt::format(R"({{"ph":"M","pid":1,"name":"process_name","args":{{"name":{}}}}})",
                    jsonText(options_.title)));
}

int TraceWriter::declare(const std::vector<std::string>& scopes, const std::string& name,
                         Kind kind) {
  Signal signal;
  const auto track = nameOf(scopes);
  if (name == "held_bytes") {
    const auto more = options_.held.find(scopes.back());
    held_.push_back(
        {track + " held" + (more == options_.held.end() ? "" : " (" + more->second + ")")});
    signals_.push_back({held_.size() - 1, Role::Held});
    return static_cast<int>(signals_.size()) - 1;
  }
  const auto found = std::find_if(tracks_.begin(), tracks_.end(),
                                  [&](const Track& known) { return known.name == track; });
  signal.track = static_cast<std::size_t>(found - tracks_.begin());
  if (kind == Kind::Text && (name == "task" || name == "einsum")) {
    signal.role = Role::Task;
  } else if (kind == Kind::Text && name == "waits_for") {
    signal.role = Role::Wait;
  } else if (name == "iteration") {
    signal.role = Role::Iteration;
  }
  if (signal.role != Role::None && found == tracks_.end()) {
    tracks_.emplace_back().name = track;
    for (const auto* what : {"thread_name", "thread_sort_index"}) {
      const bool order = std::string_view(what) == "thread_sort_index";
      write(fmt::format(R"({{"ph":"M","pid":1,"tid":{},"name":"{}","args":{{"{}":{}}}}})",
                        tracks_.size(), what, order ? "sort_index" : "name",
                        order ? std::to_string(tracks_.size()) : jsonText(track)));
    }
  }
  if (signal.role == Role::Iteration) {
    tracks_[signal.track].counts = true;
  }
  signals_.push_back(signal);
  return static_cast<int>(signals_.size()) - 1;
}

const TraceWriter::Window* TraceWriter::windowAt(std::int64_t tick) const {
  if (options_.windows.empty()) {
    return &whole_;
  }
  const auto found =
      std::find_if(options_.windows.begin(), options_.windows.end(), [&](const Window& window) {
        return window.first <= tick && tick < window.second;
      });
  return found == options_.windows.end() ? nullptr : &*found;
}

std::int64_t TraceWriter::keepsFrom(std::int64_t tick) const {
  constexpr auto kNever = std::numeric_limits<std::int64_t>::max();
  if (!open()) {
    return kNever;
  }
  if (windowAt(tick) != nullptr) {
    return tick;
  }
  const auto next = std::find_if(options_.windows.begin(), options_.windows.end(),
                                 [&](const Window& window) { return window.first > tick; });
  return next == options_.windows.end() ? kNever : next->first;
}

/// The window of `tick` is open from now on, and what was going on in another has ended.
void TraceWriter::enter(std::int64_t tick) {
  const auto* window = windowAt(tick);
  if (window != window_) {
    if (window_ != nullptr) {
      leave(window_->second);
    }
    window_ = window;
    for (auto& held : held_) {
      if (window != nullptr) {
        writeHeld(held, std::max(window->first, std::int64_t{0}), held.bytes);
      }
    }
  }
}

void TraceWriter::leave(std::int64_t tick) {
  for (auto& track : tracks_) {
    end(track, tick);
  }
  if (!options_.windows.empty()) {
    writeCounters();
  }
  for (auto& track : tracks_) {
    track.use.clear();
  }
  for (auto& held : held_) {
    writeHeld(held, tick, 0);
  }
  window_ = nullptr;
}

void TraceWriter::change(std::int64_t tick, int signal, double value) {
  const auto& [number, role] = signals_[static_cast<std::size_t>(signal)];
  enter(tick);
  if (role == Role::Held) {
    held_[number].bytes = value;
    if (window_ != nullptr && open()) {
      writeHeld(held_[number], tick, value);
      ++written_;
    }
    return;
  }
  if (window_ == nullptr || role != Role::Iteration) {
    return;
  }
  auto& track = tracks_[number];
  track.iteration = value;
  if (track.task != track.shown || value != track.shownIteration || track.waiting) {
    begin(track, tick, track.task, false);
  }
}

void TraceWriter::change(std::int64_t tick, int signal, const std::string& value) {
  const auto& [number, role] = signals_[static_cast<std::size_t>(signal)];
  enter(tick);
  if (window_ == nullptr || role == Role::None) {
    return;
  }
  auto& track = tracks_[number];
  const bool nothing = value.empty() || value == "-";
  if (role == Role::Wait) {
    if (!nothing && !(track.waiting && track.shown == value)) {
      begin(track, tick, value, true);
    }
    return;
  }
  track.task = value;
  if (nothing && !track.waiting) {
    end(track, tick);
  } else if (!nothing && !track.counts) {
    begin(track, tick, value, false);
  }
}

void TraceWriter::begin(Track& track, std::int64_t tick, const std::string& name, bool waiting) {
  end(track, tick);
  if (name.empty() || name == "-" || (waiting && name == "idle")) {
    return;
  }
  track.shown = name;
  track.shownIteration = waiting ? -1 : track.iteration;
  track.waiting = waiting;
  track.since = tick;
}

/// `,"tile":"h=1 p1=3"`, or nothing where the loops are not known.
std::string TraceWriter::tileOf(const Track& track) const {
  const auto found = options_.loops.find({track.name, track.shown});
  if (found == options_.loops.end()) {
    return {};
  }
  auto number = static_cast<std::int64_t>(track.shownIteration);
  std::vector<std::string> digits;
  for (const auto& [loop, trips] : std::views::reverse(found->second)) {
    digits.push_back(fmt::format("{}={}", loop, number % trips));
    number /= trips;
  }
  std::reverse(digits.begin(), digits.end());
  return fmt::format(R"(,"tile":{})", jsonText(fmt::format("{}", fmt::join(digits, " "))));
}

void TraceWriter::end(Track& track, std::int64_t tick) {
  if (!track.shown.empty() && tick > track.since && open()) {
    const auto number = static_cast<std::size_t>(&track - tracks_.data()) + 1;
    auto arguments =
        fmt::format(R"("cycle":{:.3f})",
                    static_cast<double>(track.since) / static_cast<double>(options_.ticksPerCycle));
    if (!track.waiting && track.counts) {
      arguments += fmt::format(R"(,"iteration":{:.0f})", track.shownIteration) + tileOf(track);
    }
    write(fmt::format(
        R"({{"ph":"X","pid":1,"tid":{},"ts":{:.6f},"dur":{:.6f},"name":{},"cat":"{}","args":{{{}}}}})",
        number, microseconds(track.since), microseconds(tick - track.since),
        jsonText(track.waiting ? "waits for " + track.shown : track.shown),
        track.waiting ? "wait" : "task", arguments));
    ++written_;
    if (!track.waiting) {
      addUse(track, track.since, tick);
    }
  }
  track.shown.clear();
  track.waiting = false;
}

void TraceWriter::addUse(Track& track, std::int64_t from, std::int64_t to) {
  if (options_.windows.empty()) {
    return; // how long the parts are is not known
  }
  track.use.resize(kParts);
  const auto first = static_cast<double>(window_->first);
  const double part = (static_cast<double>(window_->second) - first) / kParts;
  const auto low = static_cast<std::size_t>((static_cast<double>(from) - first) / part);
  for (std::size_t i = std::min(low, kParts - 1); i < kParts; ++i) {
    const double begins = first + part * static_cast<double>(i);
    const double shared = std::min(static_cast<double>(to), begins + part) -
                          std::max(static_cast<double>(from), begins);
    if (shared <= 0 && begins > static_cast<double>(to)) {
      break;
    }
    track.use[i] += std::max(0.0, shared) / part;
  }
}

void TraceWriter::writeCounters() {
  const double part = static_cast<double>(window_->second - window_->first) / kParts;
  for (const auto& track : tracks_) {
    if (track.use.empty()) {
      continue;
    }
    const auto rate = options_.bytesPerSecond.find(track.name);
    const bool bytes = rate != options_.bytesPerSecond.end();
    for (std::size_t i = 0; i <= kParts; ++i) { // 0 at the end, so that it does not go on
      const double share = i < kParts ? track.use[i] : 0;
      const auto tick = window_->first + static_cast<std::int64_t>(part * static_cast<double>(i));
      write(fmt::format(R"({{"ph":"C","pid":1,"ts":{:.6f},"name":{},"args":{{"{}":{:.4g}}}}})",
                        microseconds(tick), jsonText(track.name + (bytes ? " bandwidth" : " use")),
                        bytes ? "GB/s" : "%", share * (bytes ? rate->second / kGiga : kPercent)));
    }
  }
}

/// A value where it differs from the last one.
void TraceWriter::writeHeld(Held& held, std::int64_t tick, double bytes) {
  if (bytes != held.shown) {
    write(fmt::format(R"({{"ph":"C","pid":1,"ts":{:.6f},"name":{},"args":{{"bytes":{:.0f}}}}})",
                      microseconds(tick), jsonText(held.name), bytes));
    held.shown = bytes;
  }
}

void TraceWriter::close(std::int64_t tick) {
  if (window_ != nullptr) {
    leave(std::min(tick, window_->second));
  }
  out_ << "\n]}\n";
  out_.flush();
}

void TraceWriter::write(const std::string& event) {
  out_ << (any_ ? ",\n" : "\n") << event;
  any_ = true;
}

double TraceWriter::microseconds(std::int64_t tick) const {
  return static_cast<double>(tick) / static_cast<double>(options_.ticksPerCycle) / options_.hertz *
         kMicro;
}

} // namespace einsight::report
