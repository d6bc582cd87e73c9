#include "config/reader.hpp"
#include "core/text.hpp"
#include "mappings/cases.hpp"
#include "mappings/gpu/chain/chain.hpp"
#include "mappings/gpu/chain/read_chain.hpp"
#include "mappings/gpu/names.hpp"
#include "mappings/gpu/read_sizes.hpp"
#include "mappings/gpu/read_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::mappings::gpu {
namespace {

using config::MapReader;
using config::Node;

constexpr std::array<std::string_view, 1> kKinds{"gpu"};
constexpr std::array<std::string_view, 3> kOrders{"in_order", "heavy_first", "light_first"};

std::vector<std::pair<std::string, Number>> numbers(const Node* map, core::Problems& problems) {
  std::vector<std::pair<std::string, Number>> out;
  if (map != nullptr) {
    for (const auto& [name, value] : map->entries) {
      if (auto read = number(value, problems)) {
        out.emplace_back(name.scalar, std::move(*read));
      }
    }
  }
  return out;
}

std::vector<Tile> readTiles(const Node& node, core::Problems& problems) {
  std::vector<Tile> out;
  for (const auto& [variable, size] : node.entries) {
    Tile tile{variable.scalar, {}, size.where};
    if (size.scalar != "all") {
      tile.size = config::expression(size, problems);
    }
    out.push_back(std::move(tile));
  }
  return out;
}

/// `m1` (one value per iteration), or `{m: 128}`.
std::optional<Tile> readLoop(const Node& node, core::Problems& problems) {
  if (node.kind == Node::Kind::Scalar) {
    return Tile{node.scalar, core::Expression::constant(1), node.where};
  }
  if (node.kind != Node::Kind::Map || node.entries.size() != 1 ||
      node.entries.front().second.scalar == "all") {
    config::report(node, "expected a rank variable and how many values of it an iteration takes",
                   "write for example m1, or {m: 128}", problems);
    return std::nullopt;
  }
  return readTiles(node, problems).front();
}

/// `warps: n` are n/4 warpgroups, whole ones.
void readWarps(MapReader& reader, Kernel& kernel, core::Problems& problems) {
  kernel.warpgroups = numberIf(reader, "warpgroups", problems);
  const auto* warps = reader.optional("warps");
  if (warps == nullptr) {
    return;
  }
  if (kernel.warpgroups) {
    reader.problem("warps", "warps and warpgroups say the same", "a warpgroup has 4 warps");
  }
  if (const auto read = number(*warps, problems)) {
    const auto quarter = core::Expression::parse(fmt::format("({})/4", read->value.text()));
    kernel.warpgroups = Number{*quarter, warps->where};
  }
}

Kernel readKernel(const std::string& name, const Node& node, core::Problems& problems) {
  Kernel kernel;
  kernel.name = name;
  kernel.where = node.where;
  MapReader reader(node, problems);
  kernel.einsums = reader.textListIf("einsums");
  if (kernel.einsums == std::vector<std::string>{"all"}) {
    kernel.einsums.clear();
  }
  kernel.copies = reader.textListIf("copies");
  if (!kernel.copies.empty() && reader.has("einsums")) {
    reader.problem("copies", "a kernel that copies tensors computes no Einsums",
                   "write the copies as a kernel of their own");
  }
  kernel.clears = reader.textListIf("clears");
  kernel.movesOnly = !kernel.copies.empty() || (!kernel.clears.empty() && !reader.has("einsums"));
  if (const auto* cta = reader.mapIf("cta")) {
    kernel.cta = readTiles(*cta, problems);
  }
  if (const auto* loop = reader.optional("loop")) {
    kernel.loop = readLoop(*loop, problems);
  }
  readWarps(reader, kernel, problems);
  kernel.split = numberIf(reader, "split", problems);
  kernel.streamK = streamKIf(reader, problems);
  kernel.merge = mergeIf(reader, problems);
  kernel.paged = pagedIf(reader, problems);
  kernel.stages = numberIf(reader, "stages", problems);
  kernel.registers = numberIf(reader, "registers", problems);
  kernel.resident = numberIf(reader, "resident", problems);
  kernel.sharedBytes = numberIf(reader, "shared_bytes", problems);
  kernel.producer = reader.booleanOr("producer", false).value_or(false);
  kernel.lockstep = reader.booleanOr("lockstep", false).value_or(false);
  kernel.columnWarps = reader.booleanOr("column_warps", false).value_or(false);
  kernel.interleave = reader.booleanOr("interleave", false).value_or(false);
  kernel.overlap = reader.booleanOr("overlap", false).value_or(false);
  kernel.persistent = reader.booleanOr("persistent", false).value_or(false);
  kernel.skipMasked = reader.booleanOr("skip_masked", true).value_or(true);
  kernel.instruction =
      reader.oneOfOr("instruction", kInstructions, kernel.instruction).value_or("mma");
  const auto order = reader.oneOfOr("order", kOrders, "in_order").value_or("in_order");
  kernel.order = order == "heavy_first"   ? Order::HeavyFirst
                 : order == "light_first" ? Order::LightFirst
                                          : Order::InOrder;
  kernel.section = numberIf(reader, "section", problems);
  kernel.hostSeconds = reader.quantityIf("host_time", config::Dimension::Seconds)
                           .value_or(core::Rational(0))
                           .toDouble();
  kernel.mask = numbers(reader.mapIf("mask"), problems);
  kernel.emulate = numbers(reader.mapIf("emulate"), problems);
  kernel.rescale = numberIf(reader, "rescale", problems);
  kernel.aliases = aliasesIf(reader, problems);
  reader.finish();
  return kernel;
}

Neighborhood readNeighborhood(const Node& node, core::Problems& problems) {
  MapReader reader(node, problems);
  Neighborhood out;
  out.where = node.where;
  out.tiles = reader.text("tiles").value_or("");
  out.baseline = reader.text("baseline").value_or("");
  out.permute = numberIf(reader, "permute", problems);
  reader.finish();
  return out;
}

Mapping readAll(const Node& root, core::Problems& problems) {
  Mapping mapping;
  mapping.where = root.where;
  MapReader reader(root, problems);
  mapping.name = reader.text("mapping").value_or("");
  mapping.summary = reader.textOr("summary", "").value_or("");
  mapping.source = reader.textOr("source", "").value_or("");
  reader.integerOr("preference", 1, 9, 9); // read by the catalogue
  reader.oneOf("kind", kKinds);
  mapping.parameters = numbers(reader.mapIf("parameters"), problems);
  mapping.sizes = numbers(reader.mapIf("sizes"), problems);
  if (const auto* neighborhood = reader.mapIf("neighborhood")) {
    mapping.neighborhood = readNeighborhood(*neighborhood, problems);
  }
  if (const auto* chain = reader.mapIf("chain")) {
    mapping.chain = readChain(*chain, problems);
  }
  if (const auto* kernels = mapping.chain ? nullptr : reader.map("kernels")) {
    for (const auto& [name, node] : kernels->entries) {
      if (config::expectKind(node, Node::Kind::Map, problems)) {
        mapping.kernels.push_back(readKernel(name.scalar, node, problems));
      }
    }
  }
  reader.finish();
  return mapping;
}

void replaceSizes(Mapping& mapping, const core::Settings& settings, core::Problems& problems) {
  for (const auto& [name, value] : settings) {
    const auto found = std::find_if(mapping.sizes.begin(), mapping.sizes.end(),
                                    [&](const auto& size) { return size.first == name; });
    if (found != mapping.sizes.end()) {
      found->second.value = core::Expression::constant(value);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& size : mapping.sizes) {
      known.push_back(size.first);
    }
    problems.push_back({{mapping.file, 1, 1, "sizes"},
                        fmt::format("the mapping has no size '{}' to set", name),
                        core::suggestion(name, known)});
  }
}

} // namespace

core::Expected<Mapping> readMapping(const std::filesystem::path& file,
                                    const einsum::Cascade& cascade, const arch::Gpu& gpu,
                                    const core::Settings& settings,
                                    const std::vector<std::filesystem::path>& catalogue) {
  auto root = config::load(file, catalogue);
  if (!root) {
    return core::failure(std::move(root.error()));
  }
  core::Problems problems;
  auto mapping = readAll(decideCases(*root, outerNames(cascade, gpu), problems), problems);
  mapping.file = file.string();
  checkSizes(mapping, *root, problems);
  replaceSizes(mapping, settings, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  if (mapping.chain) {
    auto kernels = chainOf(mapping, cascade, gpu);
    if (!kernels) {
      return core::failure(std::move(kernels.error()));
    }
    mapping.kernels = std::move(*kernels);
  }
  return mapping;
}

core::Expected<core::Settings>
workloadParameters(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Gpu& gpu) {
  core::Settings settings;
  core::Problems problems;
  for (const auto& [name, number] : mapping.parameters) {
    if (!cascade.parameter(name)) {
      continue; // a mapping may serve several cascades
    }
    const auto value = number.value.evaluate(names(mapping, cascade, gpu));
    if (value) {
      settings[name] = *value;
    } else {
      problems.push_back(noValue(number, mapping, cascade, gpu));
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return settings;
}

} // namespace einsight::mappings::gpu
