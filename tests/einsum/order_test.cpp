#include "cascades.hpp"
#include "einsum/evaluate.hpp"
#include "einsum/order.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

const std::string kHead = "version: 1\nworkload: t\nranks: {t: 4, s: 3}\n";

std::vector<std::vector<std::string>> groupsOf(const Cascade& cascade) {
  std::vector<std::vector<std::string>> out;
  const auto groups = dependencyOrder(cascade.einsums());
  REQUIRE(groups.has_value());
  for (const Group& group : *groups) {
    out.emplace_back();
    for (const std::size_t member : group.members) {
      out.back().push_back(cascade.einsums()[member].name);
    }
    out.back().push_back(group.variable);
  }
  return out;
}

} // namespace

TEST_CASE("Einsums that need each other's earlier results form a group", "[einsum]") {
  const Cascade cascade = cascadeOf(kHead + R"yaml(
tensors: {X: [t], S: {initial: 0}}
einsums:
  - A[t] = X[t] + 1
  - B[t] = S[t] * A[t]
  - S[t+1] = B[t] + A[t]
  - Z[t] = exp(S[t+1])
)yaml");
  CHECK(groupsOf(cascade) ==
        std::vector<std::vector<std::string>>{{"A", ""}, {"B", "S", "t"}, {"Z", ""}});
}

TEST_CASE("a group that is written out of order is put into the order of one iteration",
          "[einsum]") {
  const Cascade cascade = cascadeOf(kHead + R"yaml(
tensors: {X: [t], S: {initial: 0}}
einsums:
  - S[t+1] = B[t] + X[t]
  - B[t] = S[t] * X[t]
)yaml");
  CHECK(groupsOf(cascade) == std::vector<std::vector<std::string>>{{"B", "S", "t"}});
}

TEST_CASE("a cycle that sums over the iterative rank is refused", "[einsum]") {
  CHECK(problemsOf(kHead + R"yaml(
tensors: {X: [t], S: {initial: 0}}
einsums:
  - S[t+1] = N[] * X[t]
  - "N[] = S[t] :: add(t)"
)yaml") == "t.yaml:7:5: error: einsums[0]: a cycle that is not an iterative rank: S -> N -> S\n"
           "  help: an iterative rank reads what the iteration before wrote: RM[m1+1,p] = "
           "max(RM[m1,p], LM[m1,p]) with tensors: {RM: {initial: -inf}}\n");
}

TEST_CASE("the distance of a read is by how many iterations the write came before", "[einsum]") {
  const auto access = [](std::int64_t constant) {
    return Access{"S", {{{{"p", 1}}, 0, {}, {}}, {{{"t", 1}}, constant, {}, {}}}, {}};
  };
  CHECK(distance(access(1), access(0), "t") == 1);
  CHECK(distance(access(1), access(1), "t") == 0);
  CHECK(distance(access(0), access(-2), "t") == 2);
  CHECK(distance(access(1), access(0), "s") == std::nullopt);
  const Access constant{"S", {{{{"p", 1}}, 0, {}, {}}, {{}, 4, {}, {}}}, {}};
  CHECK(distance(access(1), constant, "t") == std::nullopt);
}

TEST_CASE("an index tensor may be made in the iteration that reads with it", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {t: 2, i: 4, j: 4}
tensors: {X: [i], C: {initial: 1}}
einsums:
  - D[t,i] = C[t,i] * X[i]
  - "POS[t,j] = D[t,i] :: topk(i)"
  - C[t+1,j] = D[t,POS[t,j]] + 0
)yaml");
  CHECK(groupsOf(cascade) == std::vector<std::vector<std::string>>{{"D", "POS", "C", "t"}});
  auto inputs = randomInputs(cascade, 1);
  inputs.at("X").data = {2, 8, 1, 4};
  const auto values = evaluate(cascade, std::move(inputs));
  REQUIRE(values.has_value());
  const auto& c = values->at("C").data;
  CHECK(std::vector(c.begin() + 4, c.end()) ==
        std::vector<double>{8, 4, 2, 1, 32, 16, 4, 2}); // X from large to small; times X, again
}
