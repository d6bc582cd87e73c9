#include "mappings/gna/question.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace einsight::mappings::gna {
namespace {

// With at most this many tokens and tokens in a tile, every count of pairs of tiles fits 64 bits.
constexpr std::int64_t kMostTokens = std::int64_t{1} << 28;
constexpr std::int64_t kLargestTile = std::int64_t{1} << 20;

std::optional<std::int64_t> readCount(std::string_view text) {
  std::int64_t value = 0;
  const auto* last = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || text.front() == '-') {
    return std::nullopt;
  }
  const std::string_view suffix(rest, static_cast<std::size_t>(last - rest));
  const int shift = suffix.empty()  ? 0
                    : suffix == "K" ? 10
                    : suffix == "M" ? 20
                    : suffix == "G" ? 30
                                    : -1;
  if (shift < 0 || value > (std::numeric_limits<std::int64_t>::max() >> shift)) {
    return std::nullopt;
  }
  return value << shift;
}

/// Collects what is wrong with the shapes of a question.
class Checker {
public:
  Checker(const QuestionShapes& shapes, const PlaceOf& placeOf)
      : given_(shapes), placeOf_(placeOf), axes_(shapes.layout.size()) {}

  core::Expected<Question> question(KvTiling kvTiling, bool flattened) {
    Question out{{}, given_.qTile, given_.kvTile, kvTiling, flattened};
    if (axes_ == 0) {
      report("layout", "is missing", "write the tokens along each axis, as in 30x48x80");
      return core::failure(std::move(problems_));
    }
    if (axes_ > 3) {
      report("layout", fmt::format("a layout has 1 to 3 axes, not {}", axes_),
             "write the tokens along each axis, as in 30x48x80");
      return core::failure(std::move(problems_));
    }
    positive("layout", given_.layout, axes_, kMostTokens, "tokens in all");
    const bool windowGiven = positive("window", given_.window, axes_, kMostTokens, "tokens");
    const auto stride = orOnes("stride", given_.stride);
    const auto dilation = orOnes("dilation", given_.dilation);
    const auto causal = causalFlags();
    const auto tileAxes = flattened ? 1 : axes_;
    positive("q-tile", given_.qTile, tileAxes, kLargestTile, "tokens");
    positive("kv-tile", given_.kvTile, tileAxes, kLargestTile, "tokens");
    if (flattened && kvTiling == KvTiling::Dynamic) {
      report("kv-tiling", "tiles of a flattened sequence lie on one grid",
             "static, or multi-dimensional tiling");
    }
    if (windowGiven && stride && dilation && causal && problems_.empty()) {
      for (std::size_t x = 0; x < axes_; ++x) {
        out.axes.push_back(
            {given_.layout[x], given_.window[x], (*stride)[x], (*dilation)[x], (*causal)[x] != 0});
        fits(out.axes.back(), x);
      }
    }
    if (!problems_.empty()) {
      return core::failure(std::move(problems_));
    }
    return out;
  }

private:
  void report(std::string_view part, std::string what, std::string help) {
    problems_.push_back({placeOf_(part), std::move(what), std::move(help)});
  }

  /// Whether the shape has as many axes as it should, all at least 1, and not too many tokens.
  bool positive(std::string_view part, const Shape& shape, std::size_t axes, std::int64_t most,
                std::string_view unit) {
    if (shape.empty()) {
      report(part, "is missing",
             fmt::format("give {} number{} of tokens", axes, axes == 1 ? "" : "s, one per axis,"));
      return false;
    }
    if (shape.size() != axes) {
      report(part,
             fmt::format("{} has {} {}, not {}", toText(shape), shape.size(),
                         shape.size() == 1 ? "axis" : "axes", axes),
             axes == axes_
                 ? fmt::format("one number per axis of the layout {}", toText(given_.layout))
                 : "with 1-D tiling a tile is one number of tokens");
      return false;
    }
    std::int64_t tokens = 1;
    for (const auto size : shape) {
      if (size < 1) {
        report(part, fmt::format("{} has an axis of {}", toText(shape), size), "at least 1 each");
        return false;
      }
      tokens = size > most / tokens ? most + 1 : tokens * size;
    }
    if (tokens > most) {
      report(part, fmt::format("{} is more than {} {}", toText(shape), most, unit),
             "make it smaller");
      return false;
    }
    return true;
  }

  std::optional<Shape> orOnes(std::string_view part, const Shape& shape) {
    if (shape.empty()) {
      return Shape(axes_, 1);
    }
    return positive(part, shape, axes_, kMostTokens, "tokens") ? std::optional(shape)
                                                               : std::nullopt;
  }

  std::optional<Shape> causalFlags() {
    if (given_.causal.empty()) {
      return Shape(axes_, 0);
    }
    bool right = given_.causal.size() == axes_;
    for (const auto flag : given_.causal) {
      right = right && (flag == 0 || flag == 1);
    }
    if (!right) {
      report("causal", fmt::format("{} is not one flag per axis", toText(given_.causal)),
             fmt::format("0 or 1 for each axis of the layout {}", toText(given_.layout)));
      return std::nullopt;
    }
    return given_.causal;
  }

  void fits(const AxisMask& axis, std::size_t number) {
    if (axis.window > axis.length) {
      report("window",
             fmt::format("{} tokens of axis {} do not fit its {}", axis.window, number + 1,
                         axis.length),
             fmt::format("at most {} there", axis.length));
      return;
    }
    if (axis.dilation > axis.length / axis.window) {
      report("dilation",
             fmt::format("{} of axis {} spreads {} keys over more than its {} tokens",
                         axis.dilation, number + 1, axis.window, axis.length),
             fmt::format("at most {} there, the length divided by the window",
                         axis.length / axis.window));
    }
    if (axis.stride > axis.window) {
      report(
          "stride",
          fmt::format("{} of axis {} is longer than the window of {}: some keys would be seen by "
                      "no query",
                      axis.stride, number + 1, axis.window),
          fmt::format("1 to {} there", axis.window));
    }
  }

  const QuestionShapes& given_;
  const PlaceOf& placeOf_;
  std::size_t axes_;
  core::Problems problems_;
};

template <class Member>
Shape shapeOf(const std::vector<AxisMask>& axes, Member member) {
  Shape shape;
  for (const auto& axis : axes) {
    shape.push_back(member(axis));
  }
  return shape;
}

} // namespace

std::optional<Shape> readShape(std::string_view text) {
  Shape shape;
  while (true) {
    const auto end = text.find('x');
    const auto part = text.substr(0, end);
    const auto value = part.empty() ? std::nullopt : readCount(part);
    if (!value) {
      return std::nullopt;
    }
    shape.push_back(*value);
    if (end == std::string_view::npos) {
      return shape;
    }
    text.remove_prefix(end + 1);
  }
}

std::string toText(const Shape& shape) {
  std::string text;
  for (const auto size : shape) {
    text += (text.empty() ? "" : "x") + std::to_string(size);
  }
  return text;
}

std::int64_t product(const Shape& shape) {
  std::int64_t tokens = 1;
  for (const auto size : shape) {
    tokens *= size;
  }
  return tokens;
}

Shape Question::layout() const {
  return shapeOf(axes, [](const AxisMask& axis) { return axis.length; });
}

Shape Question::window() const {
  return shapeOf(axes, [](const AxisMask& axis) { return axis.window; });
}

Shape Question::stride() const {
  return shapeOf(axes, [](const AxisMask& axis) { return axis.stride; });
}

Shape Question::dilation() const {
  return shapeOf(axes, [](const AxisMask& axis) { return axis.dilation; });
}

Shape Question::causal() const {
  return shapeOf(axes, [](const AxisMask& axis) { return std::int64_t{axis.causal}; });
}

Question withStride(Question question, const Shape& stride) {
  for (std::size_t x = 0; x < stride.size(); ++x) {
    question.axes[x].stride = stride[x];
  }
  return question;
}

core::Expected<Question> makeQuestion(const QuestionShapes& shapes, KvTiling kvTiling,
                                      bool flattened, const PlaceOf& placeOf) {
  return Checker(shapes, placeOf).question(kvTiling, flattened);
}

core::Where optionPlace(std::string_view part) {
  return {{}, 0, 0, fmt::format("--{}", part)};
}

} // namespace einsight::mappings::gna
