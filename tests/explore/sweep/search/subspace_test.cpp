#include "explore/sweep/search/subspace.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace einsight;
using namespace einsight::explore::sweep;

namespace {

Axis axis(std::vector<std::string> names, std::int64_t rows) {
  Axis out{std::move(names), {}};
  for (std::int64_t row = 0; row < rows; ++row) {
    out.rows.emplace_back(out.names.size(), Value{std::to_string(row), core::Rational(row)});
  }
  return out;
}

} // namespace

TEST_CASE("the parts of a space cover its grid, each place once", "[sweep]") {
  Sweep sweep;
  sweep.axes = {axis({"workload"}, 1), axis({"L"}, 3), axis({"arch.PE", "arch.buffer"}, 4),
                axis({"machine"}, 2), axis({"B"}, 5)};
  sweep.per = {"L", "machine"};
  const auto parts = subspaces(sweep);
  REQUIRE(parts.size() == 6);
  std::set<std::uint64_t> places;
  for (const auto& part : parts) {
    REQUIRE(part.sizes() == std::vector<std::int64_t>{4, 5});
    std::set<std::string> groups;
    for (std::int64_t a = 0; a < 4; ++a) {
      for (std::int64_t b = 0; b < 5; ++b) {
        const auto place = part.place({a, b});
        CHECK(places.insert(place).second);
        const auto assignment = assignmentAt(sweep, place);
        groups.insert(valueOf(assignment, "L")->text + " " + valueOf(assignment, "machine")->text);
        CHECK(valueOf(assignment, "arch.buffer")->number == core::Rational(a));
        CHECK(valueOf(assignment, "B")->number == core::Rational(b));
      }
    }
    CHECK(groups.size() == 1);
  }
  CHECK(places.size() == placesOf(sweep));
  CHECK(*places.rbegin() == placesOf(sweep) - 1);
}
