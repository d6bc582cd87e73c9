#include "tests/explore/sweep/scratch.hpp"

using namespace einsight;
using namespace einsight::explore::sweep;
using namespace einsight::explore::sweep::test;

TEST_CASE("numbers of a machine may have units as in its file, in every place", "[sweep]") {
  const config::ScratchFolder folder;
  folder.write("m.yaml", "version: 1\nextends: h100\nmachine: m\n");
  const std::string head = "version: 1\nsweep: x\nengine: analytic\nworkloads: attention\n";
  const auto sweep =
      readText(folder,
               head + "zip: {machine: [h100, m.yaml], arch.l2.capacity: [50 MiB, 25M]}\n"
                      "set: {arch.dram.bandwidth: 1 TB/s..4 TB/s}\n",
               {"arch.clock.maximum=1.5 GHz"});
  REQUIRE(sweep);
  const auto assignment = assignmentAt(*sweep, placesOf(*sweep) - 1);
  const auto at = [&](const char* name) { return valueOf(assignment, name)->text; };
  CHECK(at("arch.dram.bandwidth") == "4000000000000");
  CHECK(at("arch.l2.capacity") == "26214400");
  CHECK(at("arch.clock.maximum") == "1500000000");
  CHECK(choosePoints(*sweep)->size() == 6);
  CHECK(
      refusal(head + "machines: h100\nset: {arch.dram.bandwidth: [2T, 3 TB/s]}\n") ==
      "s.yaml:6:29: error: set.arch.dram.bandwidth[0]: '2T' in B/s: is T binary, as of sizes, or a "
      "power of ten?\n"
      "  help: write 2e12, or 2 TB/s\n");
}
