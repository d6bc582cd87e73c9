#pragma once
#include <cstdint>
#include <iostream>
#include <rapidcheck.h>
#include <string>
#include <vector>

/// Random values for properties. Each is drawn by RapidCheck, so it is to be called inside a
/// property, and a case that fails shrinks towards small numbers, first choices and `false`.
namespace einsight::generators {

inline std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange(low, high + 1);
}

/// Each equally likely, also among the first cases, which are small.
inline std::int64_t choice(std::int64_t low, std::int64_t high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high + 1));
}

/// True once in `times`.
inline bool oneIn(std::int64_t times) {
  return choice(0, times - 1) == times - 1;
}

template <class T>
const T& anyOf(const std::vector<T>& choices) {
  return choices[static_cast<std::size_t>(
      choice(0, static_cast<std::int64_t>(choices.size()) - 1))];
}

/// The same values in a random order; unchanged when shrunk.
template <class T>
std::vector<T> shuffled(std::vector<T> values) {
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    const auto rest = static_cast<std::int64_t>(values.size() - i) - 1;
    std::swap(values[i], values[i + static_cast<std::size_t>(choice(0, rest))]);
  }
  return values;
}

/// As rc::check, for so many cases.
template <class Property>
bool holds(const std::string& what, int cases, Property&& property) {
  rc::detail::TestMetadata about;
  about.id = about.description = what;
  auto params = rc::detail::configuration().testParams;
  params.maxSuccess = cases;
  const auto result = rc::detail::checkTestable(std::forward<Property>(property), about, params);
  std::cerr << "\n- " << what << "\n";
  rc::detail::printResultMessage(result, std::cerr);
  std::cerr << "\n";
  return result.template is<rc::detail::SuccessResult>();
}

} // namespace einsight::generators
