#include "cascades.hpp"
#include "einsum/evaluate.hpp"

#include <cmath>
#include <limits>

using namespace einsight;
using namespace einsight::einsum;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kClose = 1e-12;

/// Softmax attention by its definition, straight from the inputs: AV[b,h,f,p], row major.
Values attentionByDefinition(const Cascade& cascade, const Environment& in, bool causal) {
  const auto n = [&](const char* name) { return cascade.parameter(name).value(); };
  const std::int64_t heads = n("B") * n("H"), e = n("E"), f = n("F"), m = n("M"), p = n("P");
  Values out{{n("B"), n("H"), f, p}, {}, {}};
  out.data.resize(static_cast<std::size_t>(heads * f * p));
  out.present.assign(out.data.size(), 1);
  const auto at = [](const Values& v, std::int64_t i) {
    return v.data[static_cast<std::size_t>(i)];
  };
  for (std::int64_t bh = 0; bh < heads; ++bh) {
    for (std::int64_t ip = 0; ip < p; ++ip) {
      std::vector<double> weight;
      double sum = 0;
      for (std::int64_t im = 0; im < (causal ? std::min(m, ip + 1) : m); ++im) {
        double dot = 0;
        for (std::int64_t ie = 0; ie < e; ++ie) {
          dot += at(in.at("Q"), (bh * e + ie) * p + ip) * at(in.at("K"), (bh * e + ie) * m + im);
        }
        weight.push_back(std::exp(dot));
        sum += weight.back();
      }
      for (std::int64_t jf = 0; jf < f; ++jf) {
        double total = 0;
        for (std::size_t im = 0; im < weight.size(); ++im) {
          total += weight[im] * at(in.at("V"), (bh * f + jf) * m + static_cast<std::int64_t>(im));
        }
        out.data[static_cast<std::size_t>((bh * f + jf) * p + ip)] = total / sum;
      }
    }
  }
  return out;
}

double distanceFromDefinition(const std::string& name, core::Settings settings, bool causal) {
  if (name.find("3pass") != std::string::npos) {
    settings.erase("M0");
  }
  const Cascade cascade = attention(name, settings);
  const Environment in = randomInputs(cascade, 7);
  const auto out = evaluate(cascade, in);
  REQUIRE(out.has_value());
  return largestDifference(out->at("AV"), attentionByDefinition(cascade, in, causal));
}

} // namespace

TEST_CASE("every attention family computes softmax attention, also with a short last tile",
          "[einsum]") {
  const auto name = GENERATE(from_range(kFamilies));
  const auto tile = GENERATE(1, 5, 8, 23, 64);
  const core::Settings sizes{{"B", 2}, {"H", 3}, {"L", 23}, {"E", 5}, {"F", 7}, {"M0", tile}};
  INFO(name << " M0=" << tile);
  CHECK(distanceFromDefinition(name, sizes, false) < kClose);
  CHECK(distanceFromDefinition(name + "-causal", sizes, true) < kClose);
}

TEST_CASE("one head, one key and one query are attention too", "[einsum]") {
  const auto name = GENERATE(from_range(kFamilies));
  INFO(name);
  CHECK(distanceFromDefinition(name, {{"B", 1}, {"H", 1}, {"L", 1}, {"E", 3}, {"F", 2}, {"M0", 4}},
                               false) < kClose);
}

TEST_CASE("queries and keys of different sequences may have different lengths", "[einsum]") {
  const core::Settings sizes{{"B", 1}, {"H", 2}, {"P", 9}, {"M", 21},
                             {"E", 4}, {"F", 6}, {"M0", 8}};
  CHECK(distanceFromDefinition("cross-attention-3pass", sizes, false) < kClose);
  CHECK(distanceFromDefinition("cross-attention-1pass", sizes, false) < kClose);
}

TEST_CASE("a longer cascade agrees with the dense one at 256 tokens", "[einsum]") {
  const core::Settings sizes{{"B", 1}, {"H", 2}, {"L", 256}, {"M0", 48}};
  CHECK(distanceFromDefinition("attention-1pass", sizes, false) < kClose);
  CHECK(distanceFromDefinition("attention-1pass-causal", sizes, true) < kClose);
}

TEST_CASE("an encoder layer is the same around 3-pass and 1-pass attention", "[einsum]") {
  core::Settings sizes{{"B", 2}, {"L", 13}, {"D", 6}, {"H", 2}, {"E", 3}, {"F", 4}, {"S", 5}};
  const Cascade three = attention("encoder-layer-3pass", sizes, "layers");
  sizes["M0"] = 4;
  const Cascade one = attention("encoder-layer-1pass", sizes, "layers");
  const Environment in = randomInputs(three, 3);
  CHECK(largestDifference(evaluate(one, in)->at("FFN2"), evaluate(three, in)->at("FFN2")) < kClose);
}

TEST_CASE("points outside a mask are absent and reductions pass them over", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 3, p: 2}
tensors: {X: [m, p]}
results: [Y, G]
einsums:
  - {einsum: "Y[m,p] = X[m,p] + 1", where: "m <= p"}
  - G[p] = Y[m,p] :: max(m)
  - {einsum: "N[p] = X[m,p] :: add(m)", where: "m > 5"}
)yaml");
  const auto out = evaluate(cascade, {{"X", {{3, 2}, {1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1}}}});
  REQUIRE(out.has_value());
  CHECK(out->at("Y").present == std::vector<unsigned char>{1, 1, 0, 1, 0, 0});
  CHECK(out->at("G").data == std::vector<double>{2, 5});
  CHECK(out->at("N").present == std::vector<unsigned char>{0, 0});
}

TEST_CASE("a row that is masked from the first tile on stays absent, without nan", "[einsum]") {
  const core::Settings sizes{{"B", 1}, {"H", 1}, {"L", 8}, {"E", 2}, {"F", 2}, {"M0", 2}};
  const std::string file =
      std::string(EINSIGHT_SOURCE_DIR) + "/workloads/attention/attention-1pass.yaml";
  const Cascade cascade = cascadeOf("version: 1\nextends: " + file +
                                        "\nmasks: {BQK: 'p - 3 <= m1*M0+m0 and m1*M0+m0 < p'}\n",
                                    sizes);
  const auto out = evaluate(cascade, randomInputs(cascade, 1));
  REQUIRE(out.has_value());
  const Values& result = out->at("AV");
  CHECK(result.present[0] == 0);
  for (std::size_t i = 0; i < result.data.size(); ++i) {
    CHECK(std::isfinite(result.data[i]));
    CHECK(result.present[i] == (i % 8 == 0 ? 0 : 1));
  }
}

TEST_CASE("unions take absent operands as their identity, intersections do not", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {p: 3}
tensors: {X: [p]}
results: [S, T, D]
einsums:
  - S[p] = X[p] + X[p-1]
  - T[p] = X[p] * X[p+1]
  - D[p] = X[p] - X[p-1]
)yaml");
  const auto out = evaluate(cascade, {{"X", {{3}, {1, 10, 100}, {1, 1, 1}}}});
  REQUIRE(out.has_value());
  CHECK(out->at("S").data == std::vector<double>{1, 11, 110});
  CHECK(out->at("T").data == std::vector<double>{10, 1000, 0});
  CHECK(out->at("T").present == std::vector<unsigned char>{1, 1, 0});
  CHECK(out->at("D").data == std::vector<double>{1, 9, 90});
}

TEST_CASE("scan, argmax, topk and gather evaluate by their definitions", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 4, j: 2}
tensors: {X: [m]}
results: [C, G, KX, P]
einsums:
  - "C[m] = X[m] :: scan_add(m)"
  - "P[m] = X[m] :: scan_max(m)"
  - "G[] = X[m] :: argmax(m)"
  - "S[j] = X[m] :: topk(m)"
  - KX[j] = X[S[j]]
)yaml");
  const auto out = evaluate(cascade, {{"X", {{4}, {2, 5, -1, 5}, {1, 1, 1, 1}}}});
  REQUIRE(out.has_value());
  CHECK(out->at("C").data == std::vector<double>{2, 7, 6, 11});
  CHECK(out->at("P").data == std::vector<double>{2, 5, 5, 5});
  CHECK(out->at("G").data == std::vector<double>{1});
  CHECK(out->at("S").data == std::vector<double>{1, 3});
  CHECK(out->at("KX").data == std::vector<double>{5, 5});
}

TEST_CASE("a topk longer than what is present leaves the rest absent", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 4, j: 3, p: 2}
tensors: {X: [p, m]}
einsums:
  - {einsum: "S[p,j] = X[p,m] :: topk(m)", where: "m <= p"}
)yaml");
  const auto out = evaluate(
      cascade, {{"X", {{2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, std::vector<unsigned char>(8, 1)}}});
  REQUIRE(out.has_value());
  CHECK(out->at("S").present == std::vector<unsigned char>{1, 0, 0, 1, 1, 0});
  CHECK(out->at("S").data == std::vector<double>{0, 0, 0, 1, 0, 0});
}

TEST_CASE("several reductions run one after the other", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 2, e: 2}
tensors: {X: [m, e]}
einsums:
  - "Z[] = X[m,e] :: max(m) :: add(e)"
)yaml");
  const auto out = evaluate(cascade, {{"X", {{2, 2}, {1, 8, 4, 2}, {1, 1, 1, 1}}}});
  REQUIRE(out.has_value());
  CHECK(out->at("Z").data == std::vector<double>{12});
}

TEST_CASE("a recurrence starts from its initial value", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {t: 3}
tensors: {X: [t], S: {initial: 2}}
einsums:
  - S[t+1] = S[t] * X[t]
)yaml");
  const auto out = evaluate(cascade, {{"X", {{3}, {3, 5, 7}, {1, 1, 1}}}});
  REQUIRE(out.has_value());
  CHECK(out->at("S").data == std::vector<double>{2, 6, 30, 210});
}

TEST_CASE("a recurrence may also read a shifted index of its own output", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {t: 4}
tensors: {X: [t]}
einsums:
  - S[t] = X[t] + S[t-1]
)yaml");
  CHECK(cascade.einsum("S")->iterative == "t");
  const auto out = evaluate(cascade, {{"X", {{4}, {1, 2, 3, 4}, {1, 1, 1, 1}}}});
  REQUIRE(out.has_value());
  CHECK(out->at("S").data == std::vector<double>{1, 3, 6, 10});
}

TEST_CASE("a missing input and one of another shape are both reported", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 2}
tensors: {X: [m], Y: [m]}
einsums:
  - Z[m] = X[m] + Y[m]
)yaml");
  const auto out = evaluate(cascade, {{"X", {{3}, {1, 2, 3}, {1, 1, 1}}}});
  REQUIRE_FALSE(out.has_value());
  CHECK(core::render(out.error()) ==
        "t.yaml:5:11: error: tensors.X: input 'X' has shape [3], not [2]\n"
        "t.yaml:5:19: error: tensors.Y: input 'Y' is missing\n");
}

TEST_CASE("a tensor that does not fit memory is refused", "[einsum]") {
  const Cascade cascade = attention("attention-3pass", {{"L", 1 << 20}});
  const auto out = evaluate(cascade, {});
  REQUIRE_FALSE(out.has_value());
  CHECK_THAT(core::render(out.error()),
             Catch::Contains("tensor 'QK' has 844424930131968 elements, too many to evaluate\n"
                             "  help: at most 2^28 elements: set smaller sizes"));
}

TEST_CASE("the difference of two tensors is relative above one and infinite where they differ in "
          "presence, shape or nan",
          "[einsum]") {
  const Values a{{2}, {0.5, 11}, {1, 1}};
  const Values b{{2}, {0.25, 10}, {1, 1}};
  CHECK(largestDifference(a, b) == Approx(0.25));
  CHECK(largestDifference(a, a) == 0);
  CHECK(largestDifference(a, {{2}, {0.5, 11}, {1, 0}}) == kInfinity);
  CHECK(largestDifference(a, {{1, 2}, {0.5, 11}, {1, 1}}) == kInfinity);
  CHECK(largestDifference(a, {{2}, {0.5, std::nan("")}, {1, 1}}) == kInfinity);
}

TEST_CASE("random inputs depend on the seed and only on it", "[einsum]") {
  const Cascade cascade = attention("attention-3pass", {{"B", 1}, {"H", 1}, {"L", 4}});
  CHECK(randomInputs(cascade, 1).at("Q").data == randomInputs(cascade, 1).at("Q").data);
  CHECK(randomInputs(cascade, 1).at("Q").data != randomInputs(cascade, 2).at("Q").data);
}

TEST_CASE("random positions point into the rank they index", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {j: 50}
tensors: {K: [3], S: [j]}
einsums:
  - G[j] = K[S[j]]
)yaml");
  const auto in = randomInputs(cascade, 1);
  for (const double position : in.at("S").data) {
    CHECK((position == 0 || position == 1 || position == 2));
  }
  CHECK(evaluate(cascade, in)->at("G").present == std::vector<unsigned char>(50, 1));
}
