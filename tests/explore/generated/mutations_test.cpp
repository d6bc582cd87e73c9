#include "mappings/write.hpp"
#include "sim/merge.hpp"
#include "tests/explore/pe/difference.hpp"
#include "tests/explore/point_laws.hpp"
#include "tests/generators/draw.hpp"
#include "tests/generators/mutation.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace einsight;
using namespace einsight::explore::test;
using namespace einsight::generators;

namespace {

/// A mapping that verify() accepts, with its schedule.
core::Expected<explore::Point> pointOf(mappings::VerifiedMapping mapping) {
  auto schedule = mappings::lower(mapping);
  if (!schedule) {
    return core::failure(std::move(schedule.error()));
  }
  for (auto& section : schedule->sections) {
    sim::mergeLoops(section);
  }
  return explore::Point{std::move(mapping), std::move(*schedule), "mutated", {}};
}

struct Seen {
  int accepted = 0;
  /// Accepted changes of what a mapping may choose freely (whether masked tiles are left out).
  int free = 0;
  int refused = 0;
  int computed = 0; ///< of those accepted: with every PE
};

/// With a cycle per hop: what verify() accepts ends, computes what the Einsums say, and takes as
/// long PE by PE as `cycle` says. Empty when it does, or when 'pe' cannot run it.
std::string oracle(const Scratch& scratch, const mappings::VerifiedMapping& accepted, Seen& seen) {
  const auto machine = arch::readMachine(scratch.systolic());
  if (!machine) {
    return core::render(machine.error());
  }
  auto verified = mappings::verify(accepted.mapping(), accepted.cascade(), *machine);
  const auto point = verified ? pointOf(std::move(*verified)) : core::failure(verified.error());
  if (!point) {
    return core::render(point.error());
  }
  auto found = peDifference(*point, 1);
  if (found.find("the engine 'pe' cannot run Einsum") != std::string::npos) {
    return "";
  }
  ++seen.computed;
  return found;
}

/// What verify() refuses is refused for a reason; what it accepts obeys every law and gives the
/// right values; what breaks legality by definition is never accepted.
void mutate(const Scratch& scratch, const Case& drawn, Seen& seen) {
  const auto legal = explore::prepare(scratch.request(drawn));
  const auto mutation = legal ? drawMutation(drawn, legal->mapping) : std::nullopt;
  if (!mutation) {
    return;
  }
  const auto changed = mappings::write(mutation->mapping);
  const auto about = text(drawn) + "\n# " + mutation->label + "\n" + changed + "\n";
  static_cast<void>(scratch.write("mapping.yaml", changed)); // to be found after an internal error
  auto machine = arch::readMachine(scratch.write("machine.yaml", text(mutation->machine)));
  if (!machine) { // a buffer narrower than its rows
    RC_ASSERT(mutation->illegal);
    ++seen.refused;
    return;
  }
  auto verified = mappings::verify(mutation->mapping, legal->mapping.cascade(), *machine);
  if (!verified) {
    ++seen.refused;
    return;
  }
  ++seen.accepted;
  seen.free += mutation->label.starts_with("masked tiles") ? 1 : 0;
  if (mutation->illegal) {
    RC_FAIL(about + "verify accepts it");
  }
  const auto point = pointOf(std::move(*verified));
  if (!point) {
    RC_FAIL(about + core::render(point.error()));
  }
  Laws laws;
  laws.compulsory = !drawn.workload.masked;
  laws.exact = !drawn.workload.masked && !drawn.workload.ragged;
  if (const auto found = violation(*point, laws); !found.empty()) {
    RC_FAIL(about + found);
  }
  if (const auto found = oracle(scratch, point->mapping, seen); !found.empty()) {
    RC_FAIL(about + found);
  }
}

} // namespace

TEST_CASE("a mapping of the catalogue with one change is refused, or obeys every law",
          "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("changed catalogue", cases(1000),
              [&] { mutate(scratch, scratch.drawCatalogueCase(), seen); }));
  CHECK(seen.accepted > 0);
  CHECK(seen.refused > seen.accepted - seen.free);
  CHECK(2 * seen.computed >= seen.accepted);
}

TEST_CASE("a drawn mapping with one change is refused, or obeys every law", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("changed", cases(1000), [&] { mutate(scratch, scratch.drawCase(false), seen); }));
  CHECK(seen.accepted > 0);
  CHECK(seen.refused > 0);
  CHECK(2 * seen.computed >= seen.accepted);
}
