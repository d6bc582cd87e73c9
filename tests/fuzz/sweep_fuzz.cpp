#include "explore/sweep/sweep.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>

using namespace einsight;
namespace sweep = explore::sweep;

namespace {

constexpr std::uint64_t kPlaces = 1 << 14; ///< of a grid whose points are chosen

/// Every value that a point may have; an assignment of every point that is chosen.
void use(const sweep::Sweep& read) {
  std::uint64_t places = 1;
  for (const auto& axis : read.axes) {
    EINSIGHT_INVARIANT(!axis.rows.empty() && !axis.names.empty(), "an axis has values");
    for (const auto& row : axis.rows) {
      EINSIGHT_INVARIANT(row.size() == axis.names.size(), "each name of an axis has a value");
    }
    places = std::min(kPlaces + 1, places * std::min<std::uint64_t>(axis.rows.size(), kPlaces));
  }
  if (places > kPlaces) {
    return;
  }
  const auto chosen = sweep::choosePoints(read);
  if (!chosen) {
    return fuzz::refused(chosen.error());
  }
  EINSIGHT_INVARIANT(!chosen->empty() && std::is_sorted(chosen->begin(), chosen->end()),
                     "points are places in order");
  for (const auto place : *chosen) {
    EINSIGHT_INVARIANT(place < places, "a point is on the grid");
    for (const auto& [name, value] : sweep::assignmentAt(read, place)) {
      EINSIGHT_INVARIANT(!name.empty() && value != nullptr, "every name has a value");
    }
  }
}

} // namespace

/// Any bytes are a sweep with its points, also with parameters replaced, or a list of problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::fileOf(fuzz::textOf(data, size), "sweep.yaml").string();
  const auto read = sweep::readSweep(file);
  if (!read) {
    fuzz::refused(read.error());
    return 0;
  }
  use(*read);
  if (const auto other = sweep::readSweep(file, {{"L=1K..4K", "arch.PE=16"}, {}})) {
    use(*other);
  } else {
    fuzz::refused(other.error());
  }
  return 0;
}
