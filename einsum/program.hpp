#pragma once
#include "einsum/evaluate.hpp"
#include "einsum/operators.hpp"

namespace einsight::einsum {

/// A value, or its absence.
struct Point {
  double value = 0;
  bool present = false;
};

/// An Einsum's expression with every tensor found and every index turned into offsets, ready to be
/// evaluated at points: an array with one number per rank variable of `variables`.
class Program {
public:
  /// The values must outlive the program and keep their addresses.
  Program(const Einsum& einsum, const std::vector<std::string>& variables,
          const Environment& values);

  [[nodiscard]] Point at(const std::int64_t* point) const;
  /// Whether the Einsum's own masks let the point in.
  [[nodiscard]] bool inMask(const std::int64_t* point) const;

private:
  struct Linear {
    std::vector<std::pair<std::size_t, std::int64_t>> terms; ///< place in the point, coefficient
    std::int64_t constant = 0;
    [[nodiscard]] std::int64_t at(const std::int64_t* point) const;
  };
  struct Load;
  struct Dimension {
    Linear index;
    std::int64_t size = 0;
    std::int64_t stride = 0;
    std::vector<Load> gather; ///< empty, or the one load that gives the index
  };
  struct Load {
    const Values* values = nullptr;
    Linear offset;                     ///< of all indices that cannot leave the tensor
    std::vector<Dimension> dimensions; ///< the others
    [[nodiscard]] Point at(const std::int64_t* point) const;
  };
  struct Step {
    Expr::Kind kind = Expr::Kind::Constant;
    double constant = 0;
    std::size_t place = 0; ///< of a variable in the point
    Load load;
    const Operator* row = nullptr;
    std::vector<Step> operands;
  };

  [[nodiscard]] Linear linear(const std::map<std::string, std::int64_t>& terms,
                              std::int64_t constant) const;
  [[nodiscard]] Load load(const std::string& tensor, const std::vector<Index>& indices) const;
  [[nodiscard]] Step step(const Expr& expression) const;
  static Point evaluate(const Step& step, const std::int64_t* point);
  static Point apply(const Step& step, const std::int64_t* point);

  const std::vector<std::string>& variables_;
  const Environment& environment_;
  std::vector<Linear> masks_;
  Step root_;
};

} // namespace einsight::einsum
