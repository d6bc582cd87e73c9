#include "einsum/evaluate.hpp"
#include "tests/mappings/gna/brute_force.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>
#include <rapidcheck.h>

using namespace einsight;
using mappings::gna::AxisMask;
using mappings::gna::Shape;

namespace {

constexpr std::int64_t kDim = 2; // of a head

einsum::Cascade cascadeOf(const std::vector<AxisMask>& axes) {
  core::Settings settings{{"B", 1}, {"H", 1}, {"E", kDim}, {"F", kDim}};
  const std::string names = std::string("TYX").substr(3 - axes.size());
  for (std::size_t x = 0; x < axes.size(); ++x) {
    const std::string axis(1, names[x]);
    settings.insert({{axis, axes[x].length},
                     {"W" + axis, axes[x].window},
                     {"S" + axis, axes[x].stride},
                     {"D" + axis, axes[x].dilation},
                     {"C" + axis, axes[x].causal ? 2 : 1}});
  }
  const auto cascade = workloads::load(fmt::format("neighborhood-{}d", axes.size()), settings);
  INFO(core::render(cascade ? core::Problems{} : cascade.error()));
  REQUIRE(cascade.has_value());
  return *cascade;
}

/// The coordinates of an element of a row-major tensor.
Shape coordinates(const Shape& shape, std::size_t element) {
  Shape at(shape.size());
  auto rest = static_cast<std::int64_t>(element);
  for (auto i = shape.size(); i-- > 0;) {
    at[i] = rest % shape[i];
    rest /= shape[i];
  }
  return at;
}

std::int64_t flat(const Shape& at, const std::vector<AxisMask>& axes) {
  std::int64_t token = 0;
  for (std::size_t x = 0; x < axes.size(); ++x) {
    token = token * axes[x].length + at[x];
  }
  return token;
}

/// The token of a query that is indexed (group, number, dilation group) per axis from `first` on.
Shape queryAt(const Shape& at, std::size_t first, const std::vector<AxisMask>& axes) {
  Shape query;
  for (std::size_t x = 0; x < axes.size(); ++x) {
    const auto* part = &at[first + 3 * x];
    query.push_back((part[0] * axes[x].stride + part[1]) * axes[x].dilation + part[2]);
  }
  return query;
}

bool isInside(const Shape& at, const std::vector<AxisMask>& axes) {
  for (std::size_t x = 0; x < axes.size(); ++x) {
    if (at[x] >= axes[x].length) {
      return false;
    }
  }
  return true;
}

/// Whether a query may attend a key by the definition; both are tokens of the layout.
bool attends(const Shape& query, const Shape& key, const std::vector<AxisMask>& axes) {
  for (std::size_t x = 0; x < axes.size(); ++x) {
    if (!mappings::gna::test::attends(axes[x], query[x], key[x])) {
      return false;
    }
  }
  return true;
}

/// Checks which weights are present: exactly those of pairs that attend.
void checkWeights(const einsum::Values& weights, const std::vector<AxisMask>& axes) {
  for (std::size_t i = 0; i < weights.data.size(); ++i) {
    const auto at = coordinates(weights.shape, i);
    const auto query = queryAt(at, 2, axes);
    Shape key;
    for (std::size_t x = 0; x < axes.size(); ++x) {
      key.push_back(at[2 + 3 * axes.size() + x] * axes[x].dilation + at[4 + 3 * x]);
    }
    const bool expected = isInside(query, axes) && isInside(key, axes) && attends(query, key, axes);
    RC_ASSERT((weights.present[i] != 0) == expected);
  }
}

/// Softmax attention of one query over the keys that it attends, feature by feature.
std::vector<double> attention(const einsum::Environment& values, const Shape& query,
                              const std::vector<AxisMask>& axes) {
  std::int64_t tokens = 1;
  Shape layout;
  for (const auto& axis : axes) {
    layout.push_back(axis.length);
    tokens *= axis.length;
  }
  const auto at = [&](const char* tensor, std::int64_t feature, std::int64_t token) {
    return values.at(tensor).data[static_cast<std::size_t>(feature * tokens + token)];
  };
  std::vector<double> out(kDim, 0);
  double sum = 0;
  for (std::int64_t token = 0; token < tokens; ++token) {
    if (!attends(query, coordinates(layout, static_cast<std::size_t>(token)), axes)) {
      continue;
    }
    double score = 0;
    for (std::int64_t e = 0; e < kDim; ++e) {
      score += at("Q", e, flat(query, axes)) * at("K", e, token);
    }
    sum += std::exp(score);
    for (std::int64_t f = 0; f < kDim; ++f) {
      out[static_cast<std::size_t>(f)] += std::exp(score) * at("V", f, token);
    }
  }
  for (auto& feature : out) {
    feature /= sum;
  }
  return out;
}

void checkResult(const einsum::Environment& values, const std::vector<AxisMask>& axes) {
  const auto& result = values.at("AV");
  for (std::size_t i = 0; i < result.data.size(); ++i) {
    const auto at = coordinates(result.shape, i); // b, h, f, then three per axis
    const auto query = queryAt(at, 3, axes);
    RC_ASSERT((result.present[i] != 0) == isInside(query, axes));
    if (result.present[i] != 0) {
      const auto expected = attention(values, query, axes)[static_cast<std::size_t>(at[2])];
      RC_ASSERT(std::abs(result.data[i] - expected) < 1e-9);
    }
  }
}

} // namespace

TEST_CASE("the cascades of neighborhood attention attend exactly the pairs of the definition, with "
          "any window, stride, dilation and causal axes",
          "[gna]") {
  CHECK(rc::check([] {
    const auto axes = mappings::gna::test::randomQuestion({}, false).axes;
    const auto cascade = cascadeOf(axes);
    const auto values = einsum::evaluate(cascade, einsum::randomInputs(cascade, 7));
    RC_ASSERT(values.has_value());
    checkWeights(values->at("A"), axes);
    checkResult(*values, axes);
  }));
}
