#include "mappings/verification/skips.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings {
namespace {

/// One mask (or short partition) of an Einsum, and who does not run where it fails.
class Skipped {
public:
  Skipped(const einsum::Cascade& cascade, const SectionPlan& section, const LeafPlan& neighbour,
          const einsum::Constraint& mask)
      : cascade_(cascade), section_(section), neighbour_(neighbour), mask_(mask) {
    for (const int loop : neighbour.loops) {
      if (mask.terms.count(section.loops[static_cast<std::size_t>(loop)].variable) > 0) {
        deciding_.push_back(loop);
      }
    }
  }

  /// What an Einsum of the nest loses when it does not run there, in words; empty: nothing.
  [[nodiscard]] std::string loss(const LeafPlan& leaf) const {
    if (!isSkipped(leaf)) {
      return "";
    }
    if (leaf.einsum->iterative) {
      for (const auto& tensor : reads(*leaf.einsum)) {
        if (tensor != leaf.einsum->name && !isAbsent(tensor)) {
          return fmt::format("'{}' must be taken in there too", tensor);
        }
      }
      return "";
    }
    if (cascade_.tensor(leaf.einsum->name)->result) {
      return "it is a result there too";
    }
    for (const auto& reader : cascade_.einsums()) {
      if (!accesses(reader, leaf.einsum->name).empty() && !isWithout(reader)) {
        return fmt::format("'{}' reads it there too", reader.name);
      }
    }
    return "";
  }

private:
  [[nodiscard]] bool has(const einsum::Einsum& einsum) const {
    return std::find(einsum.domain.begin(), einsum.domain.end(), mask_) != einsum.domain.end();
  }

  /// In the nest, with all loops that decide, and without the mask itself?
  [[nodiscard]] bool isSkipped(const LeafPlan& leaf) const {
    return leaf.node == neighbour_.node && !deciding_.empty() && !has(*leaf.einsum) &&
           std::all_of(deciding_.begin(), deciding_.end(), [&](int loop) {
             return std::find(leaf.loops.begin(), leaf.loops.end(), loop) != leaf.loops.end();
           });
  }

  /// Does an Einsum make nothing where the mask fails?
  [[nodiscard]] bool isWithout(const einsum::Einsum& einsum) const {
    const auto* leaf = section_.producer(einsum.name);
    return has(einsum) || (leaf != nullptr && isSkipped(*leaf));
  }

  [[nodiscard]] bool isAbsent(const std::string& tensor) const {
    const auto* maker = cascade_.einsum(tensor);
    return maker != nullptr && isWithout(*maker);
  }

  const einsum::Cascade& cascade_;
  const SectionPlan& section_;
  const LeafPlan& neighbour_;
  const einsum::Constraint& mask_;
  std::vector<int> deciding_; ///< loops of the section
};

} // namespace

void verifySkips(const einsum::Cascade& cascade, const SectionPlan& section,
                 core::Problems& problems) {
  for (const auto& leaf : section.leaves) {
    std::string found;
    for (const auto& neighbour : section.leaves) {
      for (const auto& mask : neighbour.einsum->domain) {
        const bool skips = section.nodes[static_cast<std::size_t>(leaf.node)].nest->skipMasked;
        const auto loss = skips && found.empty()
                              ? Skipped(cascade, section, neighbour, mask).loss(leaf)
                              : std::string();
        if (!loss.empty()) {
          found = fmt::format("with skip_masked, Einsum '{}' does not run where '{}' finds nothing "
                              "that attends, but {}",
                              leaf.einsum->name, neighbour.einsum->name, loss);
        }
      }
    }
    if (!found.empty()) {
      problems.push_back({leaf.line->where, std::move(found),
                          fmt::format("leave skip_masked out, or put '{}' into a nest of its own",
                                      leaf.einsum->name)});
    }
  }
}

} // namespace einsight::mappings
