#include "explore/sweep/names.hpp"

#include "arch/catalogue.hpp"
#include "core/text.hpp"
#include "results/sweep_row.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore::sweep {

void Names::checkVaried() {
  for (const auto& [name, where] : raw_.varied) {
    const auto dot = name.find('.');
    const auto prefix = dot == std::string::npos ? std::string() : name.substr(0, dot);
    const auto& names = known_[prefix];
    const auto own = dot == std::string::npos ? name : name.substr(dot + 1);
    if (failed_.contains(prefix) || open_.contains(prefix) ||
        std::find(names.begin(), names.end(), own) != names.end()) {
      continue;
    }
    const auto* thing = prefix.empty() ? kWorkload : prefix == "arch" ? kMachine : kMapping;
    problems_.push_back({where, fmt::format("no {} of this sweep has '{}' to set", thing, own),
                         core::suggestion(own, names)});
  }
}

void Names::checkWhere() {
  auto known = results::columnNames();
  for (const auto& varied : raw_.varied) {
    known.push_back(varied.name);
  }
  known.insert(known.end(), results_.begin(), results_.end());
  for (const auto& [expression, where] : raw_.sweep.where) {
    for (const auto& name : expression.names()) {
      if (!failed_.contains("arch") && std::find(known.begin(), known.end(), name) == known.end()) {
        problems_.push_back({where, fmt::format("no machine of this sweep gives '{}'", name),
                             core::suggestion(name, known)});
      }
    }
  }
}

void Names::checkPrices() {
  std::vector<std::string> devices(devices_.begin(), devices_.end());
  if (failed_.contains("arch")) { // whatever was meant there
    for (const auto& machine : arch::list().value_or(std::vector<arch::Listed>())) {
      if (machine.kind == "gpu" || machine.kind == "cpu") {
        devices.push_back(machine.name);
      }
    }
  }
  for (const auto& [name, where] : raw_.prices) {
    if (!ownMachineFailed_ && std::find(devices.begin(), devices.end(), name) == devices.end()) {
      problems_.push_back({where, fmt::format("no machine here has devices '{}'", name),
                           core::suggestion(name, devices)});
    }
  }
}

std::string Names::hash() {
  for (const auto& axis : raw_.sweep.axes) {
    for (const auto& name : axis.names) {
      hash_.add(name);
    }
    for (const auto& row : axis.rows) {
      for (const auto& value : row) {
        hash_.add(value.text);
      }
    }
    hash_.add("end");
  }
  for (const auto* conditions : {&raw_.sweep.when, &raw_.sweep.where}) {
    for (const auto& condition : *conditions) {
      hash_.add(condition.expression.text());
    }
    hash_.add("end");
  }
  for (const auto& [machine, price] : raw_.sweep.prices) {
    hash_.add(fmt::format("price {} {}", machine, price));
  }
  hash_.add(raw_.sweep.engine);
  if (const auto& sample = raw_.sweep.sample) {
    hash_.add(fmt::format("{} {}", sample->count, sample->seed));
  }
  if (const auto& search = raw_.sweep.search) {
    hash_.add(fmt::format("search {} {} {} {}", search->method, search->evaluations, search->seed,
                          search->population));
  }
  for (const auto& objective : raw_.sweep.objectives) {
    hash_.add(objective);
  }
  for (const auto& name : raw_.sweep.per) {
    hash_.add("per " + name);
  }
  return hash_.text();
}

std::string checkNames(const Raw& raw, core::Problems& problems) {
  Names names(raw, problems);
  names.lookUp();
  names.checkVaried();
  names.checkWhere();
  names.checkPrices();
  return names.hash();
}

} // namespace einsight::explore::sweep
