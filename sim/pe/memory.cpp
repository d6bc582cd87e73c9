#include "sim/pe/memory.hpp"

#include "core/invariant.hpp"
#include "einsum/reduce.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::sim::cells {
namespace {

std::size_t elementsOf(const einsum::Tensor& tensor) {
  std::size_t elements = 1;
  for (const auto size : tensor.shape) {
    elements *= static_cast<std::size_t>(size);
  }
  return elements;
}

std::string wordOf(const einsum::Tensor& tensor, std::int64_t at) {
  std::string text;
  for (std::size_t d = tensor.shape.size(); d-- > 0;) {
    text = fmt::format("{}{}{}", at % tensor.shape[d], text.empty() ? "" : ",", text);
    at /= tensor.shape[d];
  }
  return fmt::format("{}[{}]", tensor.name, text);
}

} // namespace

Memory::Memory(const einsum::Cascade& cascade, const einsum::Environment& inputs)
    : cascade_(cascade) {
  for (const auto& tensor : cascade.tensors()) {
    const auto elements = elementsOf(tensor);
    Store made;
    made.tensor = &tensor;
    made.maker = cascade.einsum(tensor.name);
    made.points.resize(elements);
    made.arrived.assign(elements, kNever);
    made.loaded.assign(elements, kNever);
    made.saved.assign(elements, tensor.input ? 1 : 0);
    made.skipped.assign(elements, 0);
    made.used.assign(elements, 0);
    if (tensor.input) {
      const auto& given = inputs.at(tensor.name);
      for (std::size_t i = 0; i < elements; ++i) {
        made.points[i] = {given.data[i], given.present[i] != 0};
      }
    }
    setInitial(made);
    stores_.push_back(std::move(made));
  }
}

/// Marks what an iterative tensor holds before its first iteration. The identity of the union that
/// forms it counts as absent, as in einsum::evaluate.
void Memory::setInitial(Store& made) {
  if (made.maker == nullptr || !made.maker->iterative) {
    return;
  }
  const auto& expression = made.maker->expression;
  const auto* row = expression.kind == einsum::Expr::Kind::Operator
                        ? einsum::findOperator(expression.name)
                        : nullptr;
  const auto& tensor = *made.tensor;
  const bool absent = !tensor.initial || (row != nullptr && row->merge == einsum::Merge::Union &&
                                          row->identity == *tensor.initial);
  std::int64_t inner = 1;
  for (std::size_t d = tensor.shape.size(); d-- > 0;) {
    const auto& index = made.maker->output.indices[d];
    if (index.terms.contains(*made.maker->iterative)) {
      made.stride = inner;
      made.trips = tensor.shape[d];
      for (std::size_t at = 0; at < made.points.size(); ++at) {
        if (static_cast<std::int64_t>(at) / inner % tensor.shape[d] < index.constant) {
          made.points[at] = absent ? einsum::Point{} : einsum::Point{*tensor.initial, true};
          made.arrived[at] = 0;
          made.loaded[at] = kAlways;
          made.saved[at] = 1;
        }
      }
    }
    inner *= tensor.shape[d];
  }
}

void Memory::beginSection() {
  for (auto& each : stores_) {
    for (std::size_t i = 0; i < each.points.size(); ++i) {
      each.arrived[i] = each.arrived[i] == kNever ? kNever : 0;
      each.loaded[i] = each.loaded[i] == kAlways ? kAlways : kNever;
    }
    each.held.clear();
    if (each.maker != nullptr && each.maker->view) {
      showView(each);
    }
  }
}

/// A view costs nothing: it is there when what it shows is.
void Memory::showView(Store& view) {
  einsum::Environment sources;
  for (const auto* access : einsum::accesses(view.maker->expression)) {
    const auto& from = store(number(access->tensor));
    einsum::Values values{from.tensor->shape, {}, {}};
    for (std::size_t i = 0; i < from.points.size(); ++i) {
      const auto point = from.saved[i] != 0 ? from.points[i] : einsum::Point{};
      values.data.push_back(point.value);
      values.present.push_back(point.present ? 1 : 0);
    }
    if (std::find(from.saved.begin(), from.saved.end(), 1) == from.saved.end()) {
      return; // made in a later section
    }
    sources[access->tensor] = std::move(values);
  }
  einsum::Values shown{view.tensor->shape, std::vector<double>(view.points.size()),
                       std::vector<unsigned char>(view.points.size())};
  einsum::evaluateEinsum(cascade_, *view.maker, sources, std::nullopt, shown);
  for (std::size_t i = 0; i < view.points.size(); ++i) {
    view.points[i] = {shown.data[i], shown.present[i] != 0};
    view.saved[i] = 1;
  }
}

std::string Memory::word(int tensor, std::int64_t at) const {
  return wordOf(*store(tensor).tensor, at);
}

int Memory::number(const std::string& tensor) const {
  const auto found = std::find_if(stores_.begin(), stores_.end(),
                                  [&](const Store& each) { return each.tensor->name == tensor; });
  EINSIGHT_INVARIANT(found != stores_.end(), "a tile is of a tensor of the cascade");
  return static_cast<int>(found - stores_.begin());
}

void Memory::leave(int tensor, std::int64_t at, const einsum::Point& point, std::int64_t tick,
                   const Program& program) {
  auto& to = store(tensor);
  const auto i = index(at);
  if (to.arrived[i] == kNever) {
    to.points[i] = point;
    to.arrived[i] = tick;
    return;
  }
  EINSIGHT_INVARIANT(to.used[i] == 0,
                     "a value is read after its last part has come: " + wordOf(*to.tensor, at));
  to.points[i] = program.join(to.points[i], point);
  to.arrived[i] = std::max(to.arrived[i], tick);
}

void Memory::keep(int tensor, std::int64_t at, const einsum::Point& point, std::int64_t tick,
                  int cell, const Program& program) {
  auto& to = store(tensor);
  if (to.held.empty()) {
    to.held.resize(to.points.size());
  }
  auto& word = to.held[index(at)];
  EINSIGHT_INVARIANT(word.cell < 0 || word.cell == cell,
                     "a value stays in one PE: " + wordOf(*to.tensor, at));
  word = {word.cell < 0 ? point : program.join(word.point, point), tick, cell};
}

void Memory::load(int tensor, std::int64_t at, std::int64_t tick) {
  auto& when = store(tensor).loaded[index(at)];
  when = std::min(when, tick);
}

/// Is there provably nothing at this coordinate, by the Einsum's domain?
bool Memory::excluded(const Store& from, std::int64_t at) {
  std::map<std::string, std::int64_t> known;
  for (std::size_t d = from.tensor->shape.size(); d-- > 0;) {
    const auto& made = from.maker->output.indices[d];
    if (made.terms.size() == 1 && made.terms.begin()->second == 1) {
      known[made.terms.begin()->first] = at % from.tensor->shape[d] - made.constant;
    }
    at /= from.tensor->shape[d];
  }
  return std::any_of(from.maker->domain.begin(), from.maker->domain.end(),
                     [&](const auto& constraint) {
                       auto sum = constraint.constant;
                       for (const auto& [variable, coefficient] : constraint.terms) {
                         const auto value = known.find(variable);
                         if (value == known.end()) {
                           return false;
                         }
                         sum += coefficient * value->second;
                       }
                       return sum < 0;
                     });
}

/// The coordinate whose value this one has: where an instance had nothing to do, the running value
/// of an iterative tensor is the one before. Negative: nothing was or will be made.
std::int64_t Memory::resolve(const Store& from, std::int64_t at) {
  while (from.arrived[index(at)] == kNever && from.maker != nullptr &&
         (from.skipped[index(at)] != 0 || excluded(from, at))) {
    if (from.stride == 0 || at / from.stride % from.trips == 0) {
      return -1;
    }
    at -= from.stride;
  }
  return at;
}

bool Memory::inDram(int tensor, std::int64_t at) const {
  const auto& from = store(tensor);
  const auto there = resolve(from, at);
  return there < 0 || from.saved[index(there)] != 0 || from.saved[index(at)] != 0;
}

bool Memory::onChip(int tensor, std::int64_t at, std::int64_t tick) const {
  const auto& from = store(tensor);
  const auto there = resolve(from, at);
  return there < 0 || (from.arrived[index(there)] != kNever && from.arrived[index(there)] <= tick);
}

/// From the registers of the PE that made it; where an instance had nothing to do, the value
/// before.
einsum::Point Memory::held(const Store& from, std::int64_t at, std::int64_t tick, int cell) {
  while (from.held.empty() || from.held[index(at)].cell < 0) {
    if (from.loaded[index(at)] == kAlways) {
      return from.points[index(at)];
    }
    EINSIGHT_INVARIANT(from.skipped[index(at)] != 0 || excluded(from, at),
                       "a PE made what it reads: " + wordOf(*from.tensor, at));
    if (from.stride == 0 || at / from.stride % from.trips == 0) {
      return {};
    }
    at -= from.stride;
  }
  const auto& word = from.held[index(at)];
  EINSIGHT_INVARIANT(word.cell == cell && word.tick <= tick,
                     "a PE reads its own registers: " + wordOf(*from.tensor, at));
  return word.point;
}

einsum::Point Memory::read(Source source, int tensor, std::int64_t at, std::int64_t tick,
                           int cell) {
  auto& from = store(tensor);
  if (source == Source::Registers) {
    return held(from, at, tick, cell);
  }
  const bool input = source == Source::Loaded && (from.maker == nullptr || from.maker->view);
  const auto there = input ? at : resolve(from, at);
  if (there < 0) {
    return {};
  }
  const auto when = source == Source::Made ? from.arrived[index(there)] : from.loaded[index(at)];
  EINSIGHT_INVARIANT(when <= tick, "a word is there when it is read: " + wordOf(*from.tensor, at));
  from.used[index(there)] = 1;
  return from.points[index(there)];
}

} // namespace einsight::sim::cells
