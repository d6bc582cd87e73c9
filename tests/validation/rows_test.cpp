#include "tests/validation/scratch_file.hpp"
#include "validation/rows.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace einsight::validation;
using test::messages;
using test::ScratchFile;

namespace {

constexpr std::array<std::string_view, 2> kColumns{"a", "b"};

} // namespace

TEST_CASE("rows are read by the names of their columns", "[validation]") {
  const ScratchFile file("x.csv", "b,extra,a\r\n# a comment\n\n1,\"p, \"\"q\"\"\",2\n,,\n");
  const auto rows = readRows(file.path(), kColumns);
  REQUIRE(rows);
  REQUIRE(rows->size() == 2);
  CHECK((*rows)[0]["a"] == "2");
  CHECK((*rows)[0]["b"] == "1");
  CHECK((*rows)[0]["extra"] == "p, \"q\"");
  CHECK((*rows)[0].where.line == 4);
  CHECK((*rows)[1]["a"].empty());
}

TEST_CASE("every line of a CSV file that is wrong is named", "[validation]") {
  const ScratchFile file("x.csv", "a,b\n1,2,3\n\"1,2\n");
  CHECK(messages(readRows(file.path(), kColumns), file.path()) ==
        "x.csv:2:1: error: the row has 3 cells, the header names 2\n"
        "  help: quote cells that contain a comma\n"
        "x.csv:3:1: error: a quote is not closed\n"
        "  help: write \" inside quotes as \"\"\n");
}

TEST_CASE("a CSV file needs its columns, a header and to exist", "[validation]") {
  const ScratchFile other("x.csv", "a,c\n");
  CHECK(messages(readRows(other.path(), kColumns), other.path()) ==
        "x.csv:1:1: error: there is no column 'b'\n"
        "  help: the first line names the columns: a,b\n");
  const ScratchFile empty("x.csv", "");
  CHECK(messages(readRows(empty.path(), kColumns), empty.path()) ==
        "x.csv: error: the file is empty\n"
        "  help: the first line names the columns: a,b\n");
  const auto missing = empty.path().parent_path() / "y.csv";
  CHECK(messages(readRows(missing, kColumns), missing) == "y.csv: error: cannot read the file\n");
}
