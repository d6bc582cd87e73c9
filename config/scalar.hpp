#pragma once
#include "config/node.hpp"
#include "core/expression.hpp"
#include "core/rational.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace einsight::config {

/// What a dimensional number measures. Each has its units; a number without one is refused.
enum class Dimension {
  Bytes,
  Seconds,
  Hertz,
  BytesPerSecond,
  Picojoules,
  SquareMicrometres,
  Dollars
};

// Readers of one scalar. What cannot be read is an empty optional with its problem recorded.

std::optional<std::string> text(const Node& node, core::Problems& problems);
/// A whole number in [low, high]; K, M, G suffixes are binary.
std::optional<std::int64_t> integer(const Node& node, core::Problems& problems,
                                    std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                                    std::int64_t high = std::numeric_limits<std::int64_t>::max());
std::optional<double> real(const Node& node, core::Problems& problems);
std::optional<bool> boolean(const Node& node, core::Problems& problems);
std::optional<core::Expression> expression(const Node& node, core::Problems& problems);
/// A number with a unit of the dimension, exact, in the base unit (B, s, Hz, B/s, pJ, um2, USD).
/// 64 KiB, 940 MHz, 400 GiB/s, 12 ns, 17.2 pJ. Never negative.
std::optional<core::Rational> quantity(const Node& node, Dimension dimension,
                                       core::Problems& problems);
std::optional<std::string> oneOf(const Node& node, std::span<const std::string_view> names,
                                 core::Problems& problems);
/// A scalar as a list of one, or a sequence of scalars: `m0` and `[h0, e]`.
std::vector<std::string> textList(const Node& node, core::Problems& problems);

/// Whether the node is of the kind; records "expected a map, found a plain value" where it is not.
bool expectKind(const Node& node, Node::Kind kind, core::Problems& problems);
/// Records "path: what" at a node's place.
void report(const Node& node, std::string what, std::string help, core::Problems& problems);

} // namespace einsight::config
