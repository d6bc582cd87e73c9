#include "mappings/verification/circles.hpp"

#include "mappings/node_waits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings {
namespace {

std::size_t at(int number) {
  return static_cast<std::size_t>(number);
}

using Circle = NodeWaits::Circle;
using Group = NodeWaits::Group;
using Wait = NodeWaits::Wait;

/// The problem in words.
class Words {
public:
  explicit Words(const SectionPlan& section) : section_(section) {}

  [[nodiscard]] core::Problem problem(const Circle& circle) const {
    const auto& first = circle.groups.front();
    const auto& last = circle.groups.back();
    const auto later =
        fmt::format("give {} a larger {}stage", name(first), first.line >= 0 ? "@" : "");
    const bool reads = circle.waits.back() == Wait::Reads;
    return {where(first), sentence(circle) + ": none of them can ever start",
            reads ? later : fmt::format("put {} before {}, or {}", name(last), name(first), later)};
  }

private:
  [[nodiscard]] const LeafPlan& leaf(const Group& group) const {
    return section_.leaves[at(group.leaves.front())];
  }
  [[nodiscard]] std::string name(const Group& group) const {
    return fmt::format("{}'{}'", group.line >= 0 ? "" : "the nest of ", leaf(group).einsum->name);
  }
  [[nodiscard]] const core::Where& where(const Group& group) const {
    return group.line >= 0 ? leaf(group).line->where
                           : section_.nodes[at(-1 - group.line)].nest->where;
  }
  [[nodiscard]] std::string sentence(const Circle& circle) const {
    std::string text;
    const auto count = circle.groups.size();
    for (std::size_t i = 0; i < count; ++i) {
      const auto& group = circle.groups[i];
      const auto& next = circle.groups[(i + 1) % count];
      text += i == 0 ? "" : i + 1 < count ? ", " : count == 2 ? " and " : ", and ";
      if (circle.waits[i] == Wait::Unit) {
        const auto unit = std::find_first_of(group.units.begin(), group.units.end(),
                                             next.units.begin(), next.units.end());
        text += fmt::format("{} comes after {} on {}", name(group), name(next), (*unit)->name);
      } else {
        const bool again = i > 0 && circle.waits[i - 1] == Wait::Reads;
        text += fmt::format("{} {}for {}", name(group), again ? "" : "waits ", name(next));
      }
    }
    return text;
  }

  const SectionPlan& section_;
};

} // namespace

void verifyCircles(const Plan& plan, bool sizes, core::Problems& problems) {
  for (const auto& section : plan.sections) {
    for (std::size_t n = 0; n < section.nodes.size(); ++n) {
      NodeWaits waits(section, static_cast<int>(n),
                      sizes ? NodeWaits::Trips::Known : NodeWaits::Trips::Whatever);
      for (auto circle = waits.circle(); circle; circle = waits.circle()) {
        problems.push_back(Words(section).problem(*circle));
        waits.remove(*circle);
      }
    }
  }
}

bool mayCircle(const Plan& plan) {
  return std::any_of(plan.sections.begin(), plan.sections.end(), [](const SectionPlan& section) {
    for (std::size_t n = 0; n < section.nodes.size(); ++n) {
      if (NodeWaits(section, static_cast<int>(n), NodeWaits::Trips::Any).mayCircle()) {
        return true;
      }
    }
    return false;
  });
}

} // namespace einsight::mappings
