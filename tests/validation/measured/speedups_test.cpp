#include "validation/measured/speedups.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;
using einsight::core::Rational;

TEST_CASE("variants of one shape are compared, others are not", "[validation]") {
  MeasuredRow full;
  full.id = "full";
  full.system = "k";
  full.shape = {{"heads_q", Rational(1)}, {"seq_q", Rational(64)}};
  auto causal = full;
  causal.id = "causal";
  causal.mask = "causal";
  auto longer = causal;
  longer.id = "longer";
  longer.shape["seq_q"] = Rational(128);
  auto window = full;
  window.id = "window";
  window.mask = "window";
  window.shape["window"] = Rational(3);
  auto other = full;
  other.id = "other";
  other.system = "j";
  const std::vector<TimedCase> cases{
      {&full, 6, 8}, {&causal, 3, 5}, {&longer, 9, 9}, {&window, 1, 2}, {&other, 5, 5}};
  const auto pairs = speedupsOf({{"causal", {"", "causal", ""}, {"", "none", ""}},
                                 {"window", {"", "window", ""}, {"", "none", ""}},
                                 {"kernel", {"k", "none", ""}, {"j", "none", ""}}},
                                "GPU", cases);
  REQUIRE(pairs.size() == 3);
  CHECK(pairs[0].id == "GPU/causal/causal over full");
  CHECK(pairs[0].reference == 2.0);
  CHECK(pairs[0].simulated == 1.6);
  CHECK(pairs[1].id == "GPU/window/window over full");
  CHECK(pairs[2].id == "GPU/kernel/full over other");
  CHECK(pairs[2].reference == Approx(5.0 / 6));
}
