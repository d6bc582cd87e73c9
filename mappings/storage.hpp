#pragma once
#include "mappings/plan.hpp"

/// How much room the kept tiles of a plan take.
namespace einsight::mappings {

/// The loops of its path, inside the kept tile, that a tensor's tile is divided by: a kept tile is
/// filled, used and freed in these sub-tiles.
std::vector<int> divisions(const SectionPlan& section, const KeepPlan& keep);

/// Elements of the box of a tensor that an access touches while `fixed` loops stand still.
/// The iterative rank of a tensor counts one: a new value takes the old one's place.
std::int64_t boxElements(const Plan& plan, const SectionPlan& section,
                         const einsum::Cascade& cascade, const einsum::Access& access,
                         const std::vector<int>& fixed, const std::vector<std::string>& leftOut);

/// What decides how much room a keep takes, whatever the sizes of the parts are.
struct Footprint {
  const einsum::Access* access = nullptr;
  std::vector<int> divided;         ///< loops that divide its tile into sub-tiles
  std::vector<int> fixed;           ///< loops that stand still while a sub-tile is there
  std::vector<std::string> leftOut; ///< rank variables or parts that it has one value of
  std::int64_t lag = 0;             ///< iterations between making a value and its last use
};

/// Null for a keep that nobody uses.
std::optional<Footprint> footprint(const SectionPlan& section, const KeepPlan& keep,
                                   const einsum::Cascade& cascade);

/// What one keep takes.
struct Room {
  std::int64_t subTileBytes = 0; ///< of one PE for register files
  std::int64_t subTiles = 1;     ///< per kept tile
  std::int64_t lag = 0;          ///< iterations between making a value and its last use
  std::int64_t slots = 1;        ///< sub-tiles held at once (pieces of them, where pieces > 1)
  std::int64_t pieces = 1;       ///< parts in which a sub-tile is filled and freed
  bool counted = true;           ///< false when it lies in another tensor's place
};

/// Does a tensor lie in the place of the kept one, overwriting it?
bool sharesPlace(const SectionPlan& section, const KeepPlan& keep, const std::string& tensor);

/// Do these registers get the tensor from a buffer that keeps it, not from its maker?
bool fetchedFromBuffer(const SectionPlan& section, const KeepPlan& keep);

Room room(const Plan& plan, const SectionPlan& section, const KeepPlan& keep,
          const einsum::Cascade& cascade);
/// The same from a footprint that is known.
Room room(const Plan& plan, const SectionPlan& section, const KeepPlan& keep,
          const einsum::Cascade& cascade, const Footprint& print);

/// Slots of every keep of a section, in order: what the mapping says, and where it says nothing a
/// second tile (double buffering) as far as the capacity allows, what changes most often first.
/// Where a whole one more does not fit, tiles from DRAM are filled and freed in pieces.
std::vector<Room> assignRoom(const Plan& plan, const SectionPlan& section,
                             const einsum::Cascade& cascade, const arch::Machine& machine);

} // namespace einsight::mappings
