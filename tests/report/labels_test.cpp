#include "report/labels.hpp"

#include <catch2/catch.hpp>

using namespace einsight::report;

namespace {

DataTable designs() {
  DataTable table("points", "Points",
                  {textColumn("workload", "workload"), textColumn("machine", "machine"),
                   textColumn("mapping", "mapping"), numberColumn("seconds", "time", "s")});
  table.addRow({"bert", "flat", "unfused", 8.0});
  table.addRow({"bert", "flat", "fused", 4.0});
  table.addRow({"bert", "flat", "unfused", 32.0});
  table.addRow({"bert", "flat", "fused", 8.0});
  table.addColumn(settingColumn("L", {"1K", "1K", "4K", "4K"}));
  return table;
}

} // namespace

TEST_CASE("rows are named by the column that tells them apart", "[report]") {
  CHECK(namesOf(designs(), {"workload", "machine", "mapping"}) ==
        std::vector<std::string>{"unfused", "fused", "unfused", "fused"});
  CHECK(
      namesOf(designs(), {"mapping", "L"}) ==
      std::vector<std::string>{"unfused · L=1K", "fused · L=1K", "unfused · L=4K", "fused · L=4K"});
  CHECK(namesOf(designs(), {"workload", "machine"}) == std::vector<std::string>(4, "bert"));
}

TEST_CASE("a speedup is over the point with the same settings", "[report]") {
  const auto speedups = speedupsOver(designs(), {"mapping", "unfused"});
  CHECK(speedups == std::vector<double>{1, 2, 1, 4});
}

TEST_CASE("over a setting, all else stays equal", "[report]") {
  const auto speedups = speedupsOver(designs(), {"L", "1024"});
  CHECK(speedups == std::vector<double>{1, 1, 0.25, 0.5});
}

TEST_CASE("without a baseline there is no speedup", "[report]") {
  for (const auto& baseline : {Baseline{"mapping", "none"}, Baseline{"nothing", "none"}}) {
    for (const double speedup : speedupsOver(designs(), baseline)) {
      CHECK(speedup != speedup);
    }
  }
}
