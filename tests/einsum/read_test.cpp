#include "cascades.hpp"
#include "einsum/read.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

const std::string kText = R"yaml(version: 1
workload: t
parameters: {L: 1K, M0: 256, M: L, M1: ceil(M/M0)}
ranks: {m1: M1, m0: M0}
tensors: {K: [M]}
einsums:
  - BK[m1,m0] = K[m1*M0+m0]
)yaml";

} // namespace

TEST_CASE("parameters are read, derived and set", "[einsum]") {
  const Cascade cascade = cascadeOf(kText);
  CHECK(cascade.parameter("L") == 1024);
  CHECK(cascade.parameter("M1") == 4);
  CHECK(cascade.size("m1") == 4);
  CHECK(cascade.size("q") == 0);
  CHECK(cascade.parameter("Q") == std::nullopt);
  const Cascade longer = cascadeOf(kText, {{"L", 1000}, {"M0", 300}});
  CHECK(longer.parameter("M") == 1000);
  CHECK(longer.size("m1") == 4);
  CHECK(longer.tensor("K")->shape == std::vector<std::int64_t>{1000});
}

TEST_CASE("setting a derived parameter names the ones to set instead", "[einsum]") {
  CHECK(problemsOf(kText, {{"M", 5}}) ==
        "t.yaml:3:33: error: parameters.M: 'M' is derived (M = L) and cannot be set\n"
        "  help: set L instead\n");
  CHECK(problemsOf(kText, {{"M1", 5}}) ==
        "t.yaml:3:40: error: parameters.M1: 'M1' is derived (M1 = ceil(M/M0)) and cannot be set\n"
        "  help: set L or M0 instead\n");
}

TEST_CASE("setting an unknown parameter names the nearest, and only free ones", "[einsum]") {
  CHECK(problemsOf(kText, {{"LL", 5}}) ==
        "t.yaml:3:13: error: parameters: there is no parameter 'LL' to set\n"
        "  help: did you mean 'L'? (one of: L, M0)\n");
}

TEST_CASE("a parameter is a whole number of at least 1", "[einsum]") {
  CHECK(problemsOf(kText, {{"L", 0}, {"M0", core::Rational(1, 2)}}) ==
        "t.yaml:3:17: error: parameters.L: 'L' is 0, but a parameter is a whole number of at least "
        "1\n"
        "t.yaml:3:25: error: parameters.M0: 'M0' is 1/2, but a parameter is a whole number of at "
        "least 1\n");
}

TEST_CASE("defaults of a model replace free parameters and nothing else", "[einsum]") {
  const auto document = config::parse(kText, "t.yaml");
  REQUIRE(document.has_value());
  const auto cascade =
      readCascade(*document, "t.yaml", {{"L", 512}, {"M", 3}, {"D", 7}, {"M0", 64}}, {{"M0", 128}});
  REQUIRE(cascade.has_value());
  CHECK(cascade->parameter("L") == 512);
  CHECK(cascade->parameter("M") == 512);
  CHECK(cascade->parameter("M0") == 128);
  CHECK(cascade->parameter("D") == std::nullopt);
}

TEST_CASE("an Einsum may be written plainly, quoted, or with its mask", "[einsum]") {
  const std::string head = "version: 1\nworkload: t\nranks: {m: 4, p: 4}\ntensors: {X: [m, p]}\n";
  const auto text = [&](const std::string& einsum) {
    return cascadeOf(head + "einsums:\n  - " + einsum + "\n").einsums()[0].text;
  };
  const std::string expected = "Z[p] = X[m,p] :: max(m)";
  CHECK(text("Z[p] = X[m,p] :: max(m)") == expected);
  CHECK(text("\"Z[p] = X[m,p] :: max(m)\"") == expected);
  CHECK(text("{einsum: \"Z[p] = X[m,p] :: max(m)\", where: m <= p}") == expected);
  CHECK(text("\n    einsum: Z[p] = X[m,p] ::max(m)\n    where: m <= p") ==
        "Z[p] = X[m,p] ::max(m)");
}

TEST_CASE("masks may stand beside the Einsums, by name, and add to what stands there", "[einsum]") {
  const Cascade cascade = cascadeOf(
      "version: 1\nworkload: t\nranks: {m: 4, p: 4}\ntensors: {X: [m, p]}\nmasks: {Z: m <= p}\n"
      "einsums:\n  - {einsum: \"Z[p] = X[m,p] :: max(m)\", where: \"m > 0\"}\n");
  CHECK(cascade.einsum("Z")->domain ==
        std::vector<Constraint>{{{{"m", 1}}, -1}, {{{"m", -1}, {"p", 1}}, 0}});
  CHECK(cascade.einsum("Z")->masks == 2);
}

TEST_CASE("the place of a mistake after the double colon is where it stands", "[einsum]") {
  const std::string head =
      "version: 1\nworkload: t\nranks: {m: 4}\ntensors: {X: [m]}\neinsums:\n  - ";
  CHECK(
      problemsOf(head + "Z[] = X[m] ::   mx(m)\n").starts_with("t.yaml:6:21: error: einsums[0]:"));
  CHECK(
      problemsOf(head + "'Z[] = X[m] :: mx(m)'\n").starts_with("t.yaml:6:20: error: einsums[0]:"));
}

TEST_CASE("unknown keys and mistakes in the cascade are reported together", "[einsum]") {
  CHECK(problemsOf("version: 1\nworkload: t\nranks: {m: 4}\ntensors: {X: [m]}\nresult: [Z]\n"
                   "einsums:\n  - Z[m] = X[m] * W[m]\n") ==
        "t.yaml:5:1: error: result: unknown key\n"
        "  help: did you mean 'results'? (one of: workload, summary, source, mechanism, "
        "selections, lengths, parameters, ranks, tensors, einsums, masks, results)\n"
        "t.yaml:7:19: error: einsums[0]: tensor 'W' is neither computed nor declared with ranks\n"
        "  help: declare an input under tensors, as in W: [b, h, e, M]\n");
}
