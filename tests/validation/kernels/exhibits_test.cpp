#include "validation/kernels/exhibits.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;

namespace {

KernelFamily familyOf(const KernelClass& rules, std::vector<double> published,
                      std::vector<double> simulated) {
  return {"S, G, none", "S, G", &rules, {}, std::move(published), std::move(simulated)};
}

} // namespace

TEST_CASE("a family's errors are those of its times", "[validation]") {
  const KernelClass rules;
  const auto errors = errorsOf(familyOf(rules, {1, 2, 4}, {1.1, 2, 3}));
  CHECK(errors.mean == Approx((0.1 + 0 + 0.25) / 3));
  CHECK(errors.most == Approx(0.25));
  CHECK(errors.tau == 1.0);
  CHECK(errorsOf(familyOf(rules, {1, 2, 4}, {3, 2, 1})).tau == -1.0);
  CHECK_FALSE(errorsOf(familyOf(rules, {1}, {1})).tau);
}

TEST_CASE("a family passes up to its gates and not beyond", "[validation]") {
  KernelClass rules;
  rules.familyMean = 0.1;
  rules.familyTau = 0.5;
  CHECK(passes(familyOf(rules, {1, 2}, {1.09, 2.1})));
  CHECK_FALSE(passes(familyOf(rules, {1, 2}, {1.12, 2.2})));
  CHECK_FALSE(passes(familyOf(rules, {1, 1.02}, {1.02, 1.01})));
  CHECK(passes(familyOf({}, {1, 2}, {2, 1})));
}

TEST_CASE("families are listed alone and by system", "[validation]") {
  KernelClass rules;
  rules.familyMean = 0.1;
  rules.fitted = true;
  const std::vector<KernelFamily> families{familyOf(rules, {1, 2}, {1, 2}),
                                           {"S, G, causal", "S, G", &rules, {}, {1, 2}, {1, 4}}};
  const auto alone = familyExhibit(families);
  REQUIRE(alone.rows.size() == 2);
  CHECK(alone.rows[0] == std::vector<std::string>{"S, G, none", "2", "0.0%", "0.0%", "1.00",
                                                  "mean 10.0%", "yes", "yes"});
  CHECK(alone.rows[1][6] == "no");
  CHECK(familyExhibit(families, true).rows[0].back() == "no"); // rows that a user brought
  const auto systems = systemExhibit(families);
  REQUIRE(systems.rows.size() == 1);
  CHECK(systems.rows[0] == std::vector<std::string>{"S, G", "4", "25.0%", "100.0%", "1.00"});
}
