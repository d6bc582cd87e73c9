#pragma once
#include "mappings/plan.hpp"

#include <memory>

namespace einsight::mappings {

/// A mapping that is legal for its cascade and machine. Only verify() makes one.
class VerifiedMapping {
public:
  [[nodiscard]] const Mapping& mapping() const { return content_->mapping; }
  [[nodiscard]] const einsum::Cascade& cascade() const { return content_->cascade; }
  [[nodiscard]] const arch::Machine& machine() const { return content_->machine; }
  [[nodiscard]] const Plan& plan() const { return content_->plan; }

private:
  struct Content {
    Mapping mapping;
    einsum::Cascade cascade;
    arch::Machine machine;
    Plan plan; ///< points into the other three
  };
  friend core::Expected<VerifiedMapping> verify(Mapping mapping, einsum::Cascade cascade,
                                                arch::Machine machine);
  explicit VerifiedMapping(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

/// What no choice of sizes of parts cures: everything that verify() reports but tiles that do not
/// fit and pipelines over too few iterations.
core::Problems structureProblems(const Mapping& mapping, const einsum::Cascade& cascade,
                                 const arch::Machine& machine, const Plan& plan);

/// Is the mapping legal? Every Einsum runs once, on a unit that can do it, on axes it has; every
/// memory holds what is kept in it; no Einsum needs what is made after it; sums travel only along
/// axes that reduce. All problems at once. Shares no code with whoever made the mapping.
core::Expected<VerifiedMapping> verify(Mapping mapping, einsum::Cascade cascade,
                                       arch::Machine machine);

} // namespace einsight::mappings
