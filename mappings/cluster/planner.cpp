#include "mappings/cluster/planner.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einsight::mappings::cluster {
namespace {

void append(std::vector<int>& to, const std::vector<int>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

} // namespace

Planner::Planner(const Mapping& mapping, const Layout& layout, const arch::Cluster& cluster,
                 const CostOf& costOf, core::Problems& problems)
    : mapping_(mapping), layout_(layout), cluster_(cluster), costOf_(costOf), problems_(problems),
      front_(layout.devices().size()) {}

void Planner::run() {
  for (std::int64_t i = 0; i < layout_.repeats() && problems_.empty(); ++i) {
    pending_.clear();
    for (const auto& step : mapping_.program) {
      for (const auto& name : step.waits) {
        const auto& pending = pending_[name];
        for (std::size_t d = 0; d < pending.size(); ++d) {
          append(front_[d], pending[d]);
        }
      }
      add(step);
    }
  }
}

void Planner::add(const Step& step) {
  switch (step.kind) {
  case Step::Kind::Attend:
    attend(step);
    break;
  case Step::Kind::Rotate:
    rotate(step);
    break;
  case Step::Kind::Exchange:
  case Step::Kind::AllGather:
  case Step::Kind::ReduceScatter:
  case Step::Kind::AllReduce:
    collect(step);
    break;
  case Step::Kind::Chain:
    chain(step);
    break;
  case Step::Kind::Compute:
    compute(step);
    break;
  }
}

std::string Planner::nameOf(const Step& step) const {
  const auto tensors = fmt::format("{}", fmt::join(step.tensors, " "));
  switch (step.kind) {
  case Step::Kind::Attend:
  case Step::Kind::Rotate:
    return "attend";
  case Step::Kind::Exchange:
    return "exchange " + tensors;
  case Step::Kind::AllGather:
    return "gather " + tensors;
  case Step::Kind::ReduceScatter:
  case Step::Kind::AllReduce:
    return "reduce " + tensors;
  case Step::Kind::Chain:
  case Step::Kind::Compute:
    break;
  }
  return step.piece;
}

Cost Planner::cost(const Piece& piece, std::int64_t queries, std::int64_t keys) {
  const auto key = std::tuple(&piece, queries, keys);
  if (const auto known = costs_.find(key); known != costs_.end()) {
    return known->second;
  }
  Cost cost;
  if (piece.workload.empty()) {
    const auto amount = [&](const std::optional<Number>& number) {
      return number ? layout_.value(*number, queries, keys, problems_).value_or(0) : 0;
    };
    cost.flops = amount(piece.flops);
    cost.seconds = secondsOf(cost.flops, amount(piece.read), amount(piece.write), layout_.group());
  } else if (const auto call = layout_.call(piece, queries, keys, problems_); problems_.empty()) {
    if (auto found = costOf_(call)) {
      cost = *found;
    } else {
      problems_.insert(problems_.end(), found.error().begin(), found.error().end());
    }
  }
  costs_.emplace(key, cost);
  return cost;
}

int Planner::attendBlocks(std::size_t device, const Blocks& blocks, const std::string& name,
                          const std::vector<int>& after) {
  int last = -1;
  for (const auto& block : blocks.blocks) {
    const auto* piece = mapping_.piece(block.causal ? "causal" : "full");
    if (piece == nullptr) {
      problems_.push_back({mapping_.where,
                           "the workload has a causal mask, the mapping no piece for triangles",
                           "write pieces: {causal: {workload: …, parameters: …}}"});
      return last;
    }
    const auto price = cost(*piece, block.queries, block.keys);
    auto waits = last < 0 ? after : std::vector<int>{last};
    const double delay = last < 0 ? cluster_.data().host.stepSeconds : 0;
    last =
        graph_.compute(numberOf(device), name, price.seconds, std::move(waits), delay, price.flops);
  }
  return last;
}

int Planner::pass(std::size_t device, const Pass& pass, const std::string& tensor, double part,
                  const std::vector<int>& after, int before) {
  if (pass.kernels == 0 || part <= 0) {
    return before;
  }
  const double seconds = secondsOf(pass, layout_.elements(tensor) * part, layout_.group());
  return graph_.compute(numberOf(device), "merge " + tensor, seconds, after);
}

void Planner::attend(const Step& step) {
  const bool dealt = !mapping_.tokens->over.empty();
  const auto lists = layout_.along(dealt ? mapping_.tokens->over : std::string());
  for (const auto& list : lists) {
    std::vector<TokenSet> all;
    for (std::size_t place = 0; place < list.size(); ++place) {
      all.push_back(layout_.keysOf(place));
    }
    for (std::size_t place = 0; place < list.size(); ++place) {
      const auto keys = step.everyKey ? all : std::vector<TokenSet>{all[place]};
      const auto blocks = blocksOf(layout_.queriesOf(place), keys, layout_.causal());
      const auto device = list[place];
      if (const int last = attendBlocks(device, blocks, nameOf(step), front_[device]); last >= 0) {
        leave(step, device, {last});
      }
    }
  }
}

/// Exchanges, gathers and reductions: one collective per tensor, all at once.
void Planner::collect(const Step& step) {
  for (const auto& list : layout_.along(step.over)) {
    std::vector<int> devices;
    Fronts after;
    for (const auto device : list) {
      devices.push_back(numberOf(device));
      after.push_back(front_[device]);
    }
    Fronts done(list.size());
    for (const auto& tensor : step.tensors) {
      const auto bytes = layout_.bytes(tensor);
      const auto name = nameOf(step);
      const auto ends = step.kind == Step::Kind::Exchange
                            ? allToAll(graph_, devices, name, bytes, after)
                        : step.kind == Step::Kind::AllGather
                            ? allGather(graph_, devices, name, bytes, after, step.way)
                        : step.kind == Step::Kind::ReduceScatter
                            ? reduceScatter(graph_, devices, name, bytes, after, step.way)
                            : allReduce(graph_, devices, name, bytes, after, step.way);
      for (std::size_t i = 0; i < list.size(); ++i) {
        append(done[i], ends[i]);
      }
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      leave(step, list[i], std::move(done[i]));
    }
  }
}

/// One device after another: it waits for the one before it, computes, and sends to the next.
void Planner::chain(const Step& step) {
  const auto& piece = *mapping_.piece(step.piece);
  for (const auto& list : layout_.along(step.over)) {
    std::vector<int> came;
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto after = front_[list[i]];
      append(after, came);
      const auto price = cost(piece, 0, 0);
      const int work = graph_.compute(numberOf(list[i]), nameOf(step), price.seconds, after,
                                      cluster_.data().host.stepSeconds, price.flops);
      leave(step, list[i], {work});
      came.clear();
      for (const auto& tensor : step.tensors) {
        if (i + 1 < list.size()) {
          came.push_back(graph_.message(numberOf(list[i]), numberOf(list[i + 1]), "send " + tensor,
                                        layout_.bytes(tensor), {work}));
        }
      }
    }
  }
}

void Planner::compute(const Step& step) {
  const auto& piece = *mapping_.piece(step.piece);
  for (std::size_t d = 0; d < front_.size(); ++d) {
    const auto price = cost(piece, 0, 0);
    const int work = graph_.compute(numberOf(d), nameOf(step), price.seconds, front_[d],
                                    cluster_.data().host.stepSeconds, price.flops);
    leave(step, d, {work});
  }
}

/// What the next step of a device waits for, or who asks for the step by its name.
void Planner::leave(const Step& step, std::size_t device, std::vector<int> tasks) {
  if (!step.async) {
    front_[device] = std::move(tasks);
    return;
  }
  auto& pending = pending_[step.name];
  pending.resize(front_.size());
  pending[device] = std::move(tasks);
}

} // namespace einsight::mappings::cluster
