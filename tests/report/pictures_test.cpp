#include "report/pictures.hpp"

#include <catch2/catch.hpp>

using namespace einsight::report;

TEST_CASE("a single picture stays as it is, several stand below each other", "[report]") {
  const std::string first = R"(<svg class="marks" width="10.5" height="20"><g/></svg>)";
  const std::string second = R"(<svg class="marks" width="30" height="5"><g/></svg>)";
  CHECK(stacked({first}) == first);
  CHECK(stacked({first, second}) ==
        R"(<svg xmlns="http://www.w3.org/2000/svg" width="30" height="25" viewBox="0 0 30 25">
<svg y="0" class="marks" width="10.5" height="20"><g/></svg>
<svg y="20" class="marks" width="30" height="5"><g/></svg>
</svg>
)");
}

TEST_CASE("what pictures need and is not there is named before anything is simulated", "[report]") {
  const auto problems = missingForPictures({"/nowhere/sources", "/nowhere/libraries"});
  REQUIRE(problems.size() >= 6); // three libraries, their licenses, and our parts
  CHECK(problems.front().where.file == "/nowhere/libraries/vega.LICENSE");
  CHECK(problems.front().what == "a part of the page is missing");
}
