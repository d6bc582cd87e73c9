#include "report/vcd.hpp"

#include "core/invariant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace einsight::report {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kUnitsPerCycle = 1000; ///< 1 ps where 1 ns is a cycle

/// Short and printable: '!' to '~' as digits.
std::string identifier(std::size_t number) {
  constexpr std::size_t kFirst = '!';
  constexpr std::size_t kDigits = '~' - '!' + 1;
  std::string id;
  for (++number; number > 0; number = (number - 1) / kDigits) {
    id += static_cast<char>(kFirst + (number - 1) % kDigits);
  }
  return id;
}

/// A name that no viewer takes for a hierarchy, a bit range or several words.
std::string word(std::string name) {
  for (auto& letter : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' ||
                       letter == '-' || letter == '+' || letter == '*';
    letter = plain ? letter : '_';
  }
  return name.empty() ? "_" : name;
}

std::string_view typeOf(results::Waveform::Kind kind) {
  switch (kind) {
  case results::Waveform::Kind::Bit:
    return "wire 1";
  case results::Waveform::Kind::Count:
    return "integer 64";
  case results::Waveform::Kind::Real:
    return "real 64";
  case results::Waveform::Kind::Text:
    break;
  }
  return "string 1";
}

std::string textOf(results::Waveform::Kind kind, double value) {
  switch (kind) {
  case results::Waveform::Kind::Bit:
    return value != 0 ? "1" : "0";
  case results::Waveform::Kind::Count: // two's complement
    return fmt::format("b{:b} ", static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
  default:
    return fmt::format("r{} ", value);
  }
}

} // namespace

int VcdWriter::declare(const std::vector<std::string>& scopes, const std::string& name, Kind kind) {
  EINSIGHT_INVARIANT(!begun_, "signals must be declared before the first change");
  Signal signal{scopes, word(name), kind, identifier(signals_.size()), {}};
  std::transform(signal.scopes.begin(), signal.scopes.end(), signal.scopes.begin(), word);
  signals_.push_back(std::move(signal));
  return static_cast<int>(signals_.size()) - 1;
}

/// Signals of a scope, then the scopes in it, each in the order in which they were declared.
void VcdWriter::writeScope(std::size_t depth, const std::vector<const Signal*>& signals) {
  for (const auto* signal : signals) {
    if (signal->scopes.size() == depth) {
      out_ << fmt::format("$var {} {} {} $end\n", typeOf(signal->kind), signal->id, signal->name);
    }
  }
  std::vector<std::pair<std::string, std::vector<const Signal*>>> inside;
  for (const auto* signal : signals) {
    if (signal->scopes.size() == depth) {
      continue;
    }
    const auto& name = signal->scopes[depth];
    auto scope = std::find_if(inside.begin(), inside.end(),
                              [&](const auto& known) { return known.first == name; });
    if (scope == inside.end()) {
      scope = inside.insert(inside.end(), {name, {}});
    }
    scope->second.push_back(signal);
  }
  for (const auto& [name, members] : inside) {
    out_ << "$scope module " << name << " $end\n";
    writeScope(depth + 1, members);
    out_ << "$upscope $end\n";
  }
}

void VcdWriter::writeHeader() {
  begun_ = true;
  out_ << "$version Einsight $end\n$comment 1 ns is 1 cycle of the machine";
  if (options_.hertz > 0) {
    out_ << fmt::format(", whose clock runs at {} Hz", options_.hertz);
  }
  out_ << " $end\n$timescale 1 ps $end\n";
  std::vector<const Signal*> all;
  for (const auto& signal : signals_) {
    all.push_back(&signal);
  }
  writeScope(0, all);
  out_ << "$enddefinitions $end\n";
}

void VcdWriter::stamp(std::int64_t tick) {
  EINSIGHT_INVARIANT(tick >= tick_, "the time of a waveform never goes back");
  tick_ = tick;
  const auto time =
      static_cast<std::int64_t>(static_cast<Wide>(tick) * kUnitsPerCycle / options_.ticksPerCycle);
  if (time != time_) {
    out_ << '#' << time << '\n';
    time_ = time;
  }
}

void VcdWriter::write(std::int64_t tick, Signal& signal, std::string value) {
  if (!open_ || value == signal.last) {
    return;
  }
  if (!begun_) {
    writeHeader();
  }
  stamp(tick);
  out_ << value << signal.id << '\n';
  signal.last = std::move(value);
  if (++written_ == options_.changes) {
    out_ << fmt::format("$comment The limit of {} changes is reached: nothing is kept after this "
                        "time. $end\n",
                        options_.changes);
    open_ = false;
  }
}

void VcdWriter::change(std::int64_t tick, int signal, double value) {
  auto& known = signals_[static_cast<std::size_t>(signal)];
  EINSIGHT_INVARIANT(known.kind != Kind::Text, "a text signal takes texts");
  write(tick, known, textOf(known.kind, value));
}

void VcdWriter::change(std::int64_t tick, int signal, const std::string& value) {
  auto& known = signals_[static_cast<std::size_t>(signal)];
  EINSIGHT_INVARIANT(known.kind == Kind::Text, "only a text signal takes texts");
  std::string text = "s" + value;
  for (auto& letter : text) {
    letter = letter > ' ' && letter <= '~' && letter != '\\' ? letter : '_';
  }
  write(tick, known, text + ' ');
}

void VcdWriter::close(std::int64_t tick) {
  if (!begun_) {
    writeHeader();
  }
  if (open_) {
    stamp(std::max(tick, tick_));
  }
  open_ = false;
  out_.flush();
}

} // namespace einsight::report
