#include "tiles.hpp"

#include <catch2/catch.hpp>

using namespace einsight::library;
using einsight::core::Settings;

namespace {

constexpr double kTolerance = 1e-9;

/// Which pairs of query and key a key head sees.
using SeesOfHead = std::function<Sees(std::int64_t g)>;

/// Every head of Q[b,g,r,e,p], K[b,g,e,m], V[b,g,f,m] and AV[b,g,r,f,p].
void check(const Twin& t, const SeesOfHead& sees) {
  const double scale = inverseRoot(t.size("E"));
  for (std::int64_t g = 0; g < t.size("G"); ++g) {
    for (std::int64_t r = 0; r < t.size("R"); ++r) {
      const MatrixXd want =
          attend(t.matrix("Q", {0, g, r, kAll, kAll}), t.matrix("K", {0, g, kAll, kAll}),
                 t.matrix("V", {0, g, kAll, kAll}), scale, sees(g));
      CHECK(difference(t.matrix("AV", {0, g, r, kAll, kAll}), want) < kTolerance);
    }
  }
}

/// The same for AV[b,k,g,r,f,p], where k is 1 for the key heads from the GR-th on.
void checkKinds(const Twin& t, const SeesOfHead& sees) {
  const double scale = inverseRoot(t.size("E"));
  const auto retrieving = t.size("GR");
  for (std::int64_t g = 0; g < t.size("G"); ++g) {
    const std::int64_t k = g < retrieving ? 0 : 1;
    for (std::int64_t r = 0; r < t.size("R"); ++r) {
      const MatrixXd want =
          attend(t.matrix("Q", {0, g, r, kAll, kAll}), t.matrix("K", {0, g, kAll, kAll}),
                 t.matrix("V", {0, g, kAll, kAll}), scale, sees(g));
      CHECK(difference(t.matrix("AV", {0, k, g - k * retrieving, r, kAll, kAll}), want) <
            kTolerance);
    }
  }
}

Sees window(std::int64_t width, std::int64_t first = 0, std::int64_t sinks = 0) {
  return [=](Index i, Index j) {
    const Index at = i + first;
    return j <= at && (j > at - width || j < sinks);
  };
}

SeesOfHead all(Sees sees) {
  return [=](std::int64_t) { return sees; };
}

} // namespace

TEST_CASE("a sliding window is softmax attention to the newest keys", "[library]") {
  for (const auto& [length, width] :
       std::vector<std::pair<int, int>>{{16, 4}, {13, 5}, {13, 1}, {13, 40}, {1, 3}}) {
    const Twin t("sliding-window",
                 {{"L", length}, {"W", width}, {"H", 2}, {"R", 1}, {"D", 3}, {"M0", 4}});
    check(t, all(window(width)));
  }
  check(Twin("sliding-window", {{"L", 11}, {"W", 3}, {"H", 7}, {"R", 7}, {"D", 5}, {"M0", 4}}),
        all(window(3)));
}

TEST_CASE("decoding with a sliding window attends to all that the cache keeps", "[library]") {
  for (const int length : {13, 4}) {
    const Twin t("sliding-window-decode",
                 {{"B", 1}, {"L", length}, {"W", 7}, {"H", 7}, {"R", 7}, {"D", 3}, {"M0", 4}});
    CHECK(t.size("M") == std::min(length, 7));
    check(t, all(seesAll));
  }
}

TEST_CASE("StreamingLLM is softmax attention to the first and the newest keys", "[library]") {
  for (const auto& [length, width, sinks] : std::vector<std::tuple<int, int, int>>{
           {16, 4, 2}, {13, 5, 3}, {13, 1, 1}, {13, 40, 4}, {3, 1, 5}}) {
    const Twin t("streaming-llm",
                 {{"L", length}, {"W", width}, {"S", sinks}, {"H", 1}, {"D", 3}, {"M0", 4}});
    check(t, all(window(width, 0, sinks)));
  }
  check(Twin("streaming-llm",
             {{"L", 11}, {"W", 3}, {"S", 2}, {"H", 7}, {"R", 7}, {"D", 5}, {"M0", 4}}),
        all(window(3, 0, 2)));
  const Twin decode("streaming-llm-decode",
                    {{"B", 1}, {"L", 50}, {"W", 6}, {"S", 2}, {"H", 2}, {"D", 3}, {"M0", 4}});
  CHECK(decode.size("M") == 8);
  check(decode, all(seesAll));
}

TEST_CASE("DuoAttention gives retrieval heads all keys and streaming heads the first and newest",
          "[library]") {
  for (const auto& [length, full, streaming, queries] : std::vector<std::tuple<int, int, int, int>>{
           {16, 2, 2, 1}, {13, 1, 3, 2}, {13, 2, 1, 7}, {3, 1, 1, 1}}) {
    const Twin t("duo-attention", {{"L", length},
                                   {"GR", full},
                                   {"GS", streaming},
                                   {"R", queries},
                                   {"W", 4},
                                   {"S", 2},
                                   {"D", 3},
                                   {"M0", 4}});
    checkKinds(t, [&, retrieving = full](std::int64_t g) {
      return g < retrieving ? Sees(seesEarlier) : window(4, 0, 2);
    });
  }
  const Twin decode("duo-attention-decode", {{"B", 1},
                                             {"L", 13},
                                             {"GR", 1},
                                             {"GS", 2},
                                             {"R", 7},
                                             {"W", 4},
                                             {"S", 2},
                                             {"D", 3},
                                             {"M0", 4}});
  checkKinds(decode, [](std::int64_t g) { return g < 1 ? window(13, 12) : window(4, 12, 2); });
}

TEST_CASE("RazorAttention reads a prompt in full and keeps the mean of what it drops",
          "[library]") {
  const Twin t("razor-attention",
               {{"L", 23}, {"GR", 1}, {"GS", 2}, {"S", 2}, {"WMIN", 6}, {"D", 3}, {"M0", 4}});
  check(t, all(seesEarlier));
  for (std::int64_t k = 0; k < 2; ++k) {
    const MatrixXd keys = t.matrix("K", {0, k + 1, kAll, kAll}).middleCols(2, 23 - 2 - 6);
    const MatrixXd values = t.matrix("V", {0, k + 1, kAll, kAll}).middleCols(2, 23 - 2 - 6);
    CHECK(difference(t.vector("KC", {0, k, kAll}), keys.rowwise().mean()) < kTolerance);
    CHECK(difference(t.vector("VC", {0, k, kAll}), values.rowwise().mean()) < kTolerance);
  }
}

TEST_CASE("RazorAttention decodes with a token that counts for all that was dropped", "[library]") {
  for (const auto& [length, least] : std::vector<std::pair<int, int>>{{23, 6}, {40, 1}, {7, 9}}) {
    const Twin t("razor-attention-decode", {{"B", 1},
                                            {"L", length},
                                            {"GR", 1},
                                            {"GS", 2},
                                            {"R", 7},
                                            {"S", 2},
                                            {"WMIN", least},
                                            {"D", 3},
                                            {"M0", 4}});
    INFO(length);
    const std::int64_t newest = std::max(least, (length + 4) / 5);
    const auto dropped = std::max<std::int64_t>(length - 2 - newest, 0);
    for (std::int64_t g = 0; g < 3; ++g) {
      MatrixXd keys = t.matrix("K", {0, g, kAll, kAll});
      MatrixXd values = t.matrix("V", {0, g, kAll, kAll});
      const std::int64_t k = g < 1 ? 0 : 1;
      if (k == 1 && dropped > 0) {
        // as many copies of the mean as there were keys
        const VectorXd key = t.vector("KC", {0, g - 1, kAll});
        const VectorXd value = t.vector("VC", {0, g - 1, kAll});
        for (std::int64_t i = 2; i < 2 + dropped; ++i) {
          keys.col(indexOf(i)) = key;
          values.col(indexOf(i)) = value;
        }
      }
      for (std::int64_t r = 0; r < 7; ++r) {
        const MatrixXd want =
            attend(t.matrix("Q", {0, g, r, kAll, kAll}), keys, values, inverseRoot(t.size("E")));
        CHECK(difference(t.matrix("AV", {0, k, g - k, r, kAll, kAll}), want) < kTolerance);
      }
    }
  }
}

TEST_CASE("mixed spans are windows whose width grows from head to head", "[library]") {
  for (const auto& [length, heads, sinks] :
       std::vector<std::tuple<int, int, int>>{{16, 4, 2}, {13, 3, 1}, {13, 1, 20}}) {
    const Settings sizes{{"L", length}, {"H", heads}, {"S", sinks}, {"D", 3}, {"M0", 4}};
    const Twin t("moa-spans", sizes);
    const int step = (length + heads - 1) / heads;
    const auto span = [&](std::int64_t g) { return (step + 1) / 2 + step * g; };
    check(t, [&, s = sinks](std::int64_t g) { return window(span(g), 0, s); });
    Settings one = sizes;
    one["B"] = 1;
    check(Twin("moa-spans-decode", one),
          [&, n = length, s = sinks](std::int64_t g) { return window(span(g), n - 1, s); });
  }
}

TEST_CASE("causal and bidirectional attention see what they say", "[library]") {
  const Settings sizes{{"B", 1}, {"L", 13}, {"H", 7}, {"R", 7}, {"D", 3}, {"M0", 4}};
  check(Twin("causal", sizes), all(seesEarlier));
  check(Twin("causal-decode", sizes), all(seesAll));
  check(Twin("bidirectional", sizes), all(seesAll));
}

TEST_CASE("a prefix is read in both directions", "[library]") {
  for (const int length : {16, 13, 2}) {
    const Twin t("prefix-lm", {{"B", 1}, {"L", length}, {"H", 2}, {"D", 3}, {"M0", 4}});
    const auto prefix = t.size("PRE");
    for (std::int64_t h = 0; h < 2; ++h) {
      const MatrixXd want =
          attend(t.matrix("Q", {0, h, kAll, kAll}), t.matrix("K", {0, h, kAll, kAll}),
                 t.matrix("V", {0, h, kAll, kAll}), inverseRoot(t.size("E")),
                 [&](Index i, Index j) { return j <= i || j < prefix; });
      for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t k = i < prefix ? 0 : 1;
        CHECK(difference(t.vector("AV", {0, h, kAll, k, i - k * prefix}), want.col(indexOf(i))) <
              kTolerance);
      }
    }
  }
}

TEST_CASE("packed documents do not see each other", "[library]") {
  for (const int length : {16, 13}) {
    const Twin t("document", {{"L", length}, {"ND", 3}, {"H", 2}, {"D", 3}, {"M0", 4}});
    for (std::int64_t d = 0; d < 3; ++d) {
      const Index tokens = indexOf(t.size("S0") + d * t.size("SD"));
      REQUIRE(tokens <= length);
      const MatrixXd want = attend(t.matrix("Q", {0, 1, kAll, d, kAll}).leftCols(tokens),
                                   t.matrix("K", {0, 1, kAll, d, kAll}).leftCols(tokens),
                                   t.matrix("V", {0, 1, kAll, d, kAll}).leftCols(tokens),
                                   inverseRoot(t.size("E")), seesEarlier);
      const MatrixXd got = t.matrix("AV", {0, 1, kAll, d, kAll});
      CHECK(difference(got.leftCols(tokens), want) < kTolerance);
      CHECK(got.rightCols(length - tokens).array().isNaN().all());
    }
  }
}

TEST_CASE("block diffusion trains noisy blocks against the clean blocks before them", "[library]") {
  for (const int length : {16, 13}) {
    const Twin t("block-diffusion",
                 {{"B", 1}, {"L", length}, {"BD", 4}, {"H", 2}, {"D", 3}, {"M0", 3}});
    // the 2L tokens of the paper: noisy ones first, clean ones after them
    const auto both = [&](const std::string& name) {
      MatrixXd out(3, 2 * length);
      out << t.matrix(name, {0, 1, kAll, 0, kAll}), t.matrix(name, {0, 1, kAll, 1, kAll});
      return out;
    };
    const auto sees = [n = length](Index i, Index j) {
      const Index from = i % n / 4;
      const Index to = j % n / 4;
      const bool cleanQuery = i >= n;
      const bool cleanKey = j >= n;
      return (!cleanQuery && !cleanKey && from == to) || (!cleanQuery && cleanKey && from > to) ||
             (cleanQuery && cleanKey && from >= to);
    };
    const MatrixXd want = attend(both("Q"), both("K"), both("V"), inverseRoot(3), sees);
    for (std::int64_t i = 0; i < 2 * length; ++i) {
      const std::int64_t at = i % length;
      CHECK(difference(t.vector("AV", {0, 1, kAll, i / length, at / 4, at % 4}),
                       want.col(indexOf(i))) < kTolerance);
    }
  }
  const Twin decode("block-diffusion-decode",
                    {{"B", 1}, {"L", 13}, {"BD", 4}, {"H", 2}, {"D", 3}, {"M0", 4}});
  check(decode, all(seesAll));
}
