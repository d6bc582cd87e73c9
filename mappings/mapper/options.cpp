#include "mappings/mapper/options.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

class Options {
public:
  Options(const Nested& nested, const Chosen& chosen, const Movement& movement, int tensor)
      : nested_(nested), chosen_(chosen), movement_(movement), tensor_(tensor),
        node_(movement.commonNode()), path_(nested.nodes[static_cast<std::size_t>(node_)].path) {}

  std::vector<Option> all() {
    add({});
    buffers();
    if (movement_.maker() >= 0) {
      registers();
    }
    return std::move(list_);
  }

private:
  [[nodiscard]] const std::vector<MemoryFact>& memories() const { return nested_.facts->memories; }

  void add(Option option) {
    if (std::find(list_.begin(), list_.end(), option) == list_.end()) {
      list_.push_back(std::move(option));
    }
  }

  /// Innermost, and wherever the loop inside does not move the tensor.
  [[nodiscard]] std::vector<int> levels() const {
    std::vector<int> list{static_cast<int>(path_.size())};
    for (int i = static_cast<int>(path_.size()) - 1; i >= 0; --i) {
      const int loop = path_[static_cast<std::size_t>(i)];
      if (!movement_.moves(loop) || nested_.loop(loop).variable == movement_.iterative()) {
        list.push_back(i);
      }
    }
    return list;
  }

  void buffers() {
    for (std::size_t m = 1; m < memories().size(); ++m) {
      if (memories()[m].unit >= 0) {
        continue;
      }
      const int memory = static_cast<int>(m);
      for (const int level : levels()) {
        add({{Keep{memory, node_, level}}});
        if (const int place = placeOf(nested_, tensor_); place >= 0) {
          add({{Keep{memory, node_, level, 0, place}}});
        }
      }
      groups(memory);
    }
  }

  /// In each inner nest that uses it.
  void groups(int memory) {
    Option option;
    for (std::size_t n = 1; node_ == 0 && n < nested_.nodes.size(); ++n) {
      const bool used = std::any_of(
          movement_.readers().begin(), movement_.readers().end(), [&](const auto& reader) {
            return nested_.leaves[static_cast<std::size_t>(reader.leaf)].node ==
                   static_cast<int>(n);
          });
      if (used) {
        option.keeps.push_back(
            {memory, static_cast<int>(n), static_cast<int>(nested_.nodes[n].path.size()), 0});
      }
    }
    if (!option.keeps.empty()) {
      add(option);
    }
  }

  void registers() {
    const auto before = list_; // alone, or with a buffer
    const int innermost = static_cast<int>(path_.size());
    const auto with = [&](const Keep& keep) {
      for (auto option : before) {
        option.keeps.push_back(keep);
        add(std::move(option));
      }
    };
    const int own = registersOf(movement_.maker());
    if (own >= 0) {
      for (const int level : levels()) {
        with({own, node_, level});
      }
    }
    for (const auto& reader : movement_.readers()) {
      const int theirs = registersOf(reader.leaf);
      const auto streamed = movement_.readers().size() == 1 ? inTime(reader.leaf) : 0;
      if (theirs >= 0 && (theirs != own || streamed != 0)) {
        with({theirs, node_, innermost, streamed});
      }
    }
  }

  [[nodiscard]] int registersOf(int leaf) const {
    return nested_.facts
        ->registers[static_cast<std::size_t>(chosen_[static_cast<std::size_t>(leaf)]->unit)];
  }

  /// Rank variables of the tensor that its reader goes through one value at a time.
  [[nodiscard]] Variables inTime(int leaf) const {
    const auto& bound = *chosen_[static_cast<std::size_t>(leaf)];
    const auto& output =
        nested_.einsum(nested_.leaves[static_cast<std::size_t>(movement_.maker())]).output;
    Variables set = 0;
    for (int v = 0; v < static_cast<int>(nested_.tiles.size()); ++v) {
      set |= has(output.variables, v) && !bound.spreads(v) && nested_.inside(v, path_) > 1 ? only(v)
                                                                                           : 0;
    }
    return set;
  }

  const Nested& nested_;
  const Chosen& chosen_;
  const Movement& movement_;
  int tensor_;
  int node_;
  std::vector<int> path_;
  std::vector<Option> list_;
};

} // namespace

std::vector<Option> optionsOf(const Nested& nested, const Chosen& chosen, const Movement& movement,
                              int tensor) {
  return Options(nested, chosen, movement, tensor).all();
}

int placeOf(const Nested& nested, int tensor) {
  const int maker = nested.makerOf(tensor);
  if (maker < 0) {
    return -1;
  }
  const auto& einsum = nested.einsum(nested.leaves[static_cast<std::size_t>(maker)]);
  const auto& facts = *nested.facts;
  if (einsum.reduced != 0 || einsum.iterative >= 0) {
    return -1;
  }
  for (const auto& read : einsum.reads) {
    const auto& source = facts.tensors[static_cast<std::size_t>(read.tensor)];
    const auto& made = facts.tensors[static_cast<std::size_t>(tensor)];
    const int sourceMaker = nested.makerOf(read.tensor);
    const bool last =
        !source.readers.empty() &&
        source.readers.back() == nested.leaves[static_cast<std::size_t>(maker)].einsum;
    const bool here = std::all_of(source.readers.begin(), source.readers.end(), [&](int reader) {
      return std::any_of(nested.leaves.begin(), nested.leaves.end(),
                         [&](const Leaf& leaf) { return leaf.einsum == reader; });
    });
    if (sourceMaker < 0 || source.iterative >= 0 || !last || !here || source.tensor->result ||
        source.tensor->bits != made.tensor->bits || read.variables != einsum.output.variables ||
        read.variables != einsum.variables) {
      continue;
    }
    const int first = placeOf(nested, read.tensor);
    return first >= 0 ? first : read.tensor;
  }
  return -1;
}

} // namespace einsight::mappings::mapper
