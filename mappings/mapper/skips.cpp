#include "mappings/mapper/skips.hpp"

#include "einsum/operators.hpp"
#include "einsum/walk.hpp"
#include "mappings/mapper/place.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

/// A value in a tile that a mask leaves out: nothing, a number, or a text that stands for it.
struct Value {
  enum class Kind { Nothing, Number, Text };
  Kind kind = Kind::Nothing;
  double number = 0;
  std::string text;

  bool operator==(const Value&) const = default;
  [[nodiscard]] bool is(double other) const { return kind == Kind::Number && number == other; }
  [[nodiscard]] bool isNothing() const { return kind == Kind::Nothing; }
};

Value numberOf(double number) {
  return {Value::Kind::Number, number, {}};
}

Value textOf(std::string text) {
  return {Value::Kind::Text, 0, std::move(text)};
}

Value composite(std::string_view op, const std::vector<Value>& operands) {
  std::string text(op);
  for (const auto& operand : operands) {
    text += operand.isNothing()                   ? "(nothing)"
            : operand.kind == Value::Kind::Number ? "(" + std::to_string(operand.number) + ")"
                                                  : "(" + operand.text + ")";
  }
  return textOf(std::move(text));
}

/// An operator of two operands that are both there.
Value simplified(std::string_view op, const Value& a, const Value& b) {
  if (op == "sub" && a == b) {
    return numberOf(0);
  }
  if ((op == "max" || op == "min") && a == b) {
    return a;
  }
  const auto* known = einsum::findOperator(op);
  const bool commutes = op == "add" || op == "mul" || op == "max" || op == "min";
  const bool right = commutes || op == "sub" || op == "div";
  if (known != nullptr && right && b.is(known->identity)) {
    return a;
  }
  if (known != nullptr && commutes && a.is(known->identity)) {
    return b;
  }
  return composite(op, {a, b});
}

/// The tiles that one mask leaves out, in one nest.
class MaskedTile {
public:
  MaskedTile(const Facts& facts, const std::vector<int>& einsums, const Skip& skip, int mask)
      : facts_(facts), mask_(mask) {
    for (std::size_t i = 0; i < einsums.size(); ++i) {
      if (facts.masks->has(skip.masks[i], mask) && !isMasked(einsums[i])) {
        skipped_.push_back(einsums[i]);
      }
    }
  }

  [[nodiscard]] bool harmless() {
    for (const int e : skipped_) {
      if (!lossless(e)) {
        return false;
      }
      const auto& einsum = *facts_.einsums[static_cast<std::size_t>(e)].einsum;
      const auto value = valueOf(einsum);
      if (einsum.iterative && !(value == before(einsum.output, *einsum.iterative))) {
        return false;
      }
      values_.emplace(e, value);
    }
    return true;
  }

private:
  [[nodiscard]] bool isMasked(int einsum) const {
    return facts_.masks->has(facts_.einsums[static_cast<std::size_t>(einsum)].domain, mask_);
  }
  [[nodiscard]] bool isSkipped(int einsum) const {
    return std::find(skipped_.begin(), skipped_.end(), einsum) != skipped_.end();
  }
  [[nodiscard]] int makerOf(const std::string& tensor) const {
    const auto found =
        std::find_if(facts_.einsums.begin(), facts_.einsums.end(),
                     [&](const EinsumFact& fact) { return fact.einsum->name == tensor; });
    return found == facts_.einsums.end() ? -1 : static_cast<int>(found - facts_.einsums.begin());
  }

  /// As verify(): a recurrence takes in nothing else there, and what else is skipped nobody needs
  /// there.
  [[nodiscard]] bool lossless(int number) const {
    const auto& einsum = *facts_.einsums[static_cast<std::size_t>(number)].einsum;
    const auto isWithout = [&](const std::string& name) {
      const int maker = makerOf(name);
      return maker >= 0 && (isMasked(maker) || isSkipped(maker));
    };
    if (einsum.iterative) {
      const auto taken = einsum::tensorsRead(einsum);
      return std::all_of(taken.begin(), taken.end(), [&](const std::string& name) {
        return name == einsum.name || isWithout(name);
      });
    }
    if (facts_.cascade.tensor(einsum.name)->result) {
      return false;
    }
    const auto all = facts_.cascade.einsums();
    return std::all_of(all.begin(), all.end(), [&](const einsum::Einsum& reader) {
      const auto taken = einsum::tensorsRead(reader);
      return !einsum::contains(taken, einsum.name) || isWithout(reader.name);
    });
  }

  /// The value of the iteration before, at the other indices of an access.
  static Value before(const einsum::Access& access, const std::string& iterative) {
    auto text = access.tensor;
    for (const auto& index : access.indices) {
      text += index.terms.count(iterative) > 0 ? "" : "," + einsum::toText(index);
    }
    return textOf(std::move(text));
  }

  Value valueOf(const einsum::Einsum& einsum) {
    auto value = valueOf(einsum.expression);
    return einsum.reductions.empty() || value.isNothing() ? value
                                                          : textOf("reduced to " + einsum.name);
  }

  Value valueOf(const einsum::Expr& expression) {
    switch (expression.kind) {
    case einsum::Expr::Kind::Constant:
      return numberOf(expression.constant);
    case einsum::Expr::Kind::Variable:
      return textOf(expression.name);
    case einsum::Expr::Kind::Access:
      return valueOf(expression.access);
    default:
      break;
    }
    std::vector<Value> operands;
    for (const auto& operand : expression.operands) {
      operands.push_back(valueOf(operand));
    }
    return applied(expression.name, operands);
  }

  static Value applied(const std::string& op, std::vector<Value> operands) {
    const auto* known = einsum::findOperator(op);
    if (known == nullptr || operands.empty()) {
      return composite(op, operands);
    }
    const bool any = std::any_of(operands.begin(), operands.end(),
                                 [](const Value& value) { return value.isNothing(); });
    if ((known->merge == einsum::Merge::Intersection && any) ||
        (known->merge == einsum::Merge::First && operands.front().isNothing())) {
      return {};
    }
    if (known->merge == einsum::Merge::Union) { // what is absent counts as the identity
      std::erase_if(operands, [](const Value& value) { return value.isNothing(); });
      if (operands.size() < 2) {
        return operands.empty() ? Value{} : operands.front();
      }
    } else if (any) {
      return composite(op, operands);
    }
    std::vector<double> numbers;
    for (const auto& operand : operands) {
      if (operand.kind == Value::Kind::Number) {
        numbers.push_back(operand.number);
      }
    }
    if (numbers.size() == operands.size() && known->evaluate != nullptr) {
      return numberOf(known->evaluate(numbers));
    }
    return operands.size() == 2 ? simplified(op, operands[0], operands[1])
                                : composite(op, operands);
  }

  Value valueOf(const einsum::Access& access) {
    const int maker = makerOf(access.tensor);
    const bool here = maker >= 0 && (isMasked(maker) || isSkipped(maker));
    if (!here) {
      return textOf(einsum::toText(access));
    }
    const auto& einsum = *facts_.einsums[static_cast<std::size_t>(maker)].einsum;
    bool same = true;       // a value that this Einsum has made, of the same element
    std::int64_t shift = 0; // iterations ago
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
      const auto& read = access.indices[d];
      const auto& made = einsum.output.indices[d];
      if (einsum.iterative && made.terms.count(*einsum.iterative) > 0) {
        same = same && read.terms == made.terms;
        shift = made.constant - read.constant;
      } else {
        same = same && read == made;
      }
    }
    if (same && shift == 0 && isMasked(maker)) {
      return {};
    }
    const auto value = values_.find(maker);
    const bool known = same && shift == 0 && value != values_.end();
    if (einsum.iterative && isSkipped(maker) && ((same && shift == 1) || known)) {
      return before(access, *einsum.iterative);
    }
    return known ? value->second : textOf(einsum::toText(access));
  }

  const Facts& facts_;
  int mask_;
  std::vector<int> skipped_;
  std::map<int, Value>
      values_; ///< of those that are skipped, if they ran; of recurrences: as before
};

} // namespace

const Skip& Skips::of(const std::vector<int>& einsums, Variables looped) {
  const auto [at, isNew] = known_.try_emplace({einsums, looped});
  auto& skip = at->second;
  if (!isNew) {
    return skip;
  }
  int all = 0;
  for (const int e : einsums) {
    skip.masks.push_back(skippedMasks(facts_, e, einsums, looped));
    all = facts_.masks->both(all, skip.masks.back());
  }
  skip.harmless = true;
  const auto masks = facts_.masks->masksOf(all);
  for (const int mask : masks) {
    skip.harmless = skip.harmless && MaskedTile(facts_, einsums, skip, mask).harmless();
  }
  return skip;
}

} // namespace einsight::mappings::mapper
