#include "validation/measure/suites.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <utility>

namespace einsight::validation {

TEST_CASE("no two measured cases have the same name") {
  std::set<std::string> ids;
  for (const auto& suite : kernelSuites()) {
    for (const auto& which : suite.cases) {
      INFO(cuda::idOf(which));
      CHECK(ids.insert(cuda::idOf(which)).second);
    }
  }
}

TEST_CASE("every kernel is measured, and checked in both types") {
  std::map<cuda::KernelKind, int> measured;
  std::map<std::pair<cuda::KernelKind, bool>, int> checked;
  for (const auto& suite : kernelSuites()) {
    for (const auto& which : suite.cases) {
      ++measured[which.kind];
    }
  }
  for (const auto& which : checkCases()) {
    ++checked[{which.kind, which.fp16}];
  }
  CHECK(measured.size() == 8);
  CHECK(checked.size() == 16);
}

TEST_CASE("windows fit into their layouts, and strides into the windows") {
  for (const auto& suite : kernelSuites()) {
    for (const auto& which : suite.cases) {
      for (int axis = 0; axis < cuda::kAxes; ++axis) {
        if (which.mask.kind == cuda::MaskKind::Neighborhood) {
          CHECK(which.mask.window[axis] <= which.mask.layout[axis]);
          CHECK(which.mask.stride[axis] <= which.mask.window[axis]);
        }
      }
    }
  }
}

} // namespace einsight::validation
