#include "mappings/gpu/chain/parts.hpp"
#include "tests/mappings/gpu/gpu_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu;
using namespace einsight::mappings::gpu::test;

namespace {

using Names = std::vector<std::string>;

einsum::Cascade cascadeOf(const std::string& yaml) {
  const auto cascade = einsum::parseCascade("version: 1\nworkload: t\n" + yaml, "t.yaml");
  INFO((cascade ? "" : core::render(cascade.error())));
  REQUIRE(cascade.has_value());
  return *cascade;
}

std::vector<Names> partsOf(const einsum::Cascade& cascade, bool fuse = true,
                           double elements = 65536) {
  std::vector<Names> out;
  for (const auto& part : chainParts(cascade, fuse, elements)) {
    out.emplace_back();
    for (const auto* einsum : part.einsums) {
      out.back().push_back(einsum->name);
    }
  }
  return out;
}

const std::string kSparse = R"yaml(
parameters: {Q: 512, N: 4, BLK: 64, D: 64}
ranks: {q: Q, j: N, m0: BLK, m: Q/BLK, d: D, e: D}
tensors:
  X: [q, d]
  K: [Q, d]
  C: [m, d]
  V: [Q, e]
einsums:
  - SC[q,m] = X[q,d] * C[m,d]
  - "I[q,j] = SC[q,m] :: topk(m)"
  - BK[m,m0,d] = K[m*BLK+m0,d]
  - BV[m,m0,e] = V[m*BLK+m0,e]
  - GK[q,j,m0,d] = BK[I[q,j],m0,d]
  - GV[q,j,m0,e] = BV[I[q,j],m0,e]
  - S[q,j,m0] = X[q,d] * GK[q,j,m0,d]
  - O[q,e] = S[q,j,m0] * GV[q,j,m0,e]
)yaml";

} // namespace

TEST_CASE("a running softmax is one kernel with everything that belongs to its iterations",
          "[gpu]") {
  const auto chain = chainOf(readingOf("fused-chain", {.workload = "attention"}));
  REQUIRE(chain.kernels.size() == 1);
  CHECK(chain.kernels.front().iteration.steps.size() >= 3);
  CHECK(chain.kernels.front().name == "BQK..AV");
}

TEST_CASE("what a recurrence would compute for every tile of queries again stays outside",
          "[gpu]") {
  const auto cascade = cascadeOf(R"yaml(
ranks: {t: 8, p: 64, e: 16, m: 32}
tensors: {X: [t, m, e], Q: [p, e], R: {initial: -inf}}
einsums:
  - FX[t,m,e] = relu(X[t,m,e])
  - S[t,m,p] = Q[p,e] * FX[t,m,e]
  - "L[t,p] = S[t,m,p] :: max(m)"
  - R[t+1,p] = max(R[t,p], L[t,p])
  - Z[p] = exp(R[8,p])
)yaml");
  CHECK(partsOf(cascade) == std::vector<Names>{{"FX"}, {"S", "L", "R", "Z"}});
  CHECK(partsOf(cascade, false) == std::vector<Names>{{"FX"}, {"S"}, {"L"}, {"R"}, {"Z"}});
}

TEST_CASE("elementwise Einsums and reductions are joined while a tile holds them", "[gpu]") {
  const auto cascade = cascadeOf(R"yaml(
ranks: {p: 64, m: 1024}
tensors: {S: [p, m]}
einsums:
  - "M[p] = S[p,m] :: max(m)"
  - E[p,m] = exp(S[p,m] - M[p])
  - "D[p] = E[p,m] :: add(m)"
  - A[p,m] = E[p,m] / D[p]
)yaml");
  CHECK(partsOf(cascade) == std::vector<Names>{{"M", "E", "D", "A"}});
  CHECK(partsOf(cascade, true, 1000) == std::vector<Names>{{"M"}, {"E"}, {"D"}, {"A"}});
}

TEST_CASE("an Einsum that only gathers is loaded by its readers and has no kernel", "[gpu]") {
  const auto cascade = cascadeOf(kSparse);
  CHECK(isGatherCopy(cascade, *cascade.einsum("GK")));
  CHECK_FALSE(isGatherCopy(cascade, *cascade.einsum("S")));
  CHECK(partsOf(cascade) == std::vector<Names>{{"SC"}, {"I", "S", "O"}});
  const auto& read = cascade.einsum("S")->expression.operands[1].access;
  const auto behind = behindViews(cascade, read);
  CHECK(behind.tensor == "K");
  REQUIRE(behind.indices.size() == 2);
  CHECK(behind.indices[0].gatherTensor == "I");
  CHECK(behind.indices[0].terms == std::map<std::string, std::int64_t>{{"m0", 1}});
  Names sources;
  for (const auto& access : sourcesOf(cascade, *cascade.einsum("S"))) {
    sources.push_back(access.tensor);
  }
  CHECK(sources == Names{"X", "K", "I"});
}

TEST_CASE("a gather touches a run for each element of its index tensor, at most the whole rank",
          "[gpu]") {
  const auto cascade = cascadeOf(kSparse);
  const auto behind = behindViews(cascade, cascade.einsum("S")->expression.operands[1].access);
  const auto elements = [&](std::int64_t queries, std::int64_t blocks) {
    Extents extents;
    extents.of = {{"q", queries}, {"j", blocks}, {"m0", 64}, {"d", 64}};
    return boxElements(cascade, behind, extents);
  };
  CHECK(elements(1, 1) == 64.0 * 64);
  CHECK(elements(1, 4) == 4 * 64.0 * 64);
  CHECK(elements(2, 2) == 4 * 64.0 * 64);
  CHECK(elements(64, 4) == 512.0 * 64);
}

TEST_CASE("a scan and the list of a topk are not divided over CTAs", "[gpu]") {
  const auto cascade = cascadeOf(R"yaml(
ranks: {p: 8, m: 64, j: 4}
tensors: {S: [p, m]}
einsums:
  - "C[p,m] = S[p,m] :: scan_add(m)"
  - "I[p,j] = S[p,m] :: topk(m)"
results: [C, I]
)yaml");
  CHECK(wholeVariables(*cascade.einsum("C")) == Names{"m"});
  CHECK(wholeVariables(*cascade.einsum("I")) == Names{"j"});
  CHECK(commonVariables({cascade.einsum("C")}) == Names{"p"});
  CHECK(commonVariables({cascade.einsum("I")}) == Names{"p"});
}

TEST_CASE("the keys of one query are divided over CTAs and merged", "[gpu]") {
  const auto decode =
      chainOf(readingOf("fused-chain", {.workload = "attention-decode",
                                        .workloadSettings = {{"M", 65536}, {"B", 1}}}));
  REQUIRE(decode.kernels.size() == 2);
  CHECK(decode.kernels.back().name.ends_with(" merge"));
  const auto prefill = chainOf(readingOf("fused-chain", {.workload = "attention"}));
  CHECK(prefill.kernels.size() == 1);
}

TEST_CASE("a loop that is too short to gain from a second launch is not divided", "[gpu]") {
  const auto decode = [](std::int64_t keys) {
    const core::Settings settings{{"M", keys}, {"B", 1}, {"H", 8}, {"R", 8}};
    return chainOf(
        readingOf("fused-chain", {.workload = "attention-decode", .workloadSettings = settings}));
  };
  const auto shortest = decode(16 * 64); // two parts of eight tiles of 64 keys
  REQUIRE(shortest.kernels.size() == 2);
  CHECK(shortest.kernels.front().order.size() == 2);
  CHECK(decode(15 * 64).kernels.size() == 1);
}

TEST_CASE("tiles are halved until they fit", "[gpu]") {
  const auto reading = readingOf("fused-chain", {.workload = "attention",
                                                 .workloadSettings = {{"D", 512}, {"L", 8192}},
                                                 .mappingSettings = {{"rows", 256}}});
  const auto chain = chainOf(reading);
  REQUIRE(chain.kernels.size() == 1);
  CHECK(chain.kernels.front().registersPerThread <= 255);
}

TEST_CASE("mistakes in a rule are reported with their places", "[gpu]") {
  CHECK(messages(readingOfText("mapping: m\nkind: gpu\nchain: {rows: 0, columns: 1/3, depth: 64, "
                               "points: x, elements: 1, stages: 2, warpgroups: 2}\n"))
            .find("mapping.yaml:4:15: error: chain.rows: rows is 0, not a whole number from 1 to "
                  "16777216\n"
                  "mapping.yaml:4:27: error: chain.columns: columns is 1/3, not a whole number "
                  "from 1 to 16777216\n"
                  "mapping.yaml:4:51: error: chain.points: unknown name 'x'\n"
                  "  help: one of: B, H, ") == 0);
  CHECK(messages(readingOfText("mapping: m\nkind: gpu\nchain: {rows: 1, depths: 1}\n"))
            .find("did you mean 'depth'?") != std::string::npos);
}
