#include "einsum/points.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace einsight::einsum {
namespace {

constexpr std::int64_t kMostSteps = std::int64_t{1} << 28;

std::int64_t floorDiv(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return quotient * b > a ? quotient - 1 : quotient;
}

/// Makes the space smaller without changing its number of points.
class Simplifier {
public:
  explicit Simplifier(Polytope& space) : space_(space) {}

  /// False when the space is empty.
  bool run() {
    do {
      if (!dropOrTighten()) {
        return false;
      }
    } while (mergePair());
    return true;
  }

private:
  using Row = Polytope::Row;

  /// Rows over one variable become its bounds, rows that always hold go.
  bool dropOrTighten() {
    for (std::size_t r = 0; r < space_.rows.size();) {
      const Row& row = space_.rows[r];
      std::vector<std::size_t> used;
      std::int64_t low = row.constant;
      std::int64_t high = row.constant;
      for (std::size_t i = 0; i < space_.sizes.size(); ++i) {
        if (row.coefficients[i] != 0) {
          used.push_back(i);
          (row.coefficients[i] > 0 ? high : low) += row.coefficients[i] * (space_.sizes[i] - 1);
        }
      }
      if (high < 0) {
        return false;
      }
      if (low >= 0 || used.size() == 1) {
        const Row removed = row;
        space_.rows.erase(space_.rows.begin() + static_cast<std::ptrdiff_t>(r));
        if (low < 0) {
          tighten(used.front(), removed);
          r = 0;
        }
      } else {
        ++r;
      }
    }
    return true;
  }

  void tighten(std::size_t i, const Row& row) {
    const std::int64_t a = row.coefficients[i];
    if (a < 0) {
      space_.sizes[i] = std::min(space_.sizes[i], floorDiv(row.constant, -a) + 1);
      return;
    }
    const std::int64_t first = -floorDiv(row.constant, a);
    if (first > 0) {
      space_.sizes[i] -= first;
      for (Row& other : space_.rows) {
        other.constant += other.coefficients[i] * first;
      }
    }
  }

  /// x and y that occur only as s*x + y with 0 <= y < s are one variable.
  bool mergePair() {
    for (std::size_t x = 0; x < space_.sizes.size(); ++x) {
      for (std::size_t y = 0; y < space_.sizes.size(); ++y) {
        if (x != y && mergeable(x, y)) {
          space_.sizes[y] *= space_.sizes[x];
          const auto at = static_cast<std::ptrdiff_t>(x);
          space_.sizes.erase(space_.sizes.begin() + at);
          for (Row& row : space_.rows) {
            row.coefficients.erase(row.coefficients.begin() + at);
          }
          return true;
        }
      }
    }
    return false;
  }

  [[nodiscard]] bool mergeable(std::size_t x, std::size_t y) const {
    const std::int64_t step = space_.sizes[y];
    bool used = false;
    for (const Row& row : space_.rows) {
      if (row.coefficients[x] != row.coefficients[y] * step) {
        return false;
      }
      used = used || row.coefficients[y] != 0;
    }
    return used;
  }

  Polytope& space_;
};

/// Counts the points of variables that rows connect.
class Component {
public:
  Component(const Polytope& space, std::vector<std::size_t> variables)
      : space_(space), variables_(std::move(variables)) {
    std::sort(variables_.begin(), variables_.end(),
              [&](std::size_t a, std::size_t b) { return space.sizes[a] < space.sizes[b]; });
    for (const Polytope::Row& row : space.rows) {
      if (std::any_of(variables_.begin(), variables_.end(),
                      [&](std::size_t i) { return row.coefficients[i] != 0; })) {
        rows_.push_back(&row);
      }
    }
  }

  /// Nothing when there are too many steps or the count overflows.
  std::optional<std::int64_t> count() {
    std::int64_t steps = 1;
    for (std::size_t i = 0; i + 1 < variables_.size(); ++i) {
      if (__builtin_mul_overflow(steps, space_.sizes[variables_[i]], &steps) ||
          steps > kMostSteps) {
        return std::nullopt;
      }
    }
    std::vector<std::int64_t> rest;
    for (const auto* row : rows_) {
      rest.push_back(row->constant);
    }
    step(0, rest);
    return overflow_ ? std::nullopt : std::optional(total_);
  }

private:
  /// `rest`: the rows' values at the point so far; as before when it returns.
  void step(std::size_t depth, std::vector<std::int64_t>& rest) {
    const std::size_t variable = variables_[depth];
    if (depth + 1 == variables_.size()) {
      overflow_ = __builtin_add_overflow(total_, interval(variable, rest), &total_) || overflow_;
      return;
    }
    for (std::int64_t x = 0; x < space_.sizes[variable]; ++x) {
      step(depth + 1, rest);
      for (std::size_t r = 0; r < rows_.size(); ++r) {
        rest[r] += rows_[r]->coefficients[variable];
      }
    }
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      rest[r] -= rows_[r]->coefficients[variable] * space_.sizes[variable];
    }
  }

  [[nodiscard]] std::int64_t interval(std::size_t variable,
                                      const std::vector<std::int64_t>& rest) const {
    std::int64_t low = 0;
    std::int64_t high = space_.sizes[variable] - 1;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const std::int64_t a = rows_[r]->coefficients[variable];
      if (a > 0) {
        low = std::max(low, -floorDiv(rest[r], a));
      } else if (a < 0) {
        high = std::min(high, floorDiv(rest[r], -a));
      } else if (rest[r] < 0) {
        return 0;
      }
    }
    return std::max<std::int64_t>(0, high - low + 1);
  }

  const Polytope& space_;
  std::vector<std::size_t> variables_;
  std::vector<const Polytope::Row*> rows_;
  std::int64_t total_ = 0;
  bool overflow_ = false;
};

std::vector<std::vector<std::size_t>> components(const Polytope& space) {
  std::vector<std::size_t> parent(space.sizes.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (parent[i] != i) {
      i = parent[i];
    }
    return i;
  };
  for (const Polytope::Row& row : space.rows) {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < parent.size(); ++i) {
      if (row.coefficients[i] != 0) {
        first = first ? first : std::optional(i);
        parent[root(i)] = root(*first);
      }
    }
  }
  std::vector<std::vector<std::size_t>> out(parent.size());
  for (std::size_t i = 0; i < parent.size(); ++i) {
    out[root(i)].push_back(i);
  }
  std::erase_if(out, [](const auto& component) { return component.empty(); });
  return out;
}

/// Whether every row stays within 62 bits over the box, so that no later step overflows.
bool fits(const Polytope& space) {
  constexpr std::int64_t kMost = std::int64_t{1} << 62;
  return std::all_of(space.rows.begin(), space.rows.end(), [&](const Polytope::Row& row) {
    std::int64_t sum = std::abs(row.constant);
    for (std::size_t i = 0; i < space.sizes.size(); ++i) {
      std::int64_t reach = 0;
      if (__builtin_mul_overflow(std::abs(row.coefficients[i]), space.sizes[i], &reach) ||
          __builtin_add_overflow(sum, reach, &sum) || sum > kMost) {
        return false;
      }
    }
    return true;
  });
}

} // namespace

tl::expected<std::int64_t, std::string> countPoints(Polytope space) {
  const std::string tooMany = "has more points than 64 bits hold";
  if (!fits(space)) {
    return tl::unexpected(tooMany);
  }
  if (!Simplifier(space).run()) {
    return 0;
  }
  std::int64_t total = 1;
  for (const auto& variables : components(space)) {
    const auto count = variables.size() == 1 ? std::optional(space.sizes[variables.front()])
                                             : Component(space, variables).count();
    if (!count) {
      return tl::unexpected(std::string("has masks over too many long rank variables to count"));
    }
    if (__builtin_mul_overflow(total, *count, &total)) {
      return tl::unexpected(tooMany);
    }
  }
  return total;
}

} // namespace einsight::einsum
