#include "mappings/gpu/read_work.hpp"

#include <fmt/format.h>

#include <array>

namespace einsight::mappings::gpu {
namespace {

using config::Node;

constexpr std::array<std::string_view, 2> kMergers{"owner", "kernel"};

/// `wave`, or a number of CTAs.
std::optional<Number> ctas(const Node& node, core::Problems& problems) {
  if (node.scalar == "wave") {
    return std::nullopt;
  }
  return number(node, problems);
}

} // namespace

std::optional<Number> number(const Node& node, core::Problems& problems) {
  auto value = config::expression(node, problems);
  return value ? std::optional<Number>({std::move(*value), node.where}) : std::nullopt;
}

std::optional<Number> numberIf(config::MapReader& reader, std::string_view key,
                               core::Problems& problems) {
  const auto* node = reader.optional(key);
  return node == nullptr ? std::nullopt : number(*node, problems);
}

std::optional<StreamK> streamKIf(config::MapReader& reader, core::Problems& problems) {
  const auto* node = reader.optional("stream_k");
  if (node == nullptr) {
    return std::nullopt;
  }
  StreamK out;
  out.where = node->where;
  if (node->kind == Node::Kind::Scalar) {
    out.ctas = ctas(*node, problems);
    return out;
  }
  if (node->kind != Node::Kind::Map) {
    config::report(*node, "expected how many CTAs share the iterations out",
                   "write wave (as many as are resident), a number, or {ctas: wave, merge: owner}",
                   problems);
    return out;
  }
  config::MapReader inner(*node, problems);
  if (const auto* number = inner.optional("ctas")) {
    out.ctas = ctas(*number, problems);
  }
  out.owner = inner.oneOfOr("merge", kMergers, "owner").value_or("owner") == "owner";
  inner.finish();
  return out;
}

std::vector<Alias> aliasesIf(config::MapReader& reader, core::Problems& problems) {
  std::vector<Alias> out;
  const auto* node = reader.sequenceIf("alias");
  for (const auto& list : node == nullptr ? std::vector<Node>{} : node->items) {
    Alias alias{{}, list.where};
    for (const auto& item : list.items) {
      alias.tensors.push_back(item.scalar);
    }
    if (alias.tensors.size() < 2) {
      config::report(list, "expected results that take each other's place",
                     "write for example alias: [[QK, A], [DA, DQ]]", problems);
    } else {
      out.push_back(std::move(alias));
    }
  }
  return out;
}

std::optional<Merge> mergeIf(config::MapReader& reader, core::Problems& problems) {
  const auto* node = reader.mapIf("merge");
  if (node == nullptr) {
    return std::nullopt;
  }
  config::MapReader inner(*node, problems);
  Merge out;
  out.where = node->where;
  out.rows = numberIf(inner, "rows", problems);
  out.stages = numberIf(inner, "stages", problems);
  inner.finish();
  return out;
}

std::optional<Paged> pagedIf(config::MapReader& reader, core::Problems& problems) {
  const auto* node = reader.mapIf("paged");
  if (node == nullptr) {
    return std::nullopt;
  }
  config::MapReader inner(*node, problems);
  auto tokens = inner.expression("tokens");
  inner.finish();
  if (!tokens) {
    return std::nullopt;
  }
  return Paged{{std::move(*tokens), node->find("tokens")->where}, node->where};
}

void checkDivision(const Kernel& kernel, core::Problems& problems) {
  const auto report = [&](const core::Where& where, std::string_view what, std::string help) {
    problems.push_back({where, fmt::format("kernel '{}' {}", kernel.name, what), std::move(help)});
  };
  if (kernel.streamK && !kernel.loop) {
    report(kernel.streamK->where, "has no loop whose iterations could be shared out",
           "say which rank variable a CTA goes through, such as `loop: m1`");
  }
  if (kernel.streamK && kernel.split) {
    report(kernel.streamK->where, "has split and stream_k, which both divide its loop",
           "split: the same number of parts of every tile; stream_k: equal shares of all tiles");
  }
  if (kernel.streamK && kernel.order != Order::InOrder) {
    report(kernel.streamK->where, "has an order, but with stream_k all CTAs take as long",
           "leave out `order`");
  }
  if (kernel.merge && !kernel.split && (!kernel.streamK || kernel.streamK->owner)) {
    report(kernel.merge->where, "has a merge, but no kernel of its own merges what it leaves",
           "divide its loop by `split`, or by `stream_k: {merge: kernel}`");
  }
  if (kernel.paged && !kernel.loop) {
    report(kernel.paged->where, "has no loop whose tiles could come from pages", {});
  }
}

} // namespace einsight::mappings::gpu
