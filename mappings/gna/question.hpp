#pragma once
#include "core/expected.hpp"
#include "mappings/gna/window.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace einsight::mappings::gna {

/// One number per axis of a layout, slowest axis first: 30x48x80 is {30, 48, 80}.
using Shape = std::vector<std::int64_t>;

/// "30x48x80" -> {30, 48, 80}; numbers are whole, K, M and G are binary. Null for anything else.
std::optional<Shape> readShape(std::string_view text);
/// {30, 48, 80} -> "30x48x80".
std::string toText(const Shape& shape);
/// The number of tokens in it.
std::int64_t product(const Shape& shape);

/// Static: the tiles of keys lie on one grid (Hopper, Blackwell and Flex kernels). Dynamic: they
/// begin at the first key of each tile of queries (Ampere kernels).
enum class KvTiling { Static, Dynamic };

/// What is counted: a mask over a layout of 1 to 3 axes, and the tiles it is computed in.
struct Question {
  std::vector<AxisMask> axes;
  Shape qTile;  ///< tokens per axis
  Shape kvTile; ///< tokens per axis
  KvTiling kvTiling = KvTiling::Static;
  /// 1-D tiling: tiles are runs of the row-major flattened sequence (one number each), and those
  /// with an unmasked pair are computed, as in block-sparse kernels that know no layout.
  bool flattened = false;

  [[nodiscard]] Shape layout() const;
  [[nodiscard]] Shape window() const;
  [[nodiscard]] Shape stride() const;
  [[nodiscard]] Shape dilation() const;
  [[nodiscard]] Shape causal() const; ///< 0 or 1 per axis
};

/// The question with other strides.
Question withStride(Question question, const Shape& stride);

/// The shapes of a question as a person gives them; empty where not given.
struct QuestionShapes {
  Shape layout, window, stride, dilation, causal, qTile, kvTile;
};

/// Where a part ("window", "q-tile") of a question was given, for messages.
using PlaceOf = std::function<core::Where(std::string_view part)>;

/// The question of these shapes, or everything that is wrong with them. Without stride, dilation
/// or causal they are 1, 1 and 0 on every axis.
core::Expected<Question> makeQuestion(const QuestionShapes& shapes, KvTiling kvTiling,
                                      bool flattened, const PlaceOf& placeOf);

/// "--window" for the part "window": the place of an option.
core::Where optionPlace(std::string_view part);

} // namespace einsight::mappings::gna
