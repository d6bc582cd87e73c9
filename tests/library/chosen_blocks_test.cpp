#include "tiles.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <set>

using namespace einsight::library;
using einsight::core::Settings;

namespace {

constexpr double kTolerance = 1e-9;

using Blocks = std::set<Index>;

/// A head's queries, keys and values.
struct Head {
  MatrixXd q, k, v;
};

Head headOf(const Twin& t, std::int64_t g, std::int64_t r) {
  return {t.matrix("Q", {0, g, r, kAll, kAll}), t.matrix("K", {0, g, kAll, kAll}),
          t.matrix("V", {0, g, kAll, kAll})};
}

/// Every head of AV[b,g,r,f,c,p], given the blocks of `keys` keys that a block of `queries`
/// queries sees.
using Choice = std::function<std::vector<Blocks>(const Head&, std::int64_t g, std::int64_t r)>;
void check(const Twin& t, Index queries, Index keys, const Choice& choose) {
  for (std::int64_t g = 0; g < t.size("G"); ++g) {
    for (std::int64_t r = 0; r < t.size("R"); ++r) {
      const Head head = headOf(t, g, r);
      const auto chosen = choose(head, g, r);
      const MatrixXd want =
          attend(head.q, head.k, head.v, inverseRoot(t.size("E")), [&](Index i, Index j) {
            return j <= i && chosen[static_cast<std::size_t>(i / queries)].count(j / keys) > 0;
          });
      CHECK(difference(unblocked(t, "AV", {0, g, r}, head.q.cols()), want) < kTolerance);
    }
  }
}

/// Sums of `size` columns each, the last one possibly of fewer.
MatrixXd pooled(const MatrixXd& a, Index size) {
  MatrixXd out = MatrixXd::Zero(a.rows(), (a.cols() + size - 1) / size);
  for (Index i = 0; i < a.cols(); ++i) {
    out.col(i / size) += a.col(i);
  }
  return out;
}

/// Indices by falling value.
std::vector<Index> ranked(std::vector<Index> indices, const std::function<double(Index)>& value) {
  std::stable_sort(indices.begin(), indices.end(),
                   [&](Index a, Index b) { return value(a) > value(b); });
  return indices;
}

std::vector<Index> range(Index begin, Index end) {
  std::vector<Index> out(static_cast<std::size_t>(std::max<Index>(end - begin, 0)));
  std::iota(out.begin(), out.end(), begin);
  return out;
}

Index ceilDiv(Index a, Index b) {
  return (a + b - 1) / b;
}

/// FlexPrefill's query-aware choice of one head.
std::vector<Blocks> byPooledMass(const Head& head, Index size, Index density, Index least) {
  const MatrixXd means = pooled(head.q, size).transpose() * pooled(head.k, size);
  const MatrixXd shares = softmaxRows(
      means / static_cast<double>(size * size) * inverseRoot(head.q.rows()), seesEarlier);
  std::vector<Blocks> out;
  for (Index c = 0; c < means.rows(); ++c) {
    auto order = ranked(range(0, c + 1), [&](Index n) {
      return n == c ? 3.0 : n == 0 ? 2.0 : shares(c, n);
    });
    order.resize(static_cast<std::size_t>(ceilDiv(density * (c + 1), 100)));
    double mass = 0;
    Blocks row;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (mass < 0.95 || static_cast<Index>(i) < least) {
        row.insert(order[i]);
      }
      mass += shares(c, order[i]);
    }
    out.push_back(row);
  }
  return out;
}

/// FlexPrefill's vertical-slash choice of one head.
std::vector<Blocks> byColumnsAndDiagonals(const Head& head, Index size, Index columns,
                                          Index diagonals) {
  const Index length = head.q.cols();
  const Index blocks = ceilDiv(length, size);
  const MatrixXd weights =
      softmaxRows(inverseRoot(head.q.rows()) * head.q.transpose() * head.k, seesEarlier);
  VectorXd column = VectorXd::Zero(blocks);
  VectorXd diagonal = VectorXd::Zero(blocks);
  for (Index i = std::max<Index>(length - size, 0); i < length; ++i) {
    for (Index j = 0; j <= i; ++j) {
      column(j / size) += weights(i, j);
      diagonal((i - j) / size) += weights(i, j);
    }
  }
  auto best = ranked(range(0, blocks), [&](Index n) { return column(n); });
  best.resize(static_cast<std::size_t>(columns));
  auto distances = ranked(range(0, blocks), [&](Index d) { return diagonal(d); });
  distances.resize(static_cast<std::size_t>(diagonals));
  std::vector<Blocks> out;
  for (Index c = 0; c < blocks; ++c) {
    Blocks row{c};
    row.insert(best.begin(), best.end());
    for (const Index d : distances) {
      row.insert({c - d, c - d - 1});
    }
    out.push_back(row);
  }
  return out;
}

/// Columns in 4 bits: whole numbers up to 7, and what one of them is worth.
MatrixXd inFourBits(const MatrixXd& a) {
  MatrixXd out(a.rows(), a.cols());
  for (Index i = 0; i < a.cols(); ++i) {
    const double largest = a.col(i).cwiseAbs().maxCoeff();
    for (Index e = 0; e < a.rows(); ++e) {
      out(e, i) = std::round(a(e, i) * 7 / largest) * largest / 7;
    }
  }
  return out;
}

struct SaleSizes {
  Index queries, keys, sinks, local, density;
};

std::vector<Blocks> byFourBitScores(const Head& head, double threshold, const SaleSizes& n) {
  const Index length = head.q.cols();
  const MatrixXd scores = inFourBits(head.q).transpose() * inFourBits(head.k);
  const Index blocks = ceilDiv(length, n.keys);
  std::vector<Blocks> out;
  for (Index c = 0; c < ceilDiv(length, n.queries); ++c) {
    VectorXd best = VectorXd::Constant(blocks, -1e300);
    for (Index i = c * n.queries; i < std::min((c + 1) * n.queries, length); ++i) {
      for (Index j = 0; j <= i; ++j) {
        best(j / n.keys) = std::max(best(j / n.keys), scores(i, j));
      }
    }
    const Index end = (c + 1) * n.queries / n.keys; // the first block after the row's
    const Index old = end - n.local;
    Blocks row;
    double reference = -1e300;
    for (Index b = 0; b < std::min(end, blocks); ++b) {
      if (b < n.sinks || b >= old) {
        row.insert(b);
        reference = std::max(reference, best(b));
      }
    }
    const auto most = std::min(std::max<Index>(1, ceilDiv(blocks * n.density, 100)),
                               ceilDiv(n.density * std::max<Index>(old - n.sinks, 0), 100));
    Index kept = 0;
    for (Index b = std::min(old, blocks) - 1; b >= n.sinks; --b) {
      const bool reaches = (best(b) - reference) * inverseRoot(head.q.rows()) >= threshold;
      if (reaches && ++kept <= most) {
        row.insert(b);
      }
    }
    out.push_back(row);
  }
  return out;
}

} // namespace

TEST_CASE("query-aware FlexPrefill takes the fewest blocks with enough pooled attention",
          "[library]") {
  for (const auto& [length, density, least, heads] : std::vector<std::tuple<int, int, int, int>>{
           {40, 60, 1, 2}, {37, 100, 1, 7}, {37, 30, 3, 1}, {3, 50, 1, 1}}) {
    const Twin t("flexprefill", {{"L", length},
                                 {"H", heads},
                                 {"R", heads},
                                 {"BLOCK", 4},
                                 {"D", 3},
                                 {"DENSITY", density},
                                 {"MB", least}});
    check(t, 4, 4, [&, share = density, floor = least](const Head& head, auto, auto) {
      return byPooledMass(head, 4, share, floor);
    });
  }
}

TEST_CASE("vertical-slash FlexPrefill takes the columns and diagonals of the last queries",
          "[library]") {
  for (const auto& [length, vertical, slash, heads] : std::vector<std::tuple<int, int, int, int>>{
           {40, 10, 20, 2}, {37, 30, 10, 7}, {4, 100, 100, 1}, {3, 50, 50, 1}}) {
    const Twin t("flexprefill-vertical-slash", {{"L", length},
                                                {"H", heads},
                                                {"R", heads},
                                                {"BLOCK", 4},
                                                {"D", 3},
                                                {"VERTICAL", vertical},
                                                {"SLASH", slash}});
    check(t, 4, 4, [&](const Head& head, auto, auto) {
      return byColumnsAndDiagonals(head, 4, indexOf(t.size("JV")), indexOf(t.size("JD")));
    });
  }
}

TEST_CASE("SALE skips blocks whose 4-bit scores stay below those of sinks and window",
          "[library]") {
  for (const auto& [length, sinks, local, density, heads] :
       std::vector<std::tuple<int, int, int, int, int>>{
           {64, 1, 2, 50, 2}, {61, 2, 4, 100, 7}, {61, 1, 2, 10, 1}, {3, 1, 2, 50, 1}}) {
    const Twin t("sale",
                 {{"L", length},
                  {"H", heads},
                  {"R", heads},
                  {"BS", 2},
                  {"D", 5},
                  {"SK", sinks},
                  {"LK", local},
                  {"DENSITY", density}},
                 7, [](auto& inputs, const auto&) {
                   for (double& threshold : inputs.at("TA").data) {
                     threshold = threshold / 4 - 0.3; // some blocks above it, some below
                   }
                 });
    check(t, 4, 2,
          [&, n = SaleSizes{4, 2, sinks, local, density}](const Head& head, std::int64_t g,
                                                          std::int64_t r) {
            return byFourBitScores(head, t.at("TA", {g, r}), n);
          });
  }
}

TEST_CASE("SparseD finds blocks of prompt and answer apart and sees what was found", "[library]") {
  for (const auto& [length, density] : std::vector<std::pair<int, int>>{{32, 50}, {30, 30}}) {
    const Twin t("sparsed-mask",
                 {{"L", length}, {"BLOCK", 3}, {"DENSITY", density}, {"H", 2}, {"D", 3}});
    const MatrixXd q = t.matrix("Q", {0, 1, kAll, kAll});
    const MatrixXd k = t.matrix("K", {0, 1, kAll, kAll});
    const MatrixXd weights = softmaxRows(inverseRoot(3) * q.transpose() * k);
    CHECK(difference(t.matrix("AV", {0, 1, kAll, kAll}),
                     t.matrix("V", {0, 1, kAll, kAll}) * weights.transpose()) < kTolerance);
    const MatrixXd blocks = pooled(pooled(weights, 3).transpose(), 3).transpose();
    const Index prompt = indexOf(t.size("N0"));
    for (Index c = 0; c < blocks.rows(); ++c) {
      const auto value = [&](Index n) { return blocks(c, n); };
      auto want = ranked(range(0, prompt), value);
      want.resize(static_cast<std::size_t>(t.size("JP")));
      auto rest = ranked(range(prompt, blocks.cols()), value);
      rest.resize(static_cast<std::size_t>(t.size("JG")));
      want.insert(want.end(), rest.begin(), rest.end());
      for (std::size_t i = 0; i < want.size(); ++i) {
        CHECK(t.at("LI", {0, 1, c, static_cast<std::int64_t>(i)}) == static_cast<double>(want[i]));
      }
    }
    const Twin step("sparsed",
                    {{"L", length}, {"BLOCK", 3}, {"DENSITY", density}, {"H", 2}, {"D", 3}});
    const MatrixXd want =
        attend(step.matrix("Q", {0, 1, kAll, kAll}), step.matrix("K", {0, 1, kAll, kAll}),
               step.matrix("V", {0, 1, kAll, kAll}), inverseRoot(3), [&](Index i, Index j) {
                 const VectorXd list = step.vector("LI", {0, 1, i / 3, kAll});
                 return (list.array() == static_cast<double>(j / 3)).any();
               });
    CHECK(difference(unblocked(step, "AV", {0, 1}, length), want) < kTolerance);
  }
}
