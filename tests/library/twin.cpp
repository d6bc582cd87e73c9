#include "twin.hpp"

#include "workloads/catalogue.hpp"
#include "workloads/selections.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

namespace einsight::library {
namespace {

einsum::Cascade loaded(const std::string& workload, const core::Settings& settings) {
  auto cascade = workloads::load(workload, settings);
  if (!cascade) {
    FAIL(core::render(cascade.error()));
  }
  return *std::move(cascade);
}

einsum::Environment evaluated(const std::string& workload, const einsum::Cascade& cascade,
                              std::uint64_t seed, const Twin::Change& change) {
  auto inputs = workloads::drawInputs(workload, cascade, seed);
  if (!inputs) {
    FAIL(core::render(inputs.error()));
  }
  if (change) {
    change(*inputs, cascade);
  }
  auto values = einsum::evaluate(cascade, *std::move(inputs));
  if (!values) {
    FAIL(core::render(values.error()));
  }
  return *std::move(values);
}

} // namespace

Twin::Twin(const std::string& workload, const core::Settings& settings, std::uint64_t seed,
           const Change& change)
    : cascade_(loaded(workload, settings)), values_(evaluated(workload, cascade_, seed, change)) {}

std::int64_t Twin::size(const std::string& name) const {
  const auto parameter = cascade_.parameter(name);
  const auto size = parameter ? *parameter : cascade_.size(name);
  INFO(name);
  REQUIRE(size > 0);
  return size;
}

std::size_t Twin::place(const std::string& tensor, const std::vector<std::int64_t>& point) const {
  INFO(tensor);
  REQUIRE(values_.count(tensor) == 1);
  const auto& shape = values_.at(tensor).shape;
  REQUIRE(shape.size() == point.size());
  std::int64_t out = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    REQUIRE(point[i] >= 0);
    REQUIRE(point[i] < shape[i]);
    out = out * shape[i] + point[i];
  }
  return static_cast<std::size_t>(out);
}

double Twin::at(const std::string& tensor, const std::vector<std::int64_t>& point) const {
  const auto at = place(tensor, point);
  const auto& values = values_.at(tensor);
  return values.present[at] != 0 ? values.data[at] : std::numeric_limits<double>::quiet_NaN();
}

bool Twin::present(const std::string& tensor, const std::vector<std::int64_t>& point) const {
  return values_.at(tensor).present[place(tensor, point)] != 0;
}

Eigen::VectorXd Twin::vector(const std::string& tensor,
                             const std::vector<std::int64_t>& point) const {
  auto at = point;
  const auto free = static_cast<std::size_t>(std::find(at.begin(), at.end(), kAll) - at.begin());
  REQUIRE(std::count(at.begin(), at.end(), kAll) == 1);
  Eigen::VectorXd out(values_.at(tensor).shape.at(free));
  for (at[free] = 0; at[free] < out.size(); ++at[free]) {
    out(at[free]) = this->at(tensor, at);
  }
  return out;
}

Eigen::MatrixXd Twin::matrix(const std::string& tensor,
                             const std::vector<std::int64_t>& point) const {
  auto at = point;
  REQUIRE(std::count(at.begin(), at.end(), kAll) == 2);
  const auto rows = std::find(at.begin(), at.end(), kAll);
  const auto columns = std::find(rows + 1, at.end(), kAll);
  const auto& shape = values_.at(tensor).shape;
  Eigen::MatrixXd out(shape.at(static_cast<std::size_t>(rows - at.begin())),
                      shape.at(static_cast<std::size_t>(columns - at.begin())));
  for (*rows = 0; *rows < out.rows(); ++*rows) {
    for (*columns = 0; *columns < out.cols(); ++*columns) {
      out(*rows, *columns) = this->at(tensor, at);
    }
  }
  return out;
}

double difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a.rows() != b.rows() || a.cols() != b.cols()) {
    return kInfinity;
  }
  double largest = 0;
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    const double each = std::abs(a(i) - b(i)) / std::max(1.0, std::abs(b(i)));
    if (!(each < kInfinity)) {
      return kInfinity;
    }
    largest = std::max(largest, each);
  }
  return largest;
}

} // namespace einsight::library
