#include "einsum/reduce.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <array>

namespace einsight::einsum {
namespace {

using Iteration = std::optional<std::pair<std::string, std::int64_t>>;

/// Steps through a box of some places of a point; the others stay as they are.
class Odometer {
public:
  struct Wheel {
    std::size_t place = 0;
    std::int64_t size = 0;
  };
  explicit Odometer(std::vector<Wheel> wheels) : wheels_(std::move(wheels)) {}

  template <class Visit>
  void run(std::int64_t* point, Visit&& visit) const {
    turn(0, point, visit);
  }

private:
  template <class Visit>
  void turn(std::size_t depth, std::int64_t* point, Visit& visit) const {
    if (depth == wheels_.size()) {
      visit();
      return;
    }
    std::int64_t& at = point[wheels_[depth].place];
    for (at = 0; at < wheels_[depth].size; ++at) {
      turn(depth + 1, point, visit);
    }
    at = 0;
  }

  std::vector<Wheel> wheels_;
};

/// One Einsum while it is evaluated: a point, and an odometer per reduction.
class Evaluation {
public:
  Evaluation(const Cascade& cascade, const Einsum& einsum, const Environment& values,
             const Iteration& iteration, Values& out)
      : einsum_(einsum), variables_(variablesOf(einsum)), program_(einsum, variables_, values),
        point_(variables_.size(), 0), out_(out) {
    if (!einsum.reductions.empty()) {
      last_ = findOperator(einsum.reductions.back().op);
    }
    for (const Reduction& reduction : einsum.reductions) {
      rows_.push_back(findOperator(reduction.op));
      levels_.push_back(odometer(cascade, reduction.variables, iteration));
    }
    const auto taken = reducedVariables(einsum);
    std::vector<std::string> kept;
    for (const std::string& variable : variables_) {
      const bool scanned =
          leaves() == Leaves::Rank && contains(einsum.reductions.back().variables, variable);
      const bool fresh = leaves() == Leaves::Positions && !contains(einsum.variables, variable);
      if (!contains(taken, variable) && !scanned && !fresh) {
        kept.push_back(variable);
      }
    }
    outer_ = odometer(cascade, kept, iteration);
    if (iteration) {
      point_[placeOf(iteration->first)] = iteration->second;
    }
    if (leaves() == Leaves::Positions) {
      for (const std::string& variable : variables_) {
        if (!contains(einsum.variables, variable)) {
          positions_ = {placeOf(variable), cascade.size(variable)};
        }
      }
    }
  }

  void run() {
    outer_.run(point_.data(), [&] {
      if (last_ == nullptr) {
        store(value(0));
      } else if (leaves() == Leaves::Rank) {
        scan();
      } else if (leaves() == Leaves::Positions) {
        rankPositions();
      } else {
        store(last_->position ? argmax() : value(levels_.size()));
      }
    });
  }

private:
  /// The iteration space, and the new rank of a topk.
  static std::vector<std::string> variablesOf(const Einsum& einsum) {
    std::vector<std::string> out = einsum.variables;
    addVariables(einsum.output, out);
    return out;
  }

  [[nodiscard]] Leaves leaves() const { return last_ == nullptr ? Leaves::Nothing : last_->leaves; }

  [[nodiscard]] std::size_t placeOf(const std::string& variable) const {
    return static_cast<std::size_t>(std::find(variables_.begin(), variables_.end(), variable) -
                                    variables_.begin());
  }

  [[nodiscard]] Odometer odometer(const Cascade& cascade, const std::vector<std::string>& over,
                                  const Iteration& iteration) const {
    std::vector<Odometer::Wheel> wheels;
    for (const std::string& variable : over) {
      if (!iteration || iteration->first != variable) {
        wheels.push_back({placeOf(variable), cascade.size(variable)});
      }
    }
    return Odometer(std::move(wheels));
  }

  /// The value after the first `count` reductions at the current point.
  Point value(std::size_t count) {
    if (count == 0) {
      return program_.inMask(point_.data()) ? program_.at(point_.data()) : Point{};
    }
    Point sum;
    const Operator& row = *rows_[count - 1];
    levels_[count - 1].run(point_.data(), [&] { fold(row, value(count - 1), sum); });
    return sum;
  }

  static void fold(const Operator& row, const Point& next, Point& sum) {
    if (!next.present) {
      return;
    }
    const std::array<double, 2> both{sum.value, next.value};
    sum.value = sum.present ? row.evaluate(both) : next.value;
    sum.present = true;
  }

  /// The position of the first largest value along the last reduction's one rank.
  Point argmax() {
    Point best;
    Point position;
    const std::size_t place = placeOf(einsum_.reductions.back().variables.front());
    levels_.back().run(point_.data(), [&] {
      const Point next = value(levels_.size() - 1);
      if (next.present && (!best.present || next.value > best.value)) {
        best = next;
        position = {static_cast<double>(point_[place]), true};
      }
    });
    return position;
  }

  void scan() {
    Point sum;
    levels_.back().run(point_.data(), [&] {
      fold(*last_, value(levels_.size() - 1), sum);
      store(sum);
    });
  }

  void rankPositions() {
    std::vector<std::pair<double, std::int64_t>> found;
    const std::size_t place = placeOf(einsum_.reductions.back().variables.front());
    levels_.back().run(point_.data(), [&] {
      const Point next = value(levels_.size() - 1);
      if (next.present) {
        found.emplace_back(next.value, point_[place]);
      }
    });
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::int64_t k = 0; k < positions_.size; ++k) {
      const auto at = static_cast<std::size_t>(k);
      point_[positions_.place] = k;
      store(at < found.size() ? Point{static_cast<double>(found[at].second), true} : Point{});
    }
    point_[positions_.place] = 0;
  }

  void store(const Point& result) {
    std::int64_t place = 0;
    for (std::size_t i = 0; i < einsum_.output.indices.size(); ++i) {
      const Index& index = einsum_.output.indices[i];
      std::int64_t at = index.constant;
      for (const auto& [variable, coefficient] : index.terms) {
        at += coefficient * point_[placeOf(variable)];
      }
      place = place * out_.shape[i] + at;
    }
    out_.data[static_cast<std::size_t>(place)] = result.present ? result.value : 0;
    out_.present[static_cast<std::size_t>(place)] = result.present ? 1 : 0;
  }

  const Einsum& einsum_;
  std::vector<std::string> variables_;
  Program program_;
  std::vector<std::int64_t> point_;
  Values& out_;
  const Operator* last_ = nullptr;
  std::vector<const Operator*> rows_;
  std::vector<Odometer> levels_;
  Odometer outer_{{}};
  Odometer::Wheel positions_;
};

} // namespace

void evaluateEinsum(const Cascade& cascade, const Einsum& einsum, const Environment& values,
                    const Iteration& iteration, Values& out) {
  Evaluation(cascade, einsum, values, iteration, out).run();
}

} // namespace einsight::einsum
