#include "mappings/read_nest.hpp"

#include "config/reader.hpp"

#include <fmt/format.h>

#include <charconv>

namespace einsight::mappings {
namespace {

constexpr int kLastStage = 64; ///< epochs that a line may be behind

using config::MapReader;
using config::Node;

/// "RD@3": the Einsum RD, three epochs behind.
Line readLine(const Node& node, core::Problems& problems) {
  Line line;
  line.where = node.where;
  if (node.kind == Node::Kind::Map) {
    if (auto nest = readNest(node, problems)) {
      line.nest.push_back(std::move(*nest));
      const auto* stage = node.find("stage");
      const auto epochs = stage != nullptr ? config::integer(*stage, problems).value_or(0) : 0;
      if (epochs < 0 || epochs > kLastStage) {
        config::report(*stage, fmt::format("'{}' is out of range", epochs),
                       fmt::format("write a whole number from 0 to {}", kLastStage), problems);
      } else {
        line.stage = static_cast<int>(epochs);
      }
    }
    return line;
  }
  const auto text = config::text(node, problems).value_or("");
  const auto mark = text.find('@');
  line.einsum = text.substr(0, mark);
  if (mark != std::string::npos) {
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + mark + 1, end, line.stage);
    if (error != std::errc{} || stop != end || line.stage < 0 || line.stage > kLastStage) {
      config::report(node, fmt::format("'{}' is not an Einsum with a stage", text),
                     "write NAME@k: NAME works on the tile of k iterations before, k from 0 to 64",
                     problems);
      line.stage = 0;
    }
  }
  return line;
}

Phase readPhase(const Node& node, core::Problems& problems) {
  Phase phase;
  const Node* lines = &node;
  if (node.kind == Node::Kind::Map) {
    MapReader reader(node, problems);
    lines = reader.sequence("do");
    phase.wait = reader.expressionIf("wait");
    reader.finish();
  }
  if (lines != nullptr && lines->kind != Node::Kind::Sequence) {
    config::report(*lines, "a phase is a list of Einsums, or a map of do and wait", "", problems);
    return phase;
  }
  for (std::size_t i = 0; lines != nullptr && i < lines->items.size(); ++i) {
    phase.lines.push_back(readLine(lines->items[i], problems));
  }
  return phase;
}

Keep readKeep(const std::string& memory, const std::string& tensor, const Node& node,
              core::Problems& problems) {
  Keep keep;
  keep.memory = memory;
  keep.tensor = tensor;
  keep.where = node.where;
  if (node.kind != Node::Kind::Map) {
    keep.per = config::text(node, problems).value_or("");
    return keep;
  }
  MapReader reader(node, problems);
  keep.per = reader.text("per").value_or("");
  if (reader.optional("tiles") != nullptr) {
    keep.tiles = reader.integer("tiles", 1, 1 << 20);
  }
  if (reader.optional("counted_tiles") != nullptr) {
    keep.countedTiles = reader.integer("counted_tiles", 1, 1 << 20);
  }
  keep.spill = reader.expressionIf("spill");
  keep.streamed = reader.textListIf("streamed");
  keep.shares = reader.textOr("shares", "").value_or("");
  reader.finish();
  return keep;
}

std::vector<Keep> readKeeps(const Node& node, core::Problems& problems) {
  std::vector<Keep> keeps;
  for (const auto& [memory, tensors] : node.entries) {
    if (tensors.kind != Node::Kind::Map) {
      config::report(tensors, "expected a map of tensors, each with the loop whose tile is kept",
                     "write for example {Q: p2, K: m1}", problems);
      continue;
    }
    for (const auto& [tensor, value] : tensors.entries) {
      if (value.kind != Node::Kind::Null) { // removed by an overlay
        keeps.push_back(readKeep(memory.scalar, tensor.scalar, value, problems));
      }
    }
  }
  return keeps;
}

} // namespace

std::optional<Nest> readNest(const Node& node, core::Problems& problems) {
  Nest nest;
  nest.where = node.where;
  MapReader reader(node, problems);
  nest.loops = reader.textListIf("loops");
  reader.optional("stage");
  if (const auto* keep = reader.mapIf("keep")) {
    nest.keeps = readKeeps(*keep, problems);
  }
  const bool lines = reader.optional("do") != nullptr;
  nest.skipMasked = reader.booleanOr("skip_masked", false).value_or(false);
  nest.synchronised = reader.optional("phases") != nullptr;
  if (lines == nest.synchronised) {
    reader.problem(
        "", lines ? "give either do or phases, not both" : "a nest needs do or phases",
        "do: [A, B] runs as units and data allow; phases: [[A], [B]] puts barriers between");
    reader.optional("do");
    reader.optional("phases");
  } else if (lines) {
    if (const auto* list = reader.sequence("do")) {
      nest.phases.push_back(readPhase(*list, problems));
    }
  } else if (const auto* list = reader.sequence("phases")) {
    for (const auto& phase : list->items) {
      nest.phases.push_back(readPhase(phase, problems));
    }
  }
  reader.finish();
  return nest;
}

} // namespace einsight::mappings
