#include "config/reader.hpp"
#include "core/invariant.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

using namespace einsight;
using config::Node;

namespace {

constexpr std::array<std::string_view, 2> kNames{"lru", "fifo"};

void readScalar(const Node& node, core::Problems& problems) {
  config::integer(node, problems, 1, 1000);
  config::real(node, problems);
  config::boolean(node, problems);
  config::expression(node, problems);
  config::oneOf(node, kNames, problems);
  config::textList(node, problems);
  for (const auto dimension :
       {config::Dimension::Bytes, config::Dimension::Seconds, config::Dimension::Hertz,
        config::Dimension::BytesPerSecond, config::Dimension::Picojoules,
        config::Dimension::SquareMicrometres, config::Dimension::Dollars}) {
    config::quantity(node, dimension, problems);
  }
}

/// Reads every map below a node with a small schema and every other node as every kind of scalar.
void walk(const Node& node, core::Problems& problems) {
  readScalar(node, problems);
  for (const auto& item : node.items) {
    walk(item, problems);
  }
  config::MapReader reader(node, problems);
  reader.text("name");
  reader.integerOr("count", 0, 9, 1);
  reader.quantityIf("capacity", config::Dimension::Bytes);
  reader.map("inner");
  reader.sequenceIf("list");
  reader.finish();
  for (const auto& [key, value] : node.entries) {
    walk(value, problems);
  }
}

} // namespace

/// Any bytes are a tree or a list of problems, each with its place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  core::Problems problems;
  if (const auto root = config::parse("version: 1\n" + text, "fuzz.yaml")) {
    walk(*root, problems);
  } else {
    EINSIGHT_INVARIANT(!root.error().empty(), "a refusal says why");
    problems = root.error();
  }
  for (const auto& problem : problems) {
    EINSIGHT_INVARIANT(!problem.where.file.empty() && !problem.what.empty(),
                       "a problem has a place and a reason");
  }
  core::render(problems);
  return 0;
}
