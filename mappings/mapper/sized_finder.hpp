#pragma once
#include "mappings/lowering/draft.hpp"
#include "mappings/mapper/sized_cost.hpp"

#include <algorithm>

namespace einsight::mappings::sized {

/// The place of a value in a list, at whose end it is put where it is missing.
template <class T>
int numberOf(std::vector<T>& list, const T& value) {
  const auto found = std::find(list.begin(), list.end(), value);
  if (found != list.end()) {
    return static_cast<int>(found - list.begin());
  }
  list.push_back(value);
  return static_cast<int>(list.size()) - 1;
}

/// A product before its forms have found their groups.
struct RawProduct {
  std::vector<int> forms;
  std::vector<Window> windows;
};

/// Forms and masks of one section: the same rules as Draft's, with sizes left open.
class FormFinder {
public:
  FormFinder(const Draft& draft, const PartTable& table, std::vector<Form>& forms);

  /// The part that a loop of the section is.
  [[nodiscard]] int part(int loop) const { return parts_[static_cast<std::size_t>(loop)]; }
  [[nodiscard]] const Form& form(int number) const {
    return forms_[static_cast<std::size_t>(number)];
  }

  /// The parts of a rank variable that are among the fixed loops, and those inside the tile.
  struct Splitting {
    std::vector<Term> terms;
    std::vector<int> inside;
  };
  [[nodiscard]] Splitting splitting(const std::string& variable,
                                    const std::vector<int>& fixed) const;
  /// As Draft::extent.
  int extent(const std::string& variable, const std::vector<int>& fixed,
             const std::vector<einsum::Constraint>& domain);
  /// As Draft::guards, of one constraint.
  Mask mask(const TaskOrigin::Mask& origin);
  /// The points of an Einsum's iteration space.
  RawProduct points(const einsum::Einsum& einsum, const std::vector<int>& fixed);
  /// As Draft::box.
  RawProduct box(const einsum::Access& access, const std::vector<int>& fixed,
                 const std::vector<einsum::Constraint>& domain);

private:
  const Draft& draft_;
  const PartTable& table_;
  std::vector<Form>& forms_;
  std::vector<int> parts_; ///< per loop
};

} // namespace einsight::mappings::sized
