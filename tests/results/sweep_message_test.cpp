#include "results/sweep_message.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace einsight::results;

namespace {

/// A row of which nothing is empty.
SweepRow full() {
  SweepRow row;
  row.number = 1'234'567;
  row.status = RowStatus::Refused;
  row.reason = std::string("a line\n\0and more", 16);
  row.workload = "bert";
  row.machine = "fusemax";
  row.mapping = "fusemax-binding";
  row.engine = "analytic";
  row.settings = {{"L", "4096"}, {"arch.PE", "1/3"}};
  row.cycles = 0.1;
  row.seconds = 1e-300;
  row.energyPj = 3;
  row.areaUm2 = 4;
  row.edpPjS = std::numeric_limits<double>::denorm_min();
  row.utilization = 0.30000000000000004;
  row.flops = 7;
  row.tokensPerS = 8;
  row.usd = 9;
  row.usdPerMtoken = 10;
  row.powerW = 11;
  row.meets = true;
  row.detail = R"({"units":{"array_2d":0.30000000000000004}})";
  return row;
}

} // namespace

TEST_CASE("a row comes back from its message with every column", "[results]") {
  const auto row = full();
  const auto back = rowFromMessage(toMessage(row));
  REQUIRE(back);
  CHECK(back->reason == row.reason);
  CHECK(back->settings == row.settings);
  CHECK(toJson(*back) == toJson(row));
  for (const auto& name : columnNames()) {
    INFO(name);
    REQUIRE(columnOf(row, name)); // a new column has a value in full() and a place in the message
    CHECK(columnOf(*back, name) == columnOf(row, name));
  }
  const auto empty = rowFromMessage(toMessage({}));
  REQUIRE(empty);
  CHECK(toJson(*empty) == toJson({}));
}

TEST_CASE("no part of a message, and no longer one, is a row", "[results]") {
  const auto message = toMessage(full());
  for (std::size_t size = 0; size < message.size(); ++size) {
    CHECK(!rowFromMessage(message.substr(0, size)));
  }
  CHECK(!rowFromMessage(message + "x"));
  CHECK(!rowFromMessage(std::string(200, '\xff')));
}
