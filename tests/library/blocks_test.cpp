#include "tiles.hpp"

#include <catch2/catch.hpp>

#include <bit>

using namespace einsight::library;
using einsight::core::Settings;

namespace {

constexpr double kTolerance = 1e-9;

/// Heads Q[b,g,r,e,P], K[b,g,e,M] against AV[b,..,r,f,c,p], whose leading indices `lead` gives.
void check(const Twin& t, const std::function<Sees(std::int64_t g)>& sees,
           const std::function<std::vector<std::int64_t>(std::int64_t g)>& lead) {
  const double scale = inverseRoot(t.size("E"));
  for (std::int64_t g = 0; g < t.size("G"); ++g) {
    for (std::int64_t r = 0; r < t.size("R"); ++r) {
      const MatrixXd q = t.matrix("Q", {0, g, r, kAll, kAll});
      const MatrixXd want = attend(q, t.matrix("K", {0, g, kAll, kAll}),
                                   t.matrix("V", {0, g, kAll, kAll}), scale, sees(g));
      CHECK(difference(unblocked(t, "AV", joined(lead(g), {r}), q.cols()), want) < kTolerance);
    }
  }
}

bool isPowerOfTwo(Index n) {
  return n > 0 && std::has_single_bit(static_cast<std::uint64_t>(n));
}

/// The matrix with its columns rolled so that the first `by` come last.
MatrixXd rolled(const MatrixXd& a, Index by) {
  MatrixXd out(a.rows(), a.cols());
  for (Index i = 0; i < a.cols(); ++i) {
    out.col(i) = a.col((i + by) % a.cols());
  }
  return out;
}

} // namespace

TEST_CASE("S2-Attention sees a window of blocks and every ST-th block, each head others",
          "[library]") {
  for (const auto& [length, stride, local, heads] : std::vector<std::tuple<int, int, int, int>>{
           {48, 2, 2, 1}, {45, 3, 2, 7}, {45, 3, 1, 1}, {13, 2, 40, 2}, {3, 2, 1, 1}}) {
    const Settings sizes{{"L", length}, {"ST", stride}, {"W", local},
                         {"R", heads},  {"BLOCK", 4},   {"D", 3}};
    const auto seesFrom = [=](Index first) {
      return [=](std::int64_t g) -> Sees {
        return [=](Index i, Index j) {
          const Index from = (i + first) / 4;
          const Index to = j / 4;
          return j <= i + first && (from - to < local || to % stride == g % stride);
        };
      };
    };
    const auto lead = [=](std::int64_t g) {
      return std::vector<std::int64_t>{0, g / stride, g % stride};
    };
    check(Twin("s2-attention", sizes), seesFrom(0), lead);
    Settings one = sizes;
    one["B"] = 1;
    check(Twin("s2-attention-decode", one), seesFrom(length - 1), lead);
  }
}

TEST_CASE("PowerAttention sees blocks nearby, at powers of two and the first", "[library]") {
  for (const auto& [length, window, heads] :
       std::vector<std::tuple<int, int, int>>{{80, 9, 1}, {75, 16, 7}, {141, 10, 1}, {3, 9, 1}}) {
    const Settings sizes{{"L", length}, {"WINDOW", window}, {"H", heads},
                         {"R", heads},  {"BLOCK", 2},       {"D", 3}};
    const auto seesFrom = [=](Index first) {
      return [=](std::int64_t) -> Sees {
        return [=](Index i, Index j) {
          const Index distance = (i + first) / 2 - j / 2;
          return j <= i + first && (distance < window || isPowerOfTwo(distance) || j / 2 == 0);
        };
      };
    };
    const auto lead = [](std::int64_t g) { return std::vector<std::int64_t>{0, g}; };
    check(Twin("power-attention", sizes), seesFrom(0), lead);
    Settings one = sizes;
    one["B"] = 1;
    check(Twin("power-attention-decode", one), seesFrom(length - 1), lead);
  }
}

TEST_CASE("shifted sparse attention is attention within groups of the rolled tokens", "[library]") {
  for (const int length : {16, 13, 3}) {
    const Twin t("longlora", {{"L", length}, {"HH", 2}, {"D", 3}, {"M0", 2}});
    const Index group = (length + 3) / 4;
    const Index half = (group + 1) / 2;
    const Sees sees = [=](Index i, Index j) { return j <= i && i / group == j / group; };
    for (std::int64_t h = 0; h < 4; ++h) {
      const Index by = h < 2 ? 0 : half % length;
      const MatrixXd want =
          rolled(attend(rolled(t.matrix("Q", {0, h, kAll, kAll}), by),
                        rolled(t.matrix("K", {0, h, kAll, kAll}), by),
                        rolled(t.matrix("V", {0, h, kAll, kAll}), by), inverseRoot(3), sees),
                 length - by);
      CHECK(difference(t.matrix("O", {0, h / 2, h % 2, kAll, kAll}), want) < kTolerance);
    }
  }
}

TEST_CASE("sink fixed attention shifts groups without rolling and adds the first keys",
          "[library]") {
  for (const auto& [length, sinks] :
       std::vector<std::pair<int, int>>{{16, 2}, {13, 3}, {13, 9}, {3, 1}}) {
    const Twin t("sinklora", {{"L", length}, {"HH", 2}, {"S", sinks}, {"D", 3}, {"M0", 2}});
    const Index group = (length + 3) / 4;
    for (std::int64_t h = 0; h < 4; ++h) {
      const Index shift = h < 2 ? 0 : (group + 1) / 2;
      const Sees sees = [=, s = sinks](Index i, Index j) {
        return j <= i && (j < s || (i + shift) / group == (j + shift) / group);
      };
      const MatrixXd want =
          attend(t.matrix("Q", {0, h, kAll, kAll}), t.matrix("K", {0, h, kAll, kAll}),
                 t.matrix("V", {0, h, kAll, kAll}), inverseRoot(3), sees);
      for (Index i = 0; i < length; ++i) {
        const Index at = i + shift;
        CHECK(difference(t.vector("AV", {0, h / 2, h % 2, kAll, at / group, at % group}),
                         want.col(i)) < kTolerance);
      }
    }
  }
}

TEST_CASE("radial attention keeps a block where some pair of it is kept", "[library]") {
  for (const auto& [frames, perFrame, block] : std::vector<std::tuple<int, int, int>>{
           {9, 8, 2}, {6, 7, 3}, {11, 3, 1}, {5, 4, 8}, {1, 5, 2}}) {
    const Twin t(
        "radial-attention",
        {{"L", frames * perFrame}, {"FRAME", perFrame}, {"BLOCK", block}, {"H", 1}, {"D", 3}});
    const Index inFrame = perFrame;
    const auto keeps = [=](Index i, Index k, Index j, Index l) {
      const Index apart = std::abs(i - j);
      Index reach = 1;
      while (2 * reach <= apart) {
        reach *= 2;
      }
      if (reach <= inFrame && (std::abs(k - l) + 1) * reach <= inFrame) {
        return true;
      }
      const Index every = (reach + inFrame - 1) / inFrame;
      return j == 0 || (reach > inFrame && apart % every == 0 && k == l);
    };
    const Sees sees = [=, size = block](Index query, Index key) {
      const Index i = query / inFrame;
      const Index j = key / inFrame;
      const Index k0 = query % inFrame / size * size;
      const Index l0 = key % inFrame / size * size;
      for (Index k = k0; k < std::min(k0 + size, inFrame); ++k) {
        for (Index l = l0; l < std::min(l0 + size, inFrame); ++l) {
          if (keeps(i, k, j, l)) {
            return true;
          }
        }
      }
      return false;
    };
    const MatrixXd want =
        attend(t.matrix("Q", {0, 0, kAll, kAll}), t.matrix("K", {0, 0, kAll, kAll}),
               t.matrix("V", {0, 0, kAll, kAll}), inverseRoot(3), sees);
    for (Index i = 0; i < want.cols(); ++i) {
      const Index at = i % inFrame;
      CHECK(difference(t.vector("AV", {0, 0, kAll, i / inFrame, at / block, at % block}),
                       want.col(i)) < kTolerance);
    }
  }
}

TEST_CASE("Combiner-Fixed gives every key its weight through the summary of its span",
          "[library]") {
  for (const auto& [length, span] :
       std::vector<std::pair<int, int>>{{16, 4}, {13, 4}, {13, 1}, {5, 9}}) {
    const Twin t("combiner", {{"L", length}, {"S", span}, {"H", 2}, {"D", 3}});
    const MatrixXd q = t.matrix("Q", {0, 1, kAll, kAll});
    const MatrixXd k = t.matrix("K", {0, 1, kAll, kAll});
    const MatrixXd v = t.matrix("V", {0, 1, kAll, kAll});
    const double scale = inverseRoot(3);
    MatrixXd weights = MatrixXd::Zero(length, length);
    for (Index i = 0; i < length; ++i) {
      const Index own = i / span * span;
      for (Index j = own; j <= i; ++j) {
        weights(i, j) = std::exp(scale * q.col(i).dot(k.col(j)));
      }
      for (Index begin = 0; begin < own; begin += span) {
        const MatrixXd keys = k.middleCols(begin, span);
        const VectorXd spanQuery = q.middleCols(begin, span).rowwise().maxCoeff();
        const VectorXd spanKey = keys.rowwise().maxCoeff();
        const VectorXd inside = softmaxRows(scale * spanQuery.transpose() * keys).transpose();
        weights.row(i).segment(begin, span) =
            std::exp(scale * q.col(i).dot(spanKey)) * inside.transpose();
      }
    }
    // a span counts once in the normaliser, since the weights inside it sum to 1
    const MatrixXd want =
        v * (weights.array().colwise() / weights.rowwise().sum().array()).matrix().transpose();
    CHECK(difference(unblocked(t, "AV", {0, 1}, length), want) < kTolerance);
  }
}

TEST_CASE("the block transformer sees its block and the context of the blocks before",
          "[library]") {
  for (const int length : {16, 13, 3}) {
    const Twin t("block-transformer", {{"L", length}, {"LB", 4}, {"H", 2}, {"D", 4}});
    const Index blocks = (length + 3) / 4;
    const auto elements = t.size("DE");
    const MatrixXd x = t.matrix("X", {0, kAll, kAll});
    // embeddings of the whole blocks; a short last one has no context to give and nobody after it
    MatrixXd embedding = MatrixXd::Zero(elements * 4, blocks);
    for (Index i = 0; i < length; ++i) {
      embedding.block(i % 4 * elements, i / 4, elements, 1) = x.col(i);
    }
    MatrixXd context[2];
    for (std::int64_t g = 0; g < 2; ++g) {
      context[g] = attend(t.matrix("WQB", {kAll, g, kAll}).transpose() * embedding,
                          t.matrix("WKB", {kAll, g, kAll}).transpose() * embedding,
                          t.matrix("WVB", {kAll, g, kAll}).transpose() * embedding, inverseRoot(4),
                          seesEarlier);
    }
    for (std::int64_t h = 0; h < 2; ++h) {
      MatrixXd contextKeys = MatrixXd::Zero(4, blocks);
      MatrixXd contextValues = MatrixXd::Zero(4, blocks);
      for (std::int64_t g = 0; g < 2; ++g) {
        contextKeys += t.matrix("WKC", {g, kAll, h, kAll}).transpose() * context[g];
        contextValues += t.matrix("WVC", {g, kAll, h, kAll}).transpose() * context[g];
      }
      const MatrixXd q = t.matrix("Q", {0, h, kAll, kAll});
      const MatrixXd k = t.matrix("K", {0, h, kAll, kAll});
      const MatrixXd v = t.matrix("V", {0, h, kAll, kAll});
      for (Index i = 0; i < length; ++i) {
        const Index begin = i / 4 * 4;
        const Index own = i - begin + 1;
        const Index before = i / 4 > 0 ? 1 : 0;
        MatrixXd keys(4, own + before);
        MatrixXd values(4, own + before);
        keys << contextKeys.middleCols(i / 4 - before, before), k.middleCols(begin, own);
        values << contextValues.middleCols(i / 4 - before, before), v.middleCols(begin, own);
        const MatrixXd want = attend(q.col(i), keys, values, inverseRoot(4));
        CHECK(difference(t.vector("AV", {0, h, kAll, i / 4, i % 4}), want) < kTolerance);
      }
    }
  }
}

TEST_CASE("a new block of the block transformer equals that block of the whole sequence",
          "[library]") {
  for (const std::int64_t blocks : {1, 4}) {
    const Twin whole("block-transformer", {{"LB", 4}, {"H", 2}, {"D", 4}, {"L", 4 * (blocks + 1)}});
    // some columns of a tensor, row by row of every head
    const auto columns = [&](const std::string& name, std::vector<std::int64_t> heads,
                             std::int64_t first, std::int64_t count) {
      std::vector<double> out;
      for (const auto head : heads) {
        const MatrixXd values = name == "X" ? whole.matrix("X", {0, kAll, kAll})
                                            : whole.matrix(name, {0, head, kAll, kAll});
        for (Index row = 0; row < values.rows(); ++row) {
          for (Index column = first; column < first + count; ++column) {
            out.push_back(values(row, column));
          }
        }
      }
      return out;
    };
    const auto take = [&](einsight::einsum::Environment& inputs,
                          const einsight::einsum::Cascade& cascade) {
      auto same = inputs;
      inputsOf(whole)(same, cascade);
      for (const std::string name : {"WQB", "WKB", "WVB", "WKC", "WVC"}) {
        inputs.at(name) = same.at(name);
      }
      inputs.at("X").data = columns("X", {0}, 4 * (blocks - 1), 4);
      for (const std::string name : {"Q", "K", "V"}) {
        inputs.at(name).data = columns(name, {0, 1}, 4 * blocks, 4);
      }
      const auto cached = std::max<std::int64_t>(1, blocks - 1);
      inputs.at("XK").data = columns("KB", {0, 1}, 0, cached);
      inputs.at("XV").data = columns("VB", {0, 1}, 0, cached);
    };
    const Twin block("block-transformer-decode", {{"LB", 4}, {"H", 2}, {"D", 4}, {"L", 4 * blocks}},
                     1, take);
    for (std::int64_t h = 0; h < 2; ++h) {
      CHECK(difference(block.matrix("AV", {0, h, kAll, kAll}),
                       whole.matrix("AV", {0, h, kAll, blocks, kAll})) < kTolerance);
    }
  }
}
