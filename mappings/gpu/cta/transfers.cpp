#include "mappings/gpu/cta/transfers.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

constexpr double kBitsPerByte = 8;

/// Share of the loop's values that exist: a last short tile brings fewer bytes.
double existing(const KernelPlan& plan, const einsum::Cascade& cascade,
                const einsum::Access& access) {
  const auto* tensor = cascade.tensor(access.tensor);
  double out = 1;
  if (plan.wholeTiles) {
    return 1;
  }
  for (std::size_t i = 0; plan.loop && tensor != nullptr && i < access.indices.size(); ++i) {
    const auto& terms = access.indices[i].terms;
    const auto step = terms.find(plan.loop->variable);
    if (step == terms.end()) {
      continue;
    }
    std::int64_t values = 1; // of the index in one iteration
    for (const auto& [variable, coefficient] : terms) {
      values += std::abs(coefficient) * (plan.extents(variable) - 1);
    }
    values = std::min(values, tensor->shape[i]);
    if (std::abs(step->second) * plan.loop->tile >= values) { // iterations do not overlap
      const auto all = static_cast<double>(values) * static_cast<double>(plan.loop->tiles());
      out *= std::min(1.0, static_cast<double>(tensor->shape[i]) / all);
    }
  }
  return out;
}

/// Bytes that lie together: ranks that are wholly in the tile, or the longest piece of one.
double burst(const einsum::Cascade& cascade, const einsum::Access& access, const Extents& extents,
             double bytesPerElement) {
  const auto* tensor = cascade.tensor(access.tensor);
  double whole = 1;
  double longest = 1;
  for (std::size_t i = 0; i < access.indices.size(); ++i) {
    std::int64_t values = 1;
    for (const auto& [variable, coefficient] : access.indices[i].terms) {
      values += std::abs(coefficient) * (extents(variable) - 1);
    }
    const auto size = tensor->shape[i];
    whole *= values >= size ? static_cast<double>(size) : 1.0;
    longest = std::max(longest, static_cast<double>(std::min(values, size)));
  }
  return std::max(whole, longest) * bytesPerElement;
}

/// Which tiles of the grid have lists of their own, and how far these can reach.
void setLists(Load& load, const KernelPlan& plan, const einsum::Cascade& cascade,
              const einsum::Access& access) {
  std::vector<std::string> inLists;
  double whole = 1; // elements that all of the lists' tiles have
  for (std::size_t i = 0; i < access.indices.size(); ++i) {
    const auto& index = access.indices[i];
    for (const auto& inner : index.gatherIndex) {
      einsum::addVariables(inner, inLists);
    }
    whole *= index.gatherTensor.empty()
                 ? indexElements(cascade, access, i, plan.extents)
                 : static_cast<double>(cascade.tensor(access.tensor)->shape[i]);
  }
  load.reach = inLists.empty() ? 1 : whole / boxElements(cascade, access, plan.extents);
  for (const auto& axis : plan.grid) {
    if (einsum::contains(inLists, axis.variable) &&
        !einsum::contains(load.variables, axis.variable)) {
      load.listed.push_back(axis.variable);
    }
  }
}

Load load(const KernelPlan& plan, const einsum::Cascade& cascade, const einsum::Access& access,
          Role reader) {
  Load out;
  out.tensor = access.tensor;
  const auto all = einsum::variablesOf(access);
  out.variables = plainVariables(access);
  const bool inLoop = plan.loop && einsum::contains(all, plan.loop->variable);
  out.role = inLoop ? Role::Iteration : reader == Role::Epilogue ? Role::Epilogue : Role::Prologue;
  out.bits = cascade.tensor(access.tensor)->bits;
  out.transfer.tensor = access.tensor;
  out.tileBytes = boxElements(cascade, access, plan.extents) * out.bits / kBitsPerByte;
  out.transfer.bytes = out.tileBytes * existing(plan, cascade, access);
  out.transfer.burst = burst(cascade, access, plan.extents, out.bits / kBitsPerByte);
  out.transfer.shared = std::any_of(plan.grid.begin(), plan.grid.end(), [&](const Axis& axis) {
    return axis.tiles() > 1 && !einsum::contains(out.variables, axis.variable);
  });
  setLists(out, plan, cascade, access);
  return out;
}

/// Do CTAs stream it together: in the loop, or at all where there is none?
bool isStreamed(const KernelPlan& plan, const Load& load) {
  return load.transfer.shared && (!plan.loop || load.role == Role::Iteration);
}

std::vector<std::string> gridVariables(const KernelPlan& plan,
                                       const std::vector<std::string>& variables) {
  std::vector<std::string> out;
  for (const auto& axis : plan.grid) {
    if (einsum::contains(variables, axis.variable)) {
      out.push_back(axis.variable);
    }
  }
  return out;
}

/// Whether another kernel reads what a tensor that the loop carries was in every iteration, in
/// whatever order, not only at the end.
bool isReadAlong(const KernelPlan& plan, const std::string& tensor,
                 const einsum::Cascade& cascade) {
  const auto& written = plan.maker(tensor)->output.indices;
  const auto readsAlong = [&](const einsum::Access* access) {
    if (access->tensor != tensor) {
      return false;
    }
    for (std::size_t i = 0; i < written.size(); ++i) {
      if (written[i].terms.count(plan.loop->variable) > 0 && !access->indices[i].terms.empty()) {
        return true;
      }
    }
    return false;
  };
  return std::any_of(cascade.einsums().begin(), cascade.einsums().end(), [&](const auto& einsum) {
    const auto read = einsum::accesses(einsum.expression);
    return plan.maker(einsum.name) == nullptr && std::any_of(read.begin(), read.end(), readsAlong);
  });
}

bool includes(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  return std::all_of(some.begin(), some.end(),
                     [&](const auto& name) { return einsum::contains(all, name); });
}

/// CTAs that differ in other variables of the grid alone.
double takersOf(const KernelPlan& plan, const std::vector<std::string>& variables) {
  double out = 1;
  for (const auto& axis : plan.grid) {
    out *= einsum::contains(variables, axis.variable) ? 1 : static_cast<double>(axis.tiles());
  }
  return out;
}

/// The streams of a kernel: loads with the same variables of the grid are one. The one with the
/// most bytes is the first, the next the second. What else there is goes with one that it changes
/// no more often than; or no two CTAs are taken to share it.
void separate(const KernelPlan& plan, std::vector<Load>& loads) {
  std::vector<std::pair<double, std::vector<std::string>>> streams;
  for (const auto& load : loads) {
    if (!isStreamed(plan, load)) {
      continue;
    }
    const auto variables = gridVariables(plan, load.variables);
    const auto known = std::find_if(streams.begin(), streams.end(),
                                    [&](const auto& each) { return each.second == variables; });
    if (known == streams.end()) {
      streams.emplace_back(load.tileBytes, variables);
    } else {
      known->first += load.tileBytes;
    }
  }
  std::stable_sort(streams.begin(), streams.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (auto& load : loads) {
    const auto variables = gridVariables(plan, load.variables);
    if (!isStreamed(plan, load)) {
      if (load.transfer.shared && !(!streams.empty() && includes(streams[0].second, variables))) {
        load.transfer.shared = false;
        load.transfer.takers = takersOf(plan, variables);
      }
      continue;
    }
    const bool two = streams.size() > 1;
    if (two && variables == streams[1].second) {
      load.transfer.second = true;
    } else if (!includes(streams[0].second, variables)) {
      load.transfer.second = two && includes(streams[1].second, variables);
      load.transfer.shared = load.transfer.second;
    }
  }
}

} // namespace

std::vector<Load> loadsOf(const KernelPlan& plan, const Graph& graph,
                          const einsum::Cascade& cascade) {
  std::vector<Load> out;
  for (const auto& node : graph.nodes) {
    for (const auto& access : node.outside) {
      auto next = load(plan, cascade, access, node.role);
      const auto found = std::find_if(out.begin(), out.end(),
                                      [&](const Load& each) { return each.tensor == next.tensor; });
      if (found == out.end()) {
        out.push_back(std::move(next));
      } else if (next.role == Role::Iteration || found->role == Role::Epilogue) {
        *found = std::move(next);
      }
    }
  }
  separate(plan, out);
  return out;
}

std::optional<std::vector<std::string>> streamsOf(const KernelPlan& plan,
                                                  const std::vector<Load>& loads, bool second) {
  std::optional<std::vector<std::string>> out;
  for (const auto& each : loads) {
    if (!isStreamed(plan, each) || each.transfer.second != second) {
      continue;
    }
    out = out.value_or(std::vector<std::string>());
    for (const auto& variable : gridVariables(plan, each.variables)) {
      if (!einsum::contains(*out, variable)) {
        out->push_back(variable);
      }
    }
  }
  return out;
}

Lists listsOf(const KernelPlan& plan, const std::vector<Load>& loads) {
  Lists out;
  for (const auto& each : loads) {
    if (isStreamed(plan, each) && plan.loop && !each.transfer.second && out.variables.empty()) {
      out = {each.listed, static_cast<std::int64_t>(std::llround(each.reach))};
    }
  }
  const bool chosen = std::all_of(loads.begin(), loads.end(), [&](const Load& each) {
    return !isStreamed(plan, each) || each.transfer.second || includes(each.listed, out.variables);
  });
  return chosen ? out : Lists{};
}

std::pair<Role, sim::gpu::Transfer> storeOf(const KernelPlan& plan, const std::string& tensor,
                                            const einsum::Cascade& cascade) {
  const auto& output = plan.maker(tensor)->output;
  const auto variables = einsum::variablesOf(output);
  const bool each =
      plan.loop && einsum::contains(variables, plan.loop->variable) &&
      (plan.maker(tensor)->iterative != plan.loop->variable || isReadAlong(plan, tensor, cascade));
  const bool added = isAdded(plan, *plan.maker(tensor));
  const double bytes = added ? kPartialBytes : cascade.tensor(tensor)->bits / kBitsPerByte;
  sim::gpu::Transfer transfer;
  transfer.shared = added;
  transfer.tensor = tensor;
  transfer.bytes = boxElements(cascade, output, plan.extents) * bytes;
  transfer.burst = burst(cascade, output, plan.extents, bytes);
  return {each ? Role::Iteration : Role::Epilogue, transfer};
}

sim::gpu::Transfer clearOf(const KernelPlan& plan, const einsum::Einsum& sum,
                           const einsum::Cascade& cascade) {
  sim::gpu::Transfer transfer;
  transfer.tensor = sum.name;
  transfer.bytes = boxElements(cascade, sum.output, plan.extents) * kPartialBytes;
  transfer.burst = burst(cascade, sum.output, plan.extents, kPartialBytes);
  return transfer;
}

void shareAdds(const KernelPlan& plan, const std::vector<Load>& loads, sim::gpu::Part& iteration) {
  const std::array<std::optional<std::vector<std::string>>, 2> streams{
      streamsOf(plan, loads, false), streamsOf(plan, loads, true)};
  for (auto& store : iteration.stores) {
    if (!store.shared) {
      continue;
    }
    const auto variables =
        gridVariables(plan, einsum::variablesOf(plan.maker(store.tensor)->output));
    const auto joins = [&](std::size_t stream) {
      return streams[stream] && includes(*streams[stream], variables);
    };
    const bool same = joins(1) && streams[1]->size() == variables.size();
    store.shared = joins(0) || joins(1);
    store.second = joins(1) && (same || !joins(0));
  }
}

} // namespace einsight::mappings::gpu
