#include "tests/explore/pe/difference.hpp"
#include "tests/generators/case.hpp"

#include <catch2/catch.hpp>

/// What random cases have found, each once more by name.
using namespace einsight;
using namespace einsight::explore::test;
using namespace einsight::generators;

namespace {

CascadeText cascade(const std::string& text) {
  return {"", "version: 1\nworkload: found\nsummary: by a random case\nsource: drawn\n" + text,
          false, false};
}

/// How `pe` differs from `cycle` and the evaluation, with a cycle per hop; "" when it does not.
std::string difference(const Case& found) {
  const Scratch scratch;
  auto request = scratch.request(found);
  request.machine = scratch.systolic();
  const auto point = explore::prepare(request);
  return point ? peDifference(*point, 1) : core::render(point.error());
}

} // namespace

TEST_CASE("a section does not wait for rows over which nothing is spread", "[explore]") {
  Case found;
  found.workload = cascade("ranks: {i: 1, j: 1}\n"
                           "tensors: {X0: [i], X1: [i, j]}\n"
                           "einsums:\n"
                           "  - T0[i] = relu(X0[i])\n"
                           "  - T1[j] = T0[i] * X1[i,j]\n"
                           "  - T2[j,i] = T1[j] + X0[i]\n");
  found.machine.columnsReduce = true;
  found.machine.bytesNumerator = 3;
  found.mapping = "version: 1\nmapping: found\nkind: spatial\n"
                  "bind: {T0: {on: array_1d}, T1: {on: array_2d, columns: [i]}, "
                  "T2: {on: array_1d}}\n"
                  "sections:\n"
                  "  T0: {loops: [i], do: [T0]}\n"
                  "  T1: {loops: [j], keep: {registers_2d: {T1: run}}, do: [T1, T2]}\n";
  for (const std::int64_t rows : {1, 2, 4, 6, 16}) {
    found.machine.rows = rows;
    CAPTURE(rows);
    CHECK(difference(found) == "");
  }
}

TEST_CASE("words that enter above for each row are waited for as columns", "[explore]") {
  Case found;
  found.workload = cascade("ranks: {m: 3, p: 3}\n"
                           "tensors: {X0: [m, p]}\n"
                           "einsums:\n"
                           "  - T0[m,p] = neg(X0[m,p])\n"
                           "  - T1[p] = T0[m,p] :: add(m)\n");
  found.machine.columns = 3;
  found.mapping = "version: 1\nmapping: found\nkind: spatial\n"
                  "bind: {T0: {on: array_2d, rows: [p], columns: [m]}, "
                  "T1: {on: array_2d, rows: [m], columns: [p]}}\n"
                  "sections: {all: {loops: [], keep: {global_buffer: {T0: run}}, do: [T0, T1]}}\n";
  for (const std::int64_t rows : {3, 5}) {
    found.machine.rows = rows;
    CAPTURE(rows);
    CHECK(difference(found) == "");
  }
}

TEST_CASE("a line that is masked up to its last iteration ends no more often than that",
          "[explore]") {
  Case found;
  found.workload = cascade("ranks: {m: 8, p: 3}\n"
                           "tensors: {X0: [m, p]}\n"
                           "einsums:\n"
                           "  - {einsum: \"T0[m,p] = neg(X0[m,p])\", where: m <= p}\n"
                           "  - {einsum: \"T1[m,p] = relu(T0[m,p])\", where: m <= p}\n");
  found.machine.rows = 4;
  found.mapping = "version: 1\nmapping: found\nkind: spatial\n"
                  "bind: {T0: {on: array_2d}, T1: {on: array_2d}}\n"
                  "sections:\n"
                  "  all:\n"
                  "    loops: [p]\n"
                  "    keep: {global_buffer: {T0: p}}\n"
                  "    do:\n"
                  "      - {loops: [m], do: [T0, T1@1]}\n";
  CHECK(difference(found) == "");
}
