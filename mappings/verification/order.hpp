#pragma once
#include "mappings/plan.hpp"

namespace einsight::mappings {

/// When a value is read: `stages` + `shift` * the trips of the loops inside the iterative one
/// epochs after it is made, and in the order of the lines where that is none.
struct OrderNeed {
  std::int64_t stages = 0;
  std::int64_t shift = 0; ///< iterations of the iterative rank; 0 for any other reading
  std::vector<int> inner; ///< loops of the section
  bool listedAfter = false;

  /// Is it made in time when the reader is `epochs` behind?
  [[nodiscard]] bool holds(std::int64_t epochs) const {
    return epochs > 0 || (epochs == 0 && listedAfter);
  }
};

/// `OrderNeed::stages` where a loop outside the common nest lies between making and reading.
constexpr std::int64_t kFurtherOut = INT64_MAX / 4;

/// How one access of a reader needs what `maker` makes, in the innermost nest around both.
OrderNeed orderNeed(const SectionPlan& section, const LeafPlan& maker, const LeafPlan& reader,
                    const einsum::Access& access);
/// Epochs of that nest between the making and the reading.
std::int64_t epochs(const SectionPlan& section, const OrderNeed& need);

/// The needs between Einsums of a section whose truth depends on trip counts.
std::vector<OrderNeed> sizedNeeds(const SectionPlan& section);

/// Is everything made, and whole, before it is read, in the order of sections, lines and stages?
/// Without `sizes` what depends on trip counts is left out.
void verifyOrder(const einsum::Cascade& cascade, const Plan& plan, bool sizes,
                 core::Problems& problems);

} // namespace einsight::mappings
