#include "cascades.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

const std::string kHead = "version: 1\nworkload: t\nparameters: {M: 10, M0: 4, P: 6}\n"
                          "ranks: {m: M, p: P, m1: ceil(M/M0), m0: M0, j: 2}\n"
                          "tensors: {X: [m, p], Y: [p], K: [m]}\n";

/// The problems of a cascade with the einsums, which begin in line 7 and column 5.
std::string problems(const std::string& einsums) {
  return problemsOf(kHead + "einsums:\n" + einsums);
}

} // namespace

TEST_CASE("a rank variable that is used but not declared is named, with the nearest", "[einsum]") {
  CHECK(problems("  - Z[q] = Y[q] + K[r]\n  - W[p] = Y[p]\n") ==
        "t.yaml:7:12: error: einsums[0]: rank variable 'q' is used but not declared\n"
        "  help: did you mean 'm'? (one of: m, p, m1, m0, j)\n"
        "t.yaml:7:19: error: einsums[0]: rank variable 'r' is used but not declared\n"
        "  help: did you mean 'm'? (one of: m, p, m1, m0, j)\n"
        "t.yaml:7:5: error: einsums[0]: reduction without an operator: 'r' is not in the output "
        "Z[q]\n"
        "  help: write `:: add(r)` or `:: max(r)` at the end\n");
}
