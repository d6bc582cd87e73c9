#include "mappings/mapper/sized_finder.hpp"

#include <cstdlib>

namespace einsight::mappings::sized {

FormFinder::FormFinder(const Draft& draft, const PartTable& table, std::vector<Form>& forms)
    : draft_(draft), table_(table), forms_(forms) {
  for (const auto& loop : draft.plan.loops) {
    parts_.push_back(table.find(loop.name));
  }
}

FormFinder::Splitting FormFinder::splitting(const std::string& variable,
                                            const std::vector<int>& fixed) const {
  Splitting split;
  for (const auto& each : draft_.subject.plan().parts.at(variable)) {
    const auto number = table_.find(each.name);
    const auto at =
        std::find_if(fixed.begin(), fixed.end(), [&](int loop) { return part(loop) == number; });
    if (at != fixed.end()) {
      split.terms.push_back({*at, number, 1, true});
    } else {
      split.inside.push_back(number);
    }
  }
  return split;
}

int FormFinder::extent(const std::string& variable, const std::vector<int>& fixed,
                       const std::vector<einsum::Constraint>& domain) {
  const auto split = splitting(variable, fixed);
  Form made{draft_.cascade().size(variable), split.inside, split.terms};
  for (const auto& constraint : domain) {
    const auto own = constraint.terms.find(variable);
    if (own == constraint.terms.end() || own->second != -1 || !split.terms.empty()) {
      continue;
    }
    Form clipped{constraint.constant + 1, split.inside, {}};
    bool usable = true;
    for (const auto& [other, coefficient] : constraint.terms) {
      if (other == variable) {
        continue;
      }
      const auto others = splitting(other, fixed);
      usable = usable && table_.product(others.inside) == 1 && coefficient < 0;
      for (auto term : others.terms) {
        term.coefficient = -coefficient;
        clipped.terms.push_back(term);
      }
    }
    made = usable ? clipped : made;
  }
  return numberOf(forms_, made);
}

Mask FormFinder::mask(const TaskOrigin::Mask& origin) {
  Mask mask;
  mask.constant = origin.constraint->constant;
  for (const auto& [variable, coefficient] : origin.constraint->terms) {
    const auto split = splitting(variable, origin.fixed);
    for (auto term : split.terms) {
      term.coefficient = coefficient;
      mask.terms.push_back(term);
    }
    if (table_.product(split.inside) > 1 && coefficient > 0) {
      mask.spans.push_back({extent(variable, origin.fixed, {}), coefficient});
    }
  }
  return mask;
}

RawProduct FormFinder::points(const einsum::Einsum& einsum, const std::vector<int>& fixed) {
  RawProduct raw;
  for (const auto& variable : einsum.variables) {
    raw.forms.push_back(extent(variable, fixed, einsum.domain));
  }
  return raw;
}

RawProduct FormFinder::box(const einsum::Access& access, const std::vector<int>& fixed,
                           const std::vector<einsum::Constraint>& domain) {
  RawProduct raw;
  const auto* maker = draft_.cascade().einsum(access.tensor);
  const auto& shape = draft_.cascade().tensor(access.tensor)->shape;
  for (std::size_t d = 0; d < access.indices.size(); ++d) {
    const auto& index = access.indices[d];
    if (maker != nullptr && maker->iterative && index.terms.count(*maker->iterative) > 0) {
      continue;
    }
    if (const auto variable = index.plainVariable(); !variable.empty()) {
      raw.forms.push_back(extent(variable, fixed, domain));
      continue;
    }
    Window window{shape[d], {}};
    for (const auto& [variable, coefficient] : index.terms) {
      window.steps.push_back({std::abs(coefficient), draft_.cascade().size(variable),
                              splitting(variable, fixed).inside});
    }
    raw.windows.push_back(std::move(window));
  }
  return raw;
}

} // namespace einsight::mappings::sized
