#include "tests/generators/mutation.hpp"

#include "tests/generators/mutator.hpp"

namespace einsight::generators {

std::optional<Mutation> drawMutation(const Case& drawn, const mappings::VerifiedMapping& legal) {
  return Mutator(drawn, legal).draw();
}

} // namespace einsight::generators
