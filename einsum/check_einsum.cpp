#include "einsum/check_einsum.hpp"

#include "core/invariant.hpp"
#include "core/text.hpp"
#include "einsum/operators.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

namespace einsight::einsum {
namespace {

using Names = std::vector<std::string>;

class Checker {
public:
  Checker(Einsum& einsum, const Cascade::Data& data, core::Problems& problems)
      : einsum_(einsum), data_(data), problems_(problems) {}

  void check() {
    for (const Reduction& reduction : einsum_.reductions) {
      const Operator* row = findOperator(reduction.op);
      EINSIGHT_INVARIANT(row != nullptr && row->reduces, "a reduction that is not in the table");
    }
    addVariables(einsum_.output, outputs_);
    addVariables(einsum_.expression, inputs_);
    const auto before = problems_.size();
    checkDeclared();
    if (problems_.size() != before) {
      return; // what follows would only be consequences
    }
    checkOutputIndices();
    checkReductions();
    checkNewRanks();
    addDefaultReduction();
    if (problems_.size() == before) {
      checkOutputReachesOnce();
      setVariables();
    }
  }

private:
  void report(const core::Where& where, std::string what, std::string help = {}) {
    problems_.push_back({where, std::move(what), std::move(help)});
  }

  void checkDeclared() {
    Names seen;
    for (const Access* access : accesses(einsum_.expression)) {
      checkDeclared(*access, seen);
    }
    checkDeclared(einsum_.output, seen);
    Names all = inputs_;
    for (const Constraint& constraint : einsum_.domain) {
      for (const auto& [variable, coefficient] : constraint.terms) {
        all.push_back(variable);
      }
    }
    checkDeclared(all, einsum_.where, seen);
  }

  void checkDeclared(const Access& access, Names& seen) {
    Names variables;
    addVariables(access, variables);
    checkDeclared(variables, access.where, seen);
  }

  void checkDeclared(const Names& variables, const core::Where& where, Names& seen) {
    Names declared;
    for (const auto& [name, size] : data_.sizes) {
      declared.push_back(name);
    }
    for (const std::string& variable : variables) {
      if (!contains(declared, variable) && !contains(seen, variable)) {
        seen.push_back(variable);
        report(where, fmt::format("rank variable '{}' is used but not declared", variable),
               core::suggestion(variable, declared));
      }
    }
  }

  void checkOutputIndices() {
    for (const Index& index : einsum_.output.indices) {
      if (!index.gatherTensor.empty()) {
        report(einsum_.output.where,
               fmt::format("'{}' writes where a tensor says (scatter), which is not supported",
                           toText(einsum_.output)),
               "only what is read may be indexed by a tensor");
      }
    }
  }

  void checkReductions() {
    Names reduced;
    for (const Reduction& reduction : einsum_.reductions) {
      const Operator* row = findOperator(reduction.op);
      for (const std::string& variable : reduction.variables) {
        if (contains(reduced, variable)) {
          report(einsum_.where, fmt::format("'{}' is reduced twice", variable));
        } else if (!contains(inputs_, variable)) {
          report(einsum_.where,
                 fmt::format("'{}' is reduced but is not on the right-hand side", variable),
                 core::suggestion(variable, inputs_));
        } else if (row->leaves == Leaves::Rank && !contains(outputs_, variable)) {
          report(einsum_.where, fmt::format("{} keeps rank variable '{}', but {} does not have it",
                                            reduction.op, variable, toText(einsum_.output)));
        } else if (row->leaves != Leaves::Rank && contains(outputs_, variable)) {
          report(einsum_.where,
                 fmt::format("'{}' is reduced but is a rank variable of the output", variable));
        }
        reduced.push_back(variable);
      }
    }
    checkOrder();
  }

  /// A scan or a topk runs over finished values, so it comes last and once.
  void checkOrder() {
    for (std::size_t i = 0; i + 1 < einsum_.reductions.size(); ++i) {
      const Operator* row = findOperator(einsum_.reductions[i].op);
      if (row->leaves != Leaves::Nothing || row->position) {
        report(einsum_.where,
               fmt::format("{} must be the last reduction", einsum_.reductions[i].op));
      }
    }
  }

  [[nodiscard]] bool isTopk() const {
    return !einsum_.reductions.empty() &&
           findOperator(einsum_.reductions.back().op)->leaves == Leaves::Positions;
  }

  /// Output rank variables that are not on the right-hand side: the one new rank of a topk.
  void checkNewRanks() {
    Names fresh;
    for (const std::string& variable : outputs_) {
      if (!contains(inputs_, variable)) {
        fresh.push_back(variable);
      }
    }
    if (isTopk()) {
      if (fresh.size() != 1) {
        report(einsum_.where, "topk needs one new rank variable in the output for the positions",
               "write S[p,j] = X[p,m] :: topk(m)");
      }
      newRank_ = fresh.empty() ? "" : fresh.front();
    } else if (!accesses(einsum_.expression).empty()) {
      for (const std::string& variable : fresh) {
        report(
            einsum_.output.where,
            fmt::format("'{}' is a rank variable of the output but is not on the right-hand side",
                        variable),
            core::suggestion(variable, inputs_));
      }
    }
  }

  void addDefaultReduction() {
    Names dropped;
    Names handled;
    for (const Reduction& reduction : einsum_.reductions) {
      handled.insert(handled.end(), reduction.variables.begin(), reduction.variables.end());
    }
    for (const std::string& variable : inputs_) {
      if (!contains(outputs_, variable) && !contains(handled, variable)) {
        dropped.push_back(variable);
      }
    }
    if (dropped.empty()) {
      return;
    }
    const bool product =
        einsum_.expression.kind == Expr::Kind::Operator && einsum_.expression.name == "mul";
    if (product && einsum_.reductions.empty()) {
      einsum_.reductions.push_back({"add", dropped});
      return;
    }
    report(
        einsum_.where,
        fmt::format("reduction without an operator: '{}' {} not in the output {}",
                    fmt::join(dropped, "', '"), dropped.size() == 1 ? "is" : "are",
                    toText(einsum_.output)),
        fmt::format("write `:: add({0})` or `:: max({0})` at the end", fmt::join(dropped, ", ")));
  }

  /// Mixed radix: sorted by coefficient, each term steps over everything below it.
  void checkOutputReachesOnce() {
    Names determined;
    for (const Index& index : einsum_.output.indices) {
      std::vector<std::pair<std::int64_t, std::string>> terms;
      for (const auto& [variable, coefficient] : index.terms) {
        terms.emplace_back(std::abs(coefficient), variable);
      }
      std::sort(terms.begin(), terms.end());
      std::int64_t reach = 0;
      bool apart = true;
      for (const auto& [step, variable] : terms) {
        const std::int64_t last = sizeOf(variable, data_).value_or(1) - 1;
        apart = apart && (last == 0 || step > reach);
        reach += step * last;
      }
      if (apart) {
        addVariables(index, determined);
      }
      const auto reached = range(index.terms, index.constant, data_);
      if (!reached || reached->low < 0) {
        report(einsum_.output.where,
               fmt::format("output index '{}' becomes negative", toText(index)));
      }
    }
    for (const std::string& variable : outputs_) {
      if (!contains(determined, variable)) {
        report(einsum_.output.where,
               fmt::format("several points write one element of {}", toText(einsum_.output)),
               "an output index is a rank variable, shifted by a constant, or a partition such as "
               "m1*M0+m0");
        return;
      }
    }
  }

  void setVariables() {
    einsum_.variables.clear();
    for (const std::string& variable : outputs_) {
      if (variable != newRank_) {
        einsum_.variables.push_back(variable);
      }
    }
    for (const std::string& variable : reducedVariables(einsum_)) {
      einsum_.variables.push_back(variable);
    }
    for (const Constraint& constraint : einsum_.domain) {
      for (const auto& [variable, coefficient] : constraint.terms) {
        if (!contains(einsum_.variables, variable)) {
          report(einsum_.where,
                 fmt::format("the mask uses '{}', which {} does not", variable, einsum_.name),
                 core::suggestion(variable, einsum_.variables));
        }
      }
    }
  }

  Einsum& einsum_;
  const Cascade::Data& data_;
  core::Problems& problems_;
  Names outputs_;
  Names inputs_;
  std::string newRank_;
};

} // namespace

std::optional<std::int64_t> sizeOf(const std::string& variable, const Cascade::Data& data) {
  for (const auto& [name, size] : data.sizes) {
    if (name == variable) {
      return size;
    }
  }
  return std::nullopt;
}

std::optional<Range> range(const std::map<std::string, std::int64_t>& terms, std::int64_t constant,
                           const Cascade::Data& data) {
  Range out{constant, constant};
  for (const auto& [variable, coefficient] : terms) {
    const auto size = sizeOf(variable, data);
    std::int64_t reach = 0;
    auto& end = coefficient > 0 ? out.high : out.low;
    if (!size || __builtin_mul_overflow(coefficient, *size - 1, &reach) ||
        __builtin_add_overflow(end, reach, &end)) {
      return std::nullopt;
    }
  }
  return out;
}

void checkEinsum(Einsum& einsum, const Cascade::Data& data, core::Problems& problems) {
  Checker(einsum, data, problems).check();
}

} // namespace einsight::einsum
