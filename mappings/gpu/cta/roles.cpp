#include "mappings/gpu/cta/roles.hpp"

#include "einsum/walk.hpp"

#include <fmt/format.h>

namespace einsight::mappings::gpu {

bool knownAfterLoop(const einsum::Einsum& einsum, const KernelPlan& plan) {
  return plan.loop && einsum::contains(einsum::reducedVariables(einsum), plan.loop->variable);
}

std::map<std::string, Role> rolesOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                                    core::Problems& problems) {
  std::map<std::string, Role> known; // of what is made by then
  for (const auto* einsum : plan.einsums) {
    Role role = Role::Prologue;
    const bool inside = plan.loop && einsum::contains(einsum->variables, plan.loop->variable);
    for (const auto& access : sourcesOf(cascade, *einsum)) {
      const auto& source = access.tensor;
      const auto* maker = plan.maker(source);
      if (maker == nullptr || maker == einsum || known.count(source) == 0) {
        continue;
      }
      const bool late = known[source] == Role::Epilogue ||
                        (known[source] == Role::Iteration && knownAfterLoop(*maker, plan));
      if (inside && late) {
        problems.push_back(
            {einsum->where,
             fmt::format("kernel '{}': {} takes {}, which is known only after the loop over {}",
                         plan.kernel->name, einsum->name, source, plan.loop->variable),
             "give it to a kernel of its own, or let the loop run over another rank variable"});
      }
      role = std::max(role, known[source] == Role::Prologue ? Role::Prologue : Role::Epilogue);
    }
    known[einsum->name] = inside ? Role::Iteration : role;
  }
  return known;
}

} // namespace einsight::mappings::gpu
