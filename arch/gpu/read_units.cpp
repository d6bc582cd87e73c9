#include "arch/gpu/reading.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::arch {

namespace {

using config::MapReader;
using config::Node;

constexpr std::int64_t kMostRows = 1024;
constexpr std::int64_t kMostLanes = 4096;

/// One matrix instruction: a rate for each type that it takes.
void readInstruction(const std::string& name, const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  TensorRate rate;
  rate.instruction = name;
  rate.rows = reading.count(reader, "rows", kMostRows);
  rate.efficiency = reading.share(reader, "efficiency");
  rate.sharedOperands = reader.booleanOr("shared_operands", false).value_or(false);
  rate.startCycles = reading.numberOr(reader, "start", 0);
  rate.issueShare = reading.numberOr(reader, "issue_share", 0);
  rate.setupCycles = reading.numberOr(reader, "setup", 0);
  if (const auto* types = reader.map("maccs_per_cycle")) {
    for (const auto* entry : entriesOf(*types, reading.problems())) {
      rate.type = entry->first.scalar;
      rate.maccsPerCycle = reading.numberAt(entry->second);
      reading.data().tensor.push_back(rate);
    }
  }
  reader.finish();
}

/// sigmoid: [mul, tanh, fma]: operations above it or with a number, one after the other.
void readComposed(const std::string& op, const Node& node, GpuReading& reading) {
  auto& operations = reading.data().operations;
  LaneOperation operation{op, 0, 0, 0};
  for (const auto& step : config::textList(node, reading.problems())) {
    const auto found = std::find_if(operations.begin(), operations.end(),
                                    [&](const LaneOperation& one) { return one.op == step; });
    if (found != operations.end()) {
      operation.cycles += found->cycles;
      operation.specialCycles += found->specialCycles;
      operation.specials += found->specials;
      continue;
    }
    std::vector<std::string> known;
    for (const auto& one : operations) {
      known.push_back(one.op);
    }
    config::report(node, fmt::format("the lanes have no operation '{}' (before this one)", step),
                   core::suggestion(step, known), reading.problems());
  }
  if (node.items.empty()) {
    config::report(node, "is made of no operation", "write a number of cycles, or [mul, exp2]",
                   reading.problems());
    return;
  }
  operations.push_back(std::move(operation));
}

/// special_functions: [exp2, tanh]: operations with a number of cycles, on units of their own.
std::set<std::string> readSpecial(MapReader& reader, const Node& node, GpuReading& reading) {
  const auto special = reader.textListIf("special_functions");
  std::vector<std::string> known;
  if (const auto* operations = node.find("operations")) {
    for (const auto& [op, cost] : operations->entries) {
      if (cost.kind != Node::Kind::Sequence) {
        known.push_back(op.scalar);
      }
    }
  }
  for (const auto& op : special) {
    if (std::find(known.begin(), known.end(), op) == known.end()) {
      config::report(*node.find("special_functions"),
                     fmt::format("the lanes have no operation '{}' with a number of cycles", op),
                     core::suggestion(op, known), reading.problems());
    }
  }
  return {special.begin(), special.end()};
}

} // namespace

void readTensorCores(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "tensor_cores");
  std::set<std::string> names{"source"};
  for (const auto& [name, instruction] : node.entries) {
    if (names.insert(name.scalar).second && reader.map(name.scalar) != nullptr) {
      readInstruction(name.scalar, instruction, reading);
    }
  }
  reader.finish();
}

void readLanes(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "lanes");
  reading.data().lanes = reading.count(reader, "count", kMostLanes);
  reading.data().syncCycles = reading.numberOr(reader, "sync", 0);
  const auto special = readSpecial(reader, node, reading);
  reading.data().specialEfficiency = reading.numberOr(reader, "special_efficiency", 1);
  if (const auto* operations = reader.map("operations")) {
    const auto entries = entriesOf(*operations, reading.problems());
    for (const auto* entry : entries) {
      if (entry->second.kind != Node::Kind::Sequence) {
        const auto& op = entry->first.scalar;
        const double cycles = reading.numberAt(entry->second);
        const bool isSpecial = special.contains(op);
        reading.data().operations.push_back(
            {op, cycles, isSpecial ? cycles : 0, isSpecial ? 1 : 0});
      }
    }
    for (const auto* entry : entries) {
      if (entry->second.kind == Node::Kind::Sequence) {
        readComposed(entry->first.scalar, entry->second, reading);
      }
    }
  }
  reader.finish();
}

} // namespace einsight::arch
