#include "report/table.hpp"

#include <catch2/catch.hpp>

using namespace einsight::report;

TEST_CASE("columns are as wide as their widest cell and numbers stand to the right", "[report]") {
  Table table({{"unit", Table::Align::Left}, {"busy"}, {"note", Table::Align::Left}});
  table.row({"array_2d", "7", "x"});
  table.row({"dram", "1,234"});
  CHECK(table.render() == "  unit       busy  note\n"
                          "  array_2d      7  x\n"
                          "  dram      1,234\n");
}

TEST_CASE("a character of several bytes takes one cell", "[report]") {
  CHECK(width("µm²") == 3);
  Table table({{"a", Table::Align::Left}, {"b"}});
  table.row({"µ", "1"});
  table.row({"uu", "2"});
  CHECK(table.render() == "  a   b\n  µ   1\n  uu  2\n");
}

TEST_CASE("colours are escapes only where they are asked for", "[report]") {
  CHECK(bold("x", {}) == "x");
  CHECK(bold("x", {true}) == "\033[1mx\033[0m");
  CHECK(green("x", {true}) == "\033[32mx\033[0m");
  CHECK(yellow("x", {true}) == "\033[33mx\033[0m");
  CHECK(red("x", {true}) == "\033[31mx\033[0m");
  Table table({{"a"}});
  CHECK(table.empty());
  table.row({"1"});
  CHECK_FALSE(table.empty());
  CHECK(table.render({true}) == "\033[1m  a\033[0m\n  1\n");
}
