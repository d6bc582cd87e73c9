#include "dense.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;
const core::Settings kSizes{{"B", 2}, {"H", 3}, {"E", 5}, {"F", 4}, {"L", 7}};

VectorXd of(const Twin& t, const char* name, std::int64_t h) {
  return t.vector(name, {1, h, kAll});
}

VectorXd positive(const VectorXd& x) {
  return x.unaryExpr([](double each) { return each > 0 ? each + 1 : std::exp(each); });
}

} // namespace

TEST_CASE("a step of linear attention adds one token to the sums", "[library]") {
  const std::string name = GENERATE(as<std::string>{}, "linear-decode", "linear-chunked-decode");
  const Twin t(name, kSizes, 1, [](einsum::Environment& inputs, const einsum::Cascade&) {
    for (double& sum : inputs.at("XS").data) {
      sum = std::abs(sum);
    }
  });
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const VectorXd q = positive(of(t, "Q", h)), k = positive(of(t, "K", h));
    const MatrixXd state = t.matrix("XT", {1, h, kAll, kAll}) + k * of(t, "V", h).transpose();
    CHECK(difference(t.matrix("ST", {1, h, kAll, kAll}), state) < kClose);
    CHECK(difference(of(t, "SS", h), of(t, "XS", h) + k) < kClose);
    CHECK(difference(of(t, "AV", h), state.transpose() * q / q.dot(of(t, "XS", h) + k)) < kClose);
  }
}

TEST_CASE("a step of lightning attention decays the state and adds one token", "[library]") {
  const Twin t("lightning-decode", kSizes);
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const double decay = std::exp(-std::pow(2, -8 * (static_cast<double>(h) + 1) / 3));
    const MatrixXd state =
        decay * t.matrix("XT", {1, h, kAll, kAll}) + of(t, "K", h) * of(t, "V", h).transpose();
    CHECK(difference(t.matrix("ST", {1, h, kAll, kAll}), state) < kClose);
    CHECK(difference(of(t, "AV", h), state.transpose() * of(t, "Q", h)) < kClose);
  }
}

TEST_CASE("a step of gated linear attention decays each channel by its gate and adds one token",
          "[library]") {
  const Twin t("gla-decode", kSizes);
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const VectorXd gate = of(t, "LG", h).array().exp();
    const MatrixXd state = gate.asDiagonal() * t.matrix("XT", {1, h, kAll, kAll}) +
                           of(t, "K", h) * of(t, "V", h).transpose();
    CHECK(difference(t.matrix("ST", {1, h, kAll, kAll}), state) < kClose);
    CHECK(difference(of(t, "AV", h), state.transpose() * of(t, "Q", h)) < kClose);
  }
}

TEST_CASE("steps of BASED from an empty state equal its weights over the whole sequence",
          "[library]") {
  const Index length = 6;
  const Twin whole("based", {{"B", 1}, {"H", 1}, {"E", 3}, {"F", 4}, {"L", length}, {"C", 4}});
  std::map<std::string, einsum::Values> state;
  for (Index i = 0; i < length; ++i) {
    const auto take = [&](einsum::Environment& inputs, const einsum::Cascade&) {
      for (const std::string name : {"Q", "K", "V"}) {
        const VectorXd column = whole.matrix(name, {0, 0, kAll, kAll}).col(i);
        inputs.at(name).data.assign(column.begin(), column.end());
      }
      for (const std::string name : {"X0", "X1", "X2", "Y1", "Y2"}) {
        auto& data = inputs.at(name).data;
        const auto after = state.find((name[0] == 'X' ? "S" : "Z") + name.substr(1));
        data = after == state.end() ? std::vector<double>(data.size(), 0) : after->second.data;
      }
    };
    const Twin step("based-decode", {{"B", 1}, {"H", 1}, {"E", 3}, {"F", 4}, {"L", i + 1}}, 1,
                    take);
    CHECK(difference(step.vector("AV", {0, 0, kAll}),
                     whole.matrix("AV", {0, 0, kAll, kAll}).col(i)) < kClose);
    state = step.values();
  }
}

TEST_CASE("a step of Hedgehog adds the features of both signs of one token", "[library]") {
  const Twin t("hedgehog-decode", kSizes, 1,
               [](einsum::Environment& inputs, const einsum::Cascade&) {
                 for (double& sum : inputs.at("XS").data) {
                   sum = std::abs(sum);
                 }
               });
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const auto features = [&](const char* x, const char* w, const char* bias) {
      const VectorXd y =
          t.matrix(w, {h, kAll, kAll}).transpose() * of(t, x, h) + t.vector(bias, {h, kAll});
      return stacked(y.array().exp(), (-y).array().exp());
    };
    const MatrixXd q = features("Q", "WQ", "BIQ"), k = features("K", "WK", "BIK");
    const MatrixXd sums =
        stacked(t.vector("XS", {1, h, 0, kAll}), t.vector("XS", {1, h, 1, kAll})) + k;
    const MatrixXd state =
        stacked(t.matrix("XT", {1, h, 0, kAll, kAll}), t.matrix("XT", {1, h, 1, kAll, kAll})) +
        k * of(t, "V", h).transpose();
    CHECK(difference(of(t, "AV", h), state.transpose() * q / (q.transpose() * sums)(0, 0)) <
          kClose);
  }
}

TEST_CASE("a step of DeltaNet replaces what the state returns for the key", "[library]") {
  const std::string name = GENERATE(as<std::string>{}, "deltanet", "gated-deltanet", "kda");
  const Twin t(name + "-decode", kSizes);
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const VectorXd k = of(t, "K", h).normalized();
    const double strength = sigmoid(t.at("X", {1, h}));
    VectorXd gate = VectorXd::Ones(5);
    if (name == "kda") {
      gate = of(t, "XA", h).unaryExpr([&](double x) { return sigmoid(-x); });
    } else if (name == "gated-deltanet") {
      gate *= sigmoid(-t.at("XA", {1, h}));
    }
    const MatrixXd kept = MatrixXd::Identity(5, 5) - strength * k * k.transpose();
    const MatrixXd state = kept * gate.asDiagonal() * t.matrix("XT", {1, h, kAll, kAll}) +
                           strength * k * of(t, "V", h).transpose();
    CHECK(difference(t.matrix("ST", {1, h, kAll, kAll}), state) < kClose);
    CHECK(difference(of(t, "AV", h), state.transpose() * of(t, "Q", h).normalized()) < kClose);
  }
}
