#include "einsum/einsum.hpp"

namespace einsight::einsum {

std::string Index::plainVariable() const {
  const bool plain =
      gatherTensor.empty() && constant == 0 && terms.size() == 1 && terms.begin()->second == 1;
  return plain ? terms.begin()->first : std::string();
}

} // namespace einsight::einsum
