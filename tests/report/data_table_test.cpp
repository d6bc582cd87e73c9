#include "report/data_table.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace einsight::report;

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

DataTable twoPoints() {
  DataTable table("points", "Points",
                  {textColumn("workload", "workload"), numberColumn("seconds", "time", "s")});
  table.addRow({"it's", 0.1});
  table.addRow({"b", kUnknown});
  table.addColumn(settingColumn("L", {"16K", ""}), 1);
  table.addColumn(settingColumn("kind", {"a b", "c"}));
  table.commandTemplate = "einsight run -w {workload}{settings} --engine cycle";
  return table;
}

} // namespace

TEST_CASE("settings are numbers where all of them are, with binary suffixes", "[report]") {
  const auto lengths = settingColumn("L", {"16K", "1M", "7", ""});
  CHECK_FALSE(lengths.text);
  CHECK(lengths.setting);
  REQUIRE(lengths.numbers.size() == 4);
  CHECK(lengths.numbers[0] == 16384);
  CHECK(lengths.numbers[1] == 1048576);
  CHECK(lengths.numbers[2] == 7);
  CHECK(lengths.numbers[3] != lengths.numbers[3]);
  const auto mixed = settingColumn("L", {"16K", "long"});
  CHECK(mixed.text);
  CHECK(mixed.texts == std::vector<std::string>{"16K", "long"});
}

TEST_CASE("a row's command has its cells, quoted for a shell, and the settings that it has",
          "[report]") {
  const auto table = twoPoints();
  CHECK(table.command(0) ==
        R"(einsight run -w 'it'\''s' --set L=16384 --set 'kind=a b' --engine cycle)");
  CHECK(table.command(1) == "einsight run -w b --set kind=c --engine cycle");
}

TEST_CASE("cells are texts for people, empty where nothing is known", "[report]") {
  const auto table = twoPoints();
  CHECK(table.text(0, *table.column("seconds")) == "0.1");
  CHECK(table.text(1, *table.column("seconds")).empty());
  CHECK(table.column("nothing") == nullptr);
  CHECK(table.columns()[1].name == "L");
}

TEST_CASE("a table as CSV has every cell and the commands", "[report]") {
  CHECK(toCsv(twoPoints()) ==
        "workload,L,seconds,kind,command\n"
        "it's,16384,0.1,a b,einsight run -w 'it'\\''s' --set L=16384 --set 'kind=a b' --engine "
        "cycle\n"
        "b,,,c,einsight run -w b --set kind=c --engine cycle\n");
}
