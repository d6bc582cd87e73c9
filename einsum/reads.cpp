#include "einsum/reads.hpp"

#include "einsum/walk.hpp"

namespace einsight::einsum {
namespace {

void collect(const Access& access, std::vector<Access>& out) {
  for (const Index& index : access.indices) {
    if (!index.gatherTensor.empty()) {
      out.push_back({index.gatherTensor, index.gatherIndex, access.where});
      collect(Access(out.back()), out);
    }
  }
}

} // namespace

std::vector<Access> reads(const Expr& expression) {
  std::vector<Access> out;
  for (const Access* access : accesses(expression)) {
    out.push_back(*access);
    collect(*access, out);
  }
  return out;
}

std::vector<Access> indexReads(const Access& access) {
  std::vector<Access> out;
  collect(access, out);
  return out;
}

} // namespace einsight::einsum
