#include "workloads/lengths.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace einsight::workloads {
namespace {

using config::MapReader;

constexpr std::array<std::string_view, 2> kDistributions{"uniform", "lognormal"};

/// How lengths are drawn.
struct Drawing {
  std::string distribution;
  std::int64_t least = 1, most = 1, median = 1;
  double spread = 1; ///< standard deviation of the logarithm
  std::int64_t seed = 1;
};

/// A number from 0 up to 1; the same with every standard library.
double fraction(std::mt19937_64& random) {
  constexpr double kSteps = 9007199254740992.0; // 2^53
  return static_cast<double>(random() >> 11U) / kSteps;
}

std::vector<std::int64_t> draw(const Drawing& drawing, std::int64_t count) {
  std::mt19937_64 random(static_cast<std::uint64_t>(drawing.seed));
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < count; ++i) {
    double value = 0;
    if (drawing.distribution == "uniform") {
      value = static_cast<double>(drawing.least) +
              fraction(random) * static_cast<double>(drawing.most - drawing.least + 1);
    } else {
      const double first = 1 - fraction(random);
      const double normal = core::normalOf(first, fraction(random));
      value = static_cast<double>(drawing.median) * std::exp(drawing.spread * normal);
    }
    const double within =
        std::clamp(value, static_cast<double>(drawing.least), static_cast<double>(drawing.most));
    out.push_back(static_cast<std::int64_t>(within));
  }
  return out;
}

class Reader {
public:
  Reader(const config::Node& node, const einsum::Cascade& cascade, std::string file,
         core::Problems& problems)
      : cascade_(cascade), problems_(problems), reader_(node, problems), file_(std::move(file)) {}

  std::optional<Lengths> read() {
    const auto before = problems_.size();
    Lengths out;
    out.of = parameter("of");
    out.each = parameter("each");
    const auto longest = cascade_.parameter(out.of).value_or(INT64_MAX);
    const auto count = cascade_.parameter(out.each);
    const auto values = reader_.textListIf("values");
    Drawing drawing;
    drawing.distribution = reader_.oneOfOr("draw", kDistributions, "").value_or("");
    if (values.empty() == drawing.distribution.empty() && !givenInstead()) {
      reader_.problem("", "lengths are either given (values) or drawn (draw)",
                      "values: [512, 8K], or draw: uniform with from and to");
    }
    drawing.least = amount("from", 1, longest, 1);
    drawing.most = amount("to", 1, longest, longest);
    drawing.median = amount("median", 1, longest, longest);
    drawing.seed = amount("seed", 0, INT64_MAX, 1);
    drawing.spread = reader_.realOr("spread", drawing.spread).value_or(1);
    if (drawing.least > drawing.most) {
      reader_.problem("from", fmt::format("the shortest may have {}, the longest {}", drawing.least,
                                          drawing.most));
    }
    out.values = given(longest, count.value_or(std::ssize(values)));
    reader_.finish();
    if (problems_.size() != before) {
      return std::nullopt;
    }
    if (out.values.empty()) {
      out.values = draw(drawing, *count);
    }
    return out;
  }

private:
  /// Are there values in place of a drawing of a file that this one extends?
  bool givenInstead() {
    const auto* values = reader_.optional("values");
    const auto* drawing = reader_.optional("draw");
    return values != nullptr && drawing != nullptr && drawing->where.file != file_ &&
           drawing->where.file != values->where.file;
  }

  std::string parameter(std::string_view key) {
    auto name = reader_.text(key).value_or("");
    if (!name.empty() && !cascade_.parameter(name)) {
      std::vector<std::string> known;
      for (const auto& each : cascade_.parameters()) {
        known.push_back(each.name);
      }
      reader_.problem(key, fmt::format("the workload has no parameter '{}'", name),
                      core::suggestion(name, known));
    }
    return name;
  }

  std::int64_t amount(std::string_view key, std::int64_t low, std::int64_t high,
                      std::int64_t fallback) {
    const auto expression = reader_.expressionIf(key);
    if (!expression) {
      return fallback;
    }
    return whole(*expression, key, low, high).value_or(fallback);
  }

  std::optional<std::int64_t> whole(const core::Expression& expression, std::string_view key,
                                    std::int64_t low, std::int64_t high) {
    const auto value = expression.evaluate([&](std::string_view name) {
      const auto known = cascade_.parameter(name);
      return known ? std::optional<core::Rational>(*known) : std::nullopt;
    });
    if (!value) {
      reader_.problem(key, value.error());
      return std::nullopt;
    }
    const auto floor = value->floor();
    if (floor < low || floor > high) {
      reader_.problem(key, fmt::format("{} is not from {} to {}", value->toString(), low, high));
      return std::nullopt;
    }
    return floor;
  }

  /// `values:`, as many as there are sequences.
  std::vector<std::int64_t> given(std::int64_t longest, std::int64_t count) {
    std::vector<std::int64_t> out;
    const auto* list = reader_.optional("values");
    if (list == nullptr) {
      return out;
    }
    for (const auto& text : reader_.textListIf("values")) {
      const auto expression = core::Expression::parse(text);
      if (!expression) {
        reader_.problem("values", expression.error());
      } else if (const auto value = whole(*expression, "values", 1, longest)) {
        out.push_back(*value);
      }
    }
    if (std::ssize(list->items) != count) {
      reader_.problem("values",
                      fmt::format("{} lengths for {} sequences", list->items.size(), count),
                      "one for each");
    }
    return out;
  }

  const einsum::Cascade& cascade_;
  core::Problems& problems_;
  MapReader reader_;
  std::string file_; ///< that was asked for, not one that it extends
};

} // namespace

core::Settings Lengths::settingsOf(std::int64_t value) const {
  return {{of, core::Rational(value)}, {each, core::Rational(1)}};
}

core::Expected<std::optional<Lengths>> lengthsOf(const std::string& reference,
                                                 const einsum::Cascade& cascade) {
  const auto files = filesOf(reference);
  if (!files) {
    return core::failure(files.error());
  }
  const auto document = config::load(files->cascade, {config::catalogueRoot() / "workloads"});
  if (!document) {
    return core::failure(document.error());
  }
  const auto* node = document->find("lengths");
  if (node == nullptr || node->kind == config::Node::Kind::Null) {
    return std::optional<Lengths>();
  }
  core::Problems problems;
  if (!config::expectKind(*node, config::Node::Kind::Map, problems)) {
    return core::failure(std::move(problems));
  }
  auto lengths = Reader(*node, cascade, document->where.file, problems).read();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return lengths;
}

} // namespace einsight::workloads
