#include "tests/generators/cascade.hpp"
#include "tests/generators/draw.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace einsight::generators {
namespace {

using Variables = std::vector<std::string>;

struct TensorText {
  std::string name;
  Variables ranks;
  [[nodiscard]] std::string access() const {
    return fmt::format("{}[{}]", name, fmt::join(ranks, ","));
  }
};

class Maker {
public:
  CascadeText make() {
    drawSizes();
    const auto einsums = between(1, 6);
    for (std::int64_t i = 0; i < einsums; ++i) {
      addEinsum(fmt::format("T{}", i));
    }
    cascade_.text = fmt::format("version: 1\nworkload: random\nsummary: a tree\nsource: drawn\n"
                                "ranks: {{{}}}\ntensors: {{{}}}\neinsums:\n{}",
                                fmt::join(sizes_, ", "), fmt::join(inputs_, ", "), einsums_);
    return cascade_;
  }

private:
  void drawSizes() {
    const auto count = between(2, 5);
    std::int64_t points = 1;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string name(1, "ijkln"[i]);
      const auto size =
          between(1, std::min<std::int64_t>(32, std::max<std::int64_t>(1, 4096 / points)));
      points *= size;
      variables_.push_back(name);
      sizes_.push_back(fmt::format("{}: {}", name, size));
    }
  }

  /// One or more of the variables, in any order.
  static Variables someOf(const Variables& all) {
    auto some = shuffled(all);
    some.resize(static_cast<std::size_t>(choice(1, static_cast<std::int64_t>(some.size()))));
    return some;
  }

  TensorText input() {
    TensorText tensor{fmt::format("X{}", inputs_.size()), someOf(variables_)};
    inputs_.push_back(fmt::format("{}: [{}]", tensor.name, fmt::join(tensor.ranks, ", ")));
    made_.push_back(tensor);
    return tensor;
  }

  /// The newest tensor, an older one, or a new input.
  TensorText operand() {
    const auto which = made_.empty() ? 2 : choice(0, 2);
    return which == 0 ? made_.back() : which == 1 ? anyOf(made_) : input();
  }

  static Variables united(const Variables& a, const Variables& b) {
    auto all = a;
    std::copy_if(b.begin(), b.end(), std::back_inserter(all), [&](const auto& variable) {
      return std::find(a.begin(), a.end(), variable) == a.end();
    });
    return all;
  }

  void add(const TensorText& made, const std::string& value, const Variables& points) {
    std::string mask;
    if (points.size() >= 2 && oneIn(6)) {
      cascade_.masked = true;
      mask = fmt::format(", where: \"{} <= {} + {}\"", points[0], points[1], between(0, 3));
    }
    einsums_ += fmt::format("  - {{einsum: \"{} = {}\"{}}}\n", made.access(), value, mask);
    made_.push_back(made);
  }

  void addEinsum(const std::string& name) {
    const auto first = operand();
    const auto kind = choice(0, 3);
    if (kind == 0) {
      const auto function = anyOf<std::string>({"relu", "exp", "neg", "sigmoid"});
      add({name, first.ranks}, fmt::format("{}({})", function, first.access()), first.ranks);
      return;
    }
    if (kind == 3) {
      const auto kept = someOf(first.ranks);
      Variables gone;
      std::copy_if(
          first.ranks.begin(), first.ranks.end(), std::back_inserter(gone),
          [&](const auto& v) { return std::find(kept.begin(), kept.end(), v) == kept.end(); });
      const auto reduction =
          gone.empty() ? std::string(" + 1")
                       : fmt::format(" :: {}({})", anyOf<std::string>({"add", "max", "min"}),
                                     fmt::join(gone, ","));
      add({name, kept}, first.access() + reduction, first.ranks);
      return;
    }
    const auto second = operand();
    const auto all = united(first.ranks, second.ranks);
    if (kind == 2) {
      add({name, someOf(all)}, first.access() + " * " + second.access(), all);
      return;
    }
    const auto op = anyOf<std::string>({"+", "*", "-", "/"});
    add({name, all}, fmt::format("{} {} {}", first.access(), op, second.access()), all);
  }

  CascadeText cascade_;
  Variables variables_;
  std::vector<std::string> sizes_, inputs_;
  std::vector<TensorText> made_;
  std::string einsums_;
};

} // namespace

CascadeText drawTree() {
  return Maker().make();
}

} // namespace einsight::generators
