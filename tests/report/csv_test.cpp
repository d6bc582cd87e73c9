#include "report/csv.hpp"

#include <catch2/catch.hpp>

#include <limits>

using einsight::report::csvLine;
using einsight::report::csvNumber;

TEST_CASE("cells that hold a comma, a quote or a line break stand in quotes", "[report]") {
  CHECK(csvLine({"a", "b c", ""}) == "a,b c,\n");
  CHECK(csvLine({"a,b", "say \"hi\"", "two\nlines"}) ==
        "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\n");
}

TEST_CASE("a number in a CSV file reads back as the same double", "[report]") {
  for (const double value : {0.1, 1.0 / 3, 1e300, -2.5, 1048576.0}) {
    CHECK(std::stod(csvNumber(value)) == value);
  }
  CHECK(csvNumber(std::numeric_limits<double>::quiet_NaN()).empty());
  CHECK(csvNumber(std::numeric_limits<double>::infinity()).empty());
}
