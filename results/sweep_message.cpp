#include "results/sweep_message.hpp"

#include <array>
#include <cstring>

namespace einsight::results {
namespace {

constexpr std::array kTexts{&SweepRow::reason,  &SweepRow::workload, &SweepRow::machine,
                            &SweepRow::mapping, &SweepRow::engine,   &SweepRow::detail};
constexpr std::array kNumbers{
    &SweepRow::cycles, &SweepRow::seconds,      &SweepRow::energyPj, &SweepRow::areaUm2,
    &SweepRow::edpPjS, &SweepRow::utilization,  &SweepRow::flops,    &SweepRow::tokensPerS,
    &SweepRow::usd,    &SweepRow::usdPerMtoken, &SweepRow::powerW};

constexpr char kFalse = 0, kTrue = 1;

template <class T>
void put(std::string& message, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  message.append(reinterpret_cast<const char*>(&value), sizeof value); // NOLINT: its bytes
}

void put(std::string& message, const std::string& text) {
  put(message, text.size());
  message += text;
}

/// Takes values off the front of a message; after the first that is not there, nothing more.
class Taker {
public:
  explicit Taker(std::string_view message) : left_(message) {}

  template <class T>
  T take() {
    T value{};
    if (const auto bytes = next(sizeof value); bytes.size() == sizeof value) {
      std::memcpy(&value, bytes.data(), sizeof value);
    }
    return value;
  }
  std::string text() { return std::string(next(take<std::size_t>())); }
  [[nodiscard]] std::size_t left() const { return left_.size(); }
  /// Was everything there, and nothing more?
  [[nodiscard]] bool complete() const { return whole_ && left_.empty(); }

private:
  std::string_view next(std::size_t size) {
    whole_ = whole_ && size <= left_.size();
    const auto bytes = left_.substr(0, whole_ ? size : 0);
    left_.remove_prefix(bytes.size());
    return bytes;
  }

  std::string_view left_;
  bool whole_ = true;
};

} // namespace

std::string toMessage(const SweepRow& row) {
  constexpr std::size_t kRest = 512; // of a usual row
  std::string message;
  message.reserve(row.detail.size() + row.reason.size() + kRest);
  put(message, row.number);
  put(message, row.status);
  put(message, row.meets ? kTrue : kFalse);
  for (const auto text : kTexts) {
    put(message, row.*text);
  }
  for (const auto number : kNumbers) {
    put(message, row.*number ? kTrue : kFalse);
    put(message, (row.*number).value_or(0));
  }
  put(message, row.settings.size());
  for (const auto& [name, value] : row.settings) {
    put(message, name);
    put(message, value);
  }
  return message;
}

std::optional<SweepRow> rowFromMessage(std::string_view message) {
  Taker taker(message);
  SweepRow row;
  row.number = taker.take<std::int64_t>();
  row.status = taker.take<RowStatus>();
  row.meets = taker.take<char>() == kTrue;
  for (const auto text : kTexts) {
    row.*text = taker.text();
  }
  for (const auto number : kNumbers) {
    const bool known = taker.take<char>() == kTrue;
    const auto value = taker.take<double>();
    row.*number = known ? std::optional(value) : std::nullopt;
  }
  auto settings = taker.take<std::size_t>();
  for (; settings > 0 && taker.left() > 0; --settings) {
    auto name = taker.text();
    row.settings.emplace_back(std::move(name), taker.text());
  }
  return settings == 0 && taker.complete() ? std::optional(std::move(row)) : std::nullopt;
}

} // namespace einsight::results
