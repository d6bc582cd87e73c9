#include "dense.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;

/// Head h of latent attention with keys and values written out: those of the head, made from the
/// latents, above the key that all heads share.
MatrixXd expanded(const Twin& t, std::int64_t b, std::int64_t h, const Sees& sees) {
  const auto latents = t.matrix("CL", {b, kAll, kAll});
  const MatrixXd k =
      stacked(t.matrix("WUK", {h, kAll, kAll}) * latents, t.matrix("KR", {b, kAll, kAll}));
  const MatrixXd q =
      stacked(t.matrix("QN", {b, h, kAll, kAll}), t.matrix("QR", {b, h, kAll, kAll}));
  return attend(q, k, t.matrix("WUV", {h, kAll, kAll}) * latents,
                inverseRoot(t.size("E") + t.size("T")), sees);
}

double fromExpanded(const Twin& t, const Sees& sees) {
  double worst = 0;
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    for (std::int64_t h = 0; h < t.size("H"); ++h) {
      worst =
          std::max(worst, difference(t.matrix("AV", {b, h, kAll, kAll}), expanded(t, b, h, sees)));
    }
  }
  return worst;
}

/// Head h of attention over slices of the latents: each slice as if it were the whole, summed.
MatrixXd sliced(const Twin& t, std::int64_t b, std::int64_t h, const Sees& sees) {
  MatrixXd out = MatrixXd::Zero(t.size("F"), t.size("P"));
  const MatrixXd q =
      stacked(t.matrix("QN", {b, h, kAll, kAll}), t.matrix("QR", {b, h, kAll, kAll}));
  for (std::int64_t z = 0; z < t.size("Z"); ++z) {
    const auto latents = t.matrix("CL", {b, z, kAll, kAll});
    const MatrixXd k =
        stacked(t.matrix("WUK", {h, kAll, z, kAll}) * latents, t.matrix("KR", {b, kAll, kAll}));
    out += attend(q, k, t.matrix("WUV", {h, kAll, z, kAll}) * latents,
                  inverseRoot(t.size("E") + t.size("T")), sees);
  }
  return out;
}

const core::Settings kOdd{{"B", 2},  {"H", 3}, {"C", 6}, {"T", 2},
                          {"L", 13}, {"E", 5}, {"F", 4}, {"M0", 4}};
const core::Settings kFull{{"B", 1},  {"H", 7}, {"C", 4}, {"T", 4},
                           {"L", 16}, {"E", 4}, {"F", 4}, {"M0", 8}};
const core::Settings kOne{{"H", 1}, {"C", 2}, {"T", 1}, {"L", 1}, {"E", 3}, {"F", 2}, {"M0", 4}};

} // namespace

TEST_CASE("latent attention equals attention with all keys and values written out", "[library]") {
  for (const auto& sizes : {kOdd, kFull, kOne}) {
    CHECK(fromExpanded(Twin("mla", sizes, 5), seesEarlier) < kClose);
    CHECK(fromExpanded(Twin("mla-absorbed", sizes, 6), seesEarlier) < kClose);
    CHECK(fromExpanded(Twin("mla-decode", sizes, 7), seesAll) < kClose);
    CHECK(fromExpanded(Twin("transmla", sizes, 8), seesEarlier) < kClose);
    CHECK(fromExpanded(Twin("transmla-decode", sizes, 9), seesAll) < kClose);
  }
}

TEST_CASE("the expanded and the absorbed form of latent attention give the same values",
          "[library]") {
  const Twin expandedForm("mla", kOdd);
  const Twin absorbedForm("mla-absorbed", kOdd, 2, inputsOf(expandedForm));
  for (std::int64_t h = 0; h < 3; ++h) {
    CHECK(difference(absorbedForm.matrix("AV", {1, h, kAll, kAll}),
                     expandedForm.matrix("AV", {1, h, kAll, kAll})) < kClose);
  }
}

TEST_CASE("slices of the latents have a softmax each, and their outputs are summed", "[library]") {
  const std::int64_t slices = GENERATE(1, 2, 3);
  const bool decode = GENERATE(false, true);
  auto sizes = kOdd;
  sizes.emplace("Z", slices);
  const Twin t(decode ? "tpla-decode" : "tpla", sizes);
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    CHECK(difference(t.matrix("AV", {1, h, kAll, kAll}),
                     sliced(t, 1, h, decode ? seesAll : seesEarlier)) < kClose);
  }
}

TEST_CASE("latents of 8 bits are widened by the scale of their columns, then keys and values",
          "[library]") {
  const Twin t(EINSIGHT_SOURCE_DIR "/validation/headlines/latent-tokens-fp8.yaml",
               {{"B", 2}, {"H", 3}, {"C", 8}, {"Z", 4}, {"T", 3}, {"M", 7}, {"M0", 4}});
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    MatrixXd latents(8, 7), queries(8, 3), rotated(3, 3);
    for (Index c = 0; c < 8; ++c) {
      const VectorXd scales = t.vector("SC", {b, c / 2, kAll});
      latents.row(c) = t.vector("CL", {b, c / 2, c % 2, kAll}).cwiseProduct(scales).transpose();
      queries.row(c) = t.vector("QC", {b, kAll, c / 2, c % 2, 0}).transpose();
    }
    for (Index c = 0; c < 3; ++c) {
      rotated.row(c) = t.vector("QR", {b, kAll, c, 0}).transpose();
    }
    const MatrixXd want =
        attend(stacked(queries, rotated), stacked(latents, t.matrix("KR", {b, kAll, kAll})),
               latents, inverseRoot(11));
    for (Index c = 0; c < 8; ++c) {
      CHECK(difference(t.vector("AV", {b, kAll, c / 2, c % 2, 0}), want.row(c).transpose()) <
            kClose);
    }
  }
}
