#include "validation/arrays/rows.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace einsight::validation {
namespace {

using Question = tl::expected<ArrayQuestion, std::string>;

constexpr std::array<std::string_view, 7> kColumns{"figure", "config", "model", "seq_len",
                                                   "metric", "value",  "source"};
constexpr std::string_view kVersus = " vs ";
constexpr std::string_view kTo = "..";

tl::unexpected<std::string> unknown(std::string_view kind, const std::string& name,
                                    const std::vector<std::string>& known) {
  const auto near = core::nearest(name, known);
  return tl::unexpected(fmt::format("the suite has no {} '{}'{}", kind, name,
                                    near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
}

tl::expected<const Design*, std::string> designOf(const ArraySpec& spec, const std::string& name) {
  const auto found = spec.published.find(name);
  if (found != spec.published.end()) {
    return &found->second;
  }
  std::vector<std::string> known;
  for (const auto& [config, design] : spec.published) {
    known.push_back(config);
  }
  for (const auto& [config, design] : spec.sensible) {
    if (config == name) {
      return &design;
    }
    known.push_back(config);
  }
  return unknown("configuration", name, known);
}

tl::expected<std::int64_t, std::string> lengthOf(const std::string& text) {
  const auto expression = core::Expression::parse(text);
  const auto value = expression
                         ? expression->evaluate([](std::string_view) { return std::nullopt; })
                         : tl::expected<core::Rational, std::string>(core::Rational(0));
  if (!value || !value->isWhole() || value->numerator() < 1) {
    return tl::unexpected(fmt::format("'{}' is not a sequence length such as 4K", text));
  }
  return value->numerator();
}

/// "4K", or "1K..1M": the lengths of means between the two.
tl::expected<std::vector<std::int64_t>, std::string> lengthsOf(const ArraySpec& spec,
                                                               const std::string& text) {
  const auto dots = text.find(kTo);
  const auto low = lengthOf(text.substr(0, dots));
  const auto high = dots == std::string::npos ? low : lengthOf(text.substr(dots + kTo.size()));
  if (!low || !high) {
    return tl::unexpected((low ? high : low).error());
  }
  if (dots == std::string::npos) {
    return std::vector{*low};
  }
  std::vector<std::int64_t> lengths;
  for (const auto length : spec.lengths) {
    if (length >= *low && length <= *high) {
      lengths.push_back(length);
    }
  }
  return lengths.empty() ? tl::expected<std::vector<std::int64_t>, std::string>(tl::unexpected(
                               fmt::format("the suite has no lengths in '{}'", text)))
                         : lengths;
}

std::string lowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

Question withConfigs(ArrayQuestion question, const ArraySpec& spec, const std::string& config) {
  const auto versus = config.find(kVersus);
  const auto design = designOf(spec, config.substr(0, versus));
  if (!design) {
    return tl::unexpected(design.error());
  }
  question.design = *design;
  if (question.rule->ratio != Rule::Ratio::None) {
    const auto other =
        designOf(spec, versus == std::string::npos ? question.rule->against
                                                   : config.substr(versus + kVersus.size()));
    if (!other) {
      return tl::unexpected(other.error());
    }
    question.against = *other;
  }
  return question;
}

Question questionOf(const ArrayRow& row, const ArraySpec& spec) {
  ArrayQuestion question;
  std::vector<std::string> known;
  for (const auto& rule : spec.rules) {
    known.insert(known.end(), rule.metrics.begin(), rule.metrics.end());
    if (question.rule == nullptr && rule.fits(row.figure, row.metric)) {
      question.rule = &rule;
    }
  }
  if (question.rule == nullptr) {
    return unknown("metric", row.metric, known);
  }
  const auto lengths = lengthsOf(spec, row.length);
  if (!lengths) {
    return tl::unexpected(lengths.error());
  }
  question.lengths = *lengths;
  question.models = row.model == spec.meanModel ? spec.models : std::vector{lowerCase(row.model)};
  return withConfigs(std::move(question), spec, row.config);
}

std::optional<double> numberOf(const std::string& text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end && std::isfinite(value) ? std::optional(value)
                                                                     : std::nullopt;
}

} // namespace

core::Expected<std::vector<ArrayRow>> readArrayRows(const std::filesystem::path& file,
                                                    const ArraySpec& spec) {
  const auto lines = readRows(file, kColumns);
  if (!lines) {
    return core::failure(lines.error());
  }
  std::vector<ArrayRow> rows;
  core::Problems problems;
  for (const auto& line : *lines) {
    ArrayRow row{line["figure"],          line["config"], line["model"],
                 line["seq_len"],         line["metric"], line["value"],
                 numberOf(line["value"]), line["source"], ArrayQuestion{}};
    if (!row.value && !row.valueText.empty()) {
      problems.push_back({line.where, fmt::format("the value '{}' is not a number", row.valueText),
                          "write a number such as 0.25, or nothing for a prediction only"});
    }
    row.question = questionOf(row, spec);
    rows.push_back(std::move(row));
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return rows;
}

} // namespace einsight::validation
