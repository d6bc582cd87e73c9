#include "config/reader.hpp"
#include "core/text.hpp"
#include "mappings/cluster/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::mappings::cluster {
namespace {

using config::MapReader;
using config::Node;

constexpr std::array<std::string_view, 1> kKinds{"cluster"};
constexpr std::array<std::string_view, 3> kOrders{"contiguous", "zigzag", "striped"};
constexpr std::int64_t kMostBits = 64;

std::optional<Tokens> readTokens(const Node* node, core::Problems& problems) {
  if (node == nullptr) {
    return std::nullopt;
  }
  MapReader reader(*node, problems);
  Tokens tokens;
  tokens.where = node->where;
  tokens.queries = reader.text("queries").value_or("");
  tokens.keys = reader.text("keys").value_or("");
  tokens.over = reader.textOr("over", "").value_or("");
  const auto order = reader.oneOfOr("order", kOrders, "contiguous").value_or("contiguous");
  tokens.order = order == "zigzag"    ? Order::Zigzag
                 : order == "striped" ? Order::Striped
                                      : Order::Contiguous;
  reader.finish();
  return tokens;
}

Piece readPiece(const std::string& name, const Node& node, core::Problems& problems) {
  Piece piece;
  piece.name = name;
  piece.where = node.where;
  MapReader reader(node, problems);
  piece.workload = reader.textOr("workload", "").value_or("");
  piece.kernel = reader.textOr("kernel", "").value_or("");
  piece.parameters = readNumbers(reader.mapIf("parameters"), problems);
  piece.flops = readNumber(reader, "flops", problems);
  piece.read = readNumber(reader, "read", problems);
  piece.write = readNumber(reader, "write", problems);
  reader.finish();
  const bool counted = piece.flops || piece.read || piece.write;
  if (piece.workload.empty() != counted) {
    problems.push_back({node.where,
                        counted ? "a piece has a workload or counts of its own, not both"
                                : "what a piece computes is missing",
                        "write workload: NAME, or flops: and read:"});
  }
  return piece;
}

/// `place:` and `divide:` name -> an axis, or several.
std::map<std::string, Axes> readAxes(const Node* map, core::Problems& problems) {
  std::map<std::string, Axes> axes;
  if (map != nullptr) {
    for (const auto& [name, value] : map->entries) {
      axes[name.scalar] = {config::textList(value, problems), value.where};
    }
  }
  return axes;
}

void readExtras(const Node* map, Mapping& mapping, core::Problems& problems) {
  if (map == nullptr) {
    return;
  }
  for (const auto& [name, value] : map->entries) {
    MapReader reader(value, problems);
    auto elements = readNumber(reader, "elements", problems);
    if (!elements) {
      reader.problem("elements", "required key is missing");
    }
    const auto bits = reader.integerOr("bits", 1, kMostBits, 16).value_or(16);
    reader.finish();
    mapping.extras[name.scalar] = {elements.value_or(Number{}), bits};
  }
}

void applySettings(const core::Settings& settings, Mapping& mapping, core::Problems& problems) {
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
    problems.push_back(
        {mapping.where, fmt::format("this mapping has no size '{}' to set", name),
         known.empty() ? std::string("it has no sizes") : core::suggestion(name, known)});
  }
}

Mapping readData(const Node& root, core::Problems& problems) {
  Mapping mapping;
  mapping.where = root.where;
  MapReader reader(root, problems);
  mapping.name = reader.text("mapping").value_or("");
  reader.oneOf("kind", kKinds);
  mapping.summary = reader.text("summary").value_or("");
  mapping.source = reader.text("source").value_or("");
  reader.textOr("preference", "");
  mapping.group = reader.textOr("devices", "").value_or("");
  mapping.kernel = reader.textOr("kernel", "").value_or("");
  mapping.sizes = readNumbers(reader.mapIf("sizes"), problems);
  mapping.grid = readNumbers(reader.map("grid"), problems);
  mapping.repeat = readNumbers(reader.mapIf("repeat"), problems);
  mapping.tokens = readTokens(reader.mapIf("tokens"), problems);
  mapping.place = readAxes(reader.mapIf("place"), problems);
  mapping.divide = readAxes(reader.mapIf("divide"), problems);
  readExtras(reader.mapIf("tensors"), mapping, problems);
  mapping.resident = reader.textListIf("resident");
  if (const auto* pieces = reader.map("pieces")) {
    for (const auto& [name, value] : pieces->entries) {
      mapping.pieces.push_back(readPiece(name.scalar, value, problems));
    }
  }
  if (const auto* program = reader.sequence("program")) {
    for (const auto& step : program->items) {
      mapping.program.push_back(readStep(step, problems));
    }
  }
  reader.finish();
  return mapping;
}

} // namespace

std::optional<Number> readNumber(MapReader& reader, std::string_view key,
                                 core::Problems& problems) {
  const auto* node = reader.optional(key);
  auto value = node == nullptr ? std::nullopt : config::expression(*node, problems);
  return value ? std::optional(Number{std::move(*value), node->where}) : std::nullopt;
}

Numbers readNumbers(const Node* map, core::Problems& problems) {
  Numbers numbers;
  if (map != nullptr) {
    for (const auto& [name, node] : map->entries) {
      if (auto value = config::expression(node, problems)) {
        numbers.emplace_back(name.scalar, Number{std::move(*value), node.where});
      }
    }
  }
  return numbers;
}

const Piece* Mapping::piece(const std::string& wanted) const {
  const auto found = std::find_if(pieces.begin(), pieces.end(),
                                  [&](const Piece& piece) { return piece.name == wanted; });
  return found == pieces.end() ? nullptr : &*found;
}

core::Expected<Mapping> readMapping(const std::filesystem::path& file,
                                    const core::Settings& settings,
                                    const std::vector<std::filesystem::path>& folders) {
  const auto root = config::load(file, folders);
  if (!root) {
    return core::failure(root.error());
  }
  core::Problems problems;
  auto mapping = readData(*root, problems);
  applySettings(settings, mapping, problems);
  checkNames(mapping, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  mapping.file = file.string();
  return mapping;
}

} // namespace einsight::mappings::cluster
