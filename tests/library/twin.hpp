#pragma once
#include "einsum/cascade.hpp"
#include "einsum/evaluate.hpp"

#include <Eigen/Core>

#include <functional>

/// A cascade of the library with numbers in every tensor, beside which a test writes the same
/// mechanism a second time.
namespace einsight::library {

/// Stands for the indices that a matrix or a vector runs over.
constexpr std::int64_t kAll = -1;

class Twin {
public:
  using Change = std::function<void(einsum::Environment& inputs, const einsum::Cascade& cascade)>;

  /// Loads a workload at the given parameters, draws its inputs, lets `change` have them and
  /// evaluates every tensor. Whatever goes wrong fails the test with the problems.
  Twin(const std::string& workload, const core::Settings& settings, std::uint64_t seed = 1,
       const Change& change = {});

  /// A parameter, or the trip count of a rank variable.
  [[nodiscard]] std::int64_t size(const std::string& name) const;
  [[nodiscard]] double at(const std::string& tensor, const std::vector<std::int64_t>& point) const;
  [[nodiscard]] bool present(const std::string& tensor,
                             const std::vector<std::int64_t>& point) const;
  /// The elements at the given indices, one or two of which are kAll; absent ones are NaN. Rows of
  /// a matrix are the first kAll.
  [[nodiscard]] Eigen::VectorXd vector(const std::string& tensor,
                                       const std::vector<std::int64_t>& point) const;
  [[nodiscard]] Eigen::MatrixXd matrix(const std::string& tensor,
                                       const std::vector<std::int64_t>& point) const;
  [[nodiscard]] const einsum::Cascade& cascade() const { return cascade_; }
  [[nodiscard]] const einsum::Environment& values() const { return values_; }

private:
  [[nodiscard]] std::size_t place(const std::string& tensor,
                                  const std::vector<std::int64_t>& point) const;
  einsum::Cascade cascade_;
  einsum::Environment values_;
};

/// max |a - b| / max(1, |b|); infinity where shapes differ or one is not a number.
double difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

} // namespace einsight::library
