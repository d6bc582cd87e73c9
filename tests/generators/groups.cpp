#include "tests/generators/groups.hpp"

#include "mappings/plan.hpp"

#include <algorithm>
#include <map>

namespace einsight::generators {
namespace {

using Names = std::set<std::string>;

std::string origin(std::string tensor, const einsum::Cascade& cascade) {
  for (const auto* view = cascade.einsum(tensor); view != nullptr && view->view;
       view = cascade.einsum(tensor)) {
    tensor = mappings::reads(*view).front();
  }
  return tensor;
}

/// Every tensor that each Einsum needs, directly or not.
std::map<std::string, Names> needs(const einsum::Cascade& cascade) {
  std::map<std::string, Names> all;
  for (const auto& einsum : cascade.einsums()) {
    all[einsum.name] = sources(einsum, cascade);
  }
  for (std::size_t round = 0; round < all.size(); ++round) {
    for (auto& [name, direct] : all) {
      for (const auto& tensor : Names(direct)) {
        const auto further = all.find(tensor);
        if (further != all.end()) {
          direct.insert(further->second.begin(), further->second.end());
        }
      }
    }
  }
  return all;
}

bool has(const einsum::Einsum& einsum, const std::string& variable) {
  return std::find(einsum.variables.begin(), einsum.variables.end(), variable) !=
         einsum.variables.end();
}

bool inOutput(const einsum::Einsum& einsum, const std::string& variable) {
  return std::any_of(einsum.output.indices.begin(), einsum.output.indices.end(),
                     [&](const auto& index) { return index.terms.count(variable) > 0; });
}

bool readByOthers(const einsum::Einsum& maker, const Group& group, const einsum::Cascade& cascade) {
  return std::any_of(group.begin(), group.end(), [&](const auto* reader) {
    return reader != &maker && sources(*reader, cascade).count(maker.name) > 0;
  });
}

/// Does somebody read a view of what is made in the group?
bool readsOwnView(const Group& group, const einsum::Cascade& cascade) {
  for (const auto* reader : group) {
    for (const auto& tensor : mappings::reads(*reader)) {
      const auto wanted = origin(tensor, cascade);
      if (wanted != tensor && std::any_of(group.begin(), group.end(), [&](const auto* maker) {
            return maker->name == wanted;
          })) {
        return true;
      }
    }
  }
  return false;
}

} // namespace

Names sources(const einsum::Einsum& einsum, const einsum::Cascade& cascade) {
  Names names;
  for (const auto& tensor : mappings::reads(einsum)) {
    names.insert(origin(tensor, cascade));
  }
  return names;
}

std::vector<Group> groupsOf(const einsum::Cascade& cascade) {
  const auto needed = needs(cascade);
  std::vector<Group> waiting;
  for (const auto& einsum : cascade.einsums()) {
    if (einsum.view) {
      continue;
    }
    const auto mutual = std::find_if(waiting.begin(), waiting.end(), [&](const Group& group) {
      return needed.at(einsum.name).count(group.front()->name) > 0 &&
             needed.at(group.front()->name).count(einsum.name) > 0;
    });
    mutual == waiting.end() ? waiting.push_back({&einsum}) : mutual->push_back(&einsum);
  }
  std::vector<Group> groups;
  while (!waiting.empty()) {
    const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](const Group& group) {
      return std::none_of(waiting.begin(), waiting.end(), [&](const Group& other) {
        return &other != &group && needed.at(group.front()->name).count(other.front()->name) > 0;
      });
    });
    groups.push_back(*ready);
    waiting.erase(ready);
  }
  return groups;
}

std::optional<Names> loopable(const Group& group, const einsum::Cascade& cascade) {
  if (group.size() > 1 && readsOwnView(group, cascade)) {
    return std::nullopt;
  }
  Names variables;
  for (const auto& [variable, size] : cascade.sizes()) {
    const bool everywhere = std::all_of(group.begin(), group.end(), [&](const auto* einsum) {
      return has(*einsum, variable) &&
             (inOutput(*einsum, variable) || !readByOthers(*einsum, group, cascade));
    });
    if (everywhere) {
      variables.insert(variable);
    }
  }
  for (const auto* einsum : group) {
    if (einsum->iterative && variables.count(*einsum->iterative) == 0) {
      return std::nullopt;
    }
  }
  return variables;
}

} // namespace einsight::generators
