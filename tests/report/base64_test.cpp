#include "report/base64.hpp"

#include <catch2/catch.hpp>

using einsight::report::base64;

TEST_CASE("bytes become the letters of RFC 4648", "[report]") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64(std::string("\xff\xfe\x00", 3)) == "//4A");
}
