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

TEST_CASE("a mapping for other machines is refused by its kind alone", "[explore]") {
  const auto problemsOf = [](const char* workload, const char* mapping) {
    const auto point = prepareAny({workload, "fusemax", mapping, {}, {}, {}});
    auto problems = point ? core::Problems{} : point.error();
    for (auto& problem : problems) {
      problem.where.file.clear();
    }
    return core::render(problems);
  };
  CHECK(problemsOf("bert", "flash-attention-2")
            .find("the mapping is for gpu machines, 'fusemax' "
                  "is a spatial one") != std::string::npos);
  CHECK(problemsOf("bert", "ring-attention").find("the mapping is for cluster machines") !=
        std::string::npos);
  CHECK(problemsOf("llama-3-8b", "tensor-parallel").find("the mapping is of a whole model") !=
        std::string::npos);
  for (const auto* mapping : {"flash-attention-2", "ring-attention", "tensor-parallel"}) {
    CHECK(problemsOf("bert", mapping).find("required key") == std::string::npos);
  }
}
