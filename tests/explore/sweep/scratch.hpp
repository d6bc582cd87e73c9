#pragma once
#include "explore/sweep/run.hpp"
#include "tests/config/scratch_folder.hpp"

#include <catch2/catch.hpp>

namespace einsight::explore::sweep::test {

/// The sweep of a file with this text.
inline core::Expected<Sweep> readText(const config::ScratchFolder& folder, const std::string& text,
                                      const std::vector<std::string>& overrides = {}) {
  return readSweep(folder.write("s.yaml", text).string(), {overrides, {}});
}

/// What is said about a file with this text, without the folder's path.
inline std::string refusal(const std::string& text,
                           const std::vector<std::string>& overrides = {}) {
  const config::ScratchFolder folder;
  const auto sweep = readText(folder, text, overrides);
  return sweep ? std::string("read") : folder.relative(core::render(sweep.error()));
}

/// A sweep of `points` points over `n`, of which no file is needed.
inline Sweep counting(std::int64_t points) {
  Sweep sweep;
  sweep.name = "counting";
  sweep.hash = "0123456789abcdef";
  sweep.objectives = {"latency"};
  Axis axis{{"n"}, {}};
  for (std::int64_t n = 1; n <= points; ++n) {
    axis.rows.push_back({{std::to_string(n), core::Rational(n)}});
  }
  sweep.axes.push_back(std::move(axis));
  return sweep;
}

/// Every row of a database as JSON, by number.
inline std::vector<std::string> rowsOf(const results::SweepStore& store) {
  std::vector<std::string> out;
  REQUIRE(store.forEach([&](const results::SweepRow& row) { out.push_back(toJson(row)); }));
  return out;
}

inline std::vector<std::string> rowsIn(const std::string& file) {
  const auto store = results::SweepStore::open(file);
  REQUIRE(store);
  return rowsOf(*store);
}

} // namespace einsight::explore::sweep::test
