#include "explore/any_point.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;

namespace {

/// The notes of a point, one per line.
std::string notesOf(const std::string& workload, const std::string& machine) {
  const auto point = prepareAny({workload, machine, "", {{"B", 3}, {"L", 64}}, {}, {}});
  if (!point) {
    return core::render(point.error());
  }
  std::string out;
  std::visit(
      [&](const auto& known) {
        for (const auto& note : known.notes) {
          out += note + "\n";
        }
      },
      *point);
  return out;
}

} // namespace

TEST_CASE("a spatial array says that it pads sequences of different lengths", "[explore]") {
  const std::string note = "each of the 3 sequences takes all of L here: `lengths` are for GPUs";
  CHECK(notesOf("attention-varlen", "fusemax").find(note) != std::string::npos);
  CHECK(notesOf("attention", "fusemax").find(note) == std::string::npos);
  CHECK(notesOf("attention-varlen", "h100").find(note) == std::string::npos);
  CHECK(notesOf("attention-varlen", "h100").find("3 sequences with L from") != std::string::npos);
}
