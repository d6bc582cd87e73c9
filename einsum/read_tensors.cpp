#include "einsum/read_tensors.hpp"

#include "config/reader.hpp"
#include "einsum/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace einsight::einsum {
namespace {

constexpr std::int64_t kMaxBits = 64;

std::string upperCase(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return name;
}

/// Whether a rank is written as a rank variable alone, and not as a size.
bool isVariable(const std::string& text) {
  return !text.empty() && std::islower(static_cast<unsigned char>(text.front())) != 0 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

void readRanks(const config::Node& node, const Cascade::Data& data, Tensor& tensor,
               core::Problems& problems) {
  for (const config::Node& item : node.items) {
    const auto variable = std::find_if(data.sizes.begin(), data.sizes.end(),
                                       [&](const auto& size) { return size.first == item.scalar; });
    if (variable != data.sizes.end()) {
      tensor.ranks.push_back(upperCase(item.scalar));
      tensor.shape.push_back(variable->second);
    } else if (isVariable(item.scalar)) {
      config::report(item, fmt::format("rank variable '{}' is used but not declared", item.scalar),
                     fmt::format("say how long it is: ranks: {{{}: ...}}", item.scalar), problems);
    } else if (const auto size = sizeOf(item, data.parameters, "the rank's size", problems)) {
      tensor.ranks.push_back(item.scalar);
      tensor.shape.push_back(*size);
    }
  }
}

std::optional<double> initialValue(const config::Node& node, core::Problems& problems) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (node.scalar == "-inf" || node.scalar == "-.inf") {
    return -kInfinity;
  }
  if (node.scalar == "inf" || node.scalar == ".inf") {
    return kInfinity;
  }
  double value = 0;
  const char* end = node.scalar.data() + node.scalar.size();
  const auto [stop, error] = std::from_chars(node.scalar.data(), end, value);
  if (error != std::errc() || stop != end || node.scalar.empty()) {
    config::report(node, fmt::format("'{}' is not an initial value", node.scalar),
                   "write a number, -inf or inf", problems);
    return std::nullopt;
  }
  return value;
}

void readOptions(const config::Node& node, const Cascade::Data& data, Tensor& tensor,
                 core::Problems& problems) {
  config::MapReader reader(node, problems);
  if (const auto* ranks = reader.sequenceIf("ranks")) {
    readRanks(*ranks, data, tensor, problems);
  }
  tensor.bits = static_cast<int>(reader.integerOr("bits", 1, kMaxBits, tensor.bits).value_or(1));
  tensor.accumulateBits =
      static_cast<int>(reader.integerOr("accumulate_bits", 1, kMaxBits, tensor.bits).value_or(1));
  if (const auto* initial = reader.optional("initial")) {
    tensor.initial = initialValue(*initial, problems);
  }
  reader.finish();
}

} // namespace

std::vector<Tensor> readTensors(const config::Node& map, const Cascade::Data& data,
                                core::Problems& problems) {
  std::vector<Tensor> out;
  for (const auto& [key, value] : map.entries) {
    Tensor tensor;
    tensor.name = key.scalar;
    tensor.where = key.where;
    tensor.where.path = value.where.path;
    const bool twice =
        std::any_of(out.begin(), out.end(), [&](const Tensor& t) { return t.name == tensor.name; });
    if (twice) {
      config::report(key, fmt::format("tensor '{}' given twice", key.scalar), {}, problems);
      continue;
    }
    if (value.kind == config::Node::Kind::Sequence) {
      readRanks(value, data, tensor, problems);
    } else if (value.kind == config::Node::Kind::Map) {
      readOptions(value, data, tensor, problems);
    } else {
      config::report(value, fmt::format("tensor '{}' has no ranks", key.scalar),
                     "write its ranks, as in [b, h, e, M], or options, as in {bits: 16}", problems);
    }
    out.push_back(std::move(tensor));
  }
  return out;
}

} // namespace einsight::einsum
