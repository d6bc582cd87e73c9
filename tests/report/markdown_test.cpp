#include "report/markdown.hpp"

#include <catch2/catch.hpp>

using namespace einsight::report;

TEST_CASE("a report as Markdown has facts, tables and where it is from", "[report]") {
  Document document{"A | B", "1", "einsight report a.json", {{"a.json", "12", "run", "1"}}, {}, {}};
  DataTable table("points", "Points",
                  {textColumn("name", "name"), numberColumn("seconds", "time", "s"),
                   numberColumn("share", "share", "share"), textColumn("empty", "empty")});
  table.addRow({"a|b", 0.25, 0.5, ""});
  document.tables.push_back(table);
  Section section{"s", "Section", "lead", "einsight run", {{"time", "1 s", "note"}}};
  section.tables = {"points"};
  section.notes = {"a *note*"};
  document.sections = {section};
  CHECK(markdown(document) == "# A \\| B\n\n"
                              "## Section\n\nlead\n\n- time: **1 s**, note\n\n"
                              "```text\neinsight run\n```\n\n"
                              "### Points\n\n| name | time (s) | share |\n| --- | ---: | ---: |\n"
                              "| a\\|b | 0.25 | 50% |\n\n"
                              "- a \\*note\\*\n\n"
                              "## Where this is from\n\n```text\neinsight report a.json\n```\n\n"
                              "| input | content | hash | einsight |\n| --- | --- | --- | --- |\n"
                              "| a.json | run | 12 | 1 |\n");
}

TEST_CASE("a long table is cut, and says so", "[report]") {
  Document document;
  DataTable table("points", "Points", {numberColumn("x", "x")});
  for (int i = 0; i < 41; ++i) {
    table.addRow({static_cast<double>(i)});
  }
  document.tables.push_back(std::move(table));
  Section section{"s", "Section", {}, {}};
  section.tables = {"points"};
  document.sections = {section};
  const auto text = markdown(document);
  CHECK(text.find("| 39 |\n\nThe first 40 of 41 rows; --format csv writes all of them.\n") !=
        std::string::npos);
  CHECK(text.find("| 40 |") == std::string::npos);
}
