#include "tests/generators/cascade.hpp"
#include "tests/generators/draw.hpp"

#include <fmt/format.h>

namespace einsight::generators {
namespace {

const std::string kSigmoid = R"(workload: random
summary: weights are sigmoids
source: drawn
ranks: {b: B, h: H, e: E, f: F, p: P, m: M}
tensors: {Q: [b, h, e, p], K: [b, h, e, m], V: [b, h, f, m]}
results: [AV]
einsums:
  - QK[b,h,m,p] = Q[b,h,e,p] * K[b,h,e,m]
  - S[b,h,m,p] = sigmoid(QK[b,h,m,p] - 2)
  - AV[b,h,f,p] = S[b,h,m,p] * V[b,h,f,m]
)";

const std::string kGrouped = R"(workload: random
summary: groups of heads share keys and values
source: drawn
ranks: {b: B, h: H, g: G, e: E, f: F, p: P, m: M}
tensors: {Q: [b, h, g, e, p], K: [b, h, e, m], V: [b, h, f, m]}
results: [AV]
einsums:
  - QK[b,h,g,m,p] = Q[b,h,g,e,p] * K[b,h,e,m]
  - GM[b,h,g,p] = QK[b,h,g,m,p] :: max(m)
  - SN[b,h,g,m,p] = exp(QK[b,h,g,m,p] - GM[b,h,g,p])
  - SD[b,h,g,p] = SN[b,h,g,m,p] :: add(m)
  - SNV[b,h,g,f,p] = SN[b,h,g,m,p] * V[b,h,f,m]
  - AV[b,h,g,f,p] = SNV[b,h,g,f,p] / SD[b,h,g,p]
)";

/// Does the cascade cut its keys into m1, m0 itself?
bool tiled(const std::string& cascade) {
  return cascade.find("1pass") != std::string::npos || cascade.find("2pass") != std::string::npos;
}

/// Everything, a causal mask, or a window, of the scores.
std::string drawMask(CascadeText& cascade) {
  const auto shape = choice(0, 3);
  if (shape == 0 || cascade.name == "linear-attention") {
    return "";
  }
  cascade.masked = true;
  const std::string key = tiled(cascade.name) ? "m1*M0+m0" : "m";
  auto mask = fmt::format("{} < p + {}", key, shape == 3 ? between(1, 9) : 1);
  if (shape > 1) {
    mask += fmt::format(" and {} > p - {}", key, between(1, 20));
  }
  return fmt::format("masks: {{{}: {}}}\n", tiled(cascade.name) ? "BQK" : "QK", mask);
}

} // namespace

CascadeText drawAttention(const std::string& name) {
  CascadeText cascade{name, "version: 1\n"};
  if (name == "sigmoid") {
    cascade.text += kSigmoid;
  } else if (name == "grouped") {
    cascade.text += kGrouped;
  } else {
    cascade.text += fmt::format("workload: random\nextends: {}\n", name);
  }
  const bool own = name == "sigmoid" || name == "grouped";
  const auto keys = between(1, 32);
  cascade.text += fmt::format("parameters: {{{}B: {}, H: {}, E: {}, F: {}, M: {}, P: {}",
                              own ? "" : "L: null, ", between(1, 2), between(1, 2), between(1, 6),
                              between(1, 6), keys, between(1, 32));
  if (name == "grouped") {
    cascade.text += fmt::format(", G: {}", between(1, 3));
  }
  if (tiled(name)) {
    const auto tile = between(1, 8);
    cascade.text += fmt::format(", M0: {}", tile);
    cascade.ragged = keys % tile != 0;
  }
  cascade.text += "}\n" + drawMask(cascade);
  return cascade;
}

CascadeText drawAttention() {
  return drawAttention(anyOf<std::string>({"attention-3pass", "attention-1pass", "attention-2pass",
                                           "attention-2pass-deferred", "attention-3pass-deferred",
                                           "linear-attention", "sigmoid", "grouped"}));
}

} // namespace einsight::generators
