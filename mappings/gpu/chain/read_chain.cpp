#include "mappings/gpu/chain/read_chain.hpp"

#include "config/reader.hpp"

#include <array>

namespace einsight::mappings::gpu {
namespace {

constexpr std::array<std::string_view, 3> kInstructions{"mma", "wgmma", "tcgen05"};

} // namespace

Chain readChain(const config::Node& node, core::Problems& problems) {
  config::MapReader reader(node, problems);
  const auto required = [&](std::string_view key) {
    auto value = reader.expression(key);
    return value ? Number{std::move(*value), node.find(key)->where} : Number{{}, node.where};
  };
  Chain out;
  out.where = node.where;
  out.fuse = reader.booleanOr("fuse", true).value_or(true);
  out.instruction = reader.oneOfOr("instruction", kInstructions, out.instruction).value_or("mma");
  out.rows = required("rows");
  out.columns = required("columns");
  out.depth = required("depth");
  out.points = required("points");
  out.elements = required("elements");
  out.stages = required("stages");
  out.warpgroups = required("warpgroups");
  reader.finish();
  return out;
}

} // namespace einsight::mappings::gpu
