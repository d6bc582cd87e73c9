#include "mappings/gna/use_case.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "einsum/parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace einsight::mappings::gna {
namespace {

constexpr std::int64_t kMostLayers = 10000;
constexpr std::int64_t kMostSteps = 1000000;

std::filesystem::path modelsFolder() {
  return config::catalogueRoot() / "workloads" / "models";
}

/// "6" or "6-9".
std::optional<std::pair<std::int64_t, std::int64_t>> readRange(std::string_view text) {
  std::int64_t first = 0;
  const auto* end = text.data() + text.size();
  auto parsed = std::from_chars(text.data(), end, first);
  auto last = first;
  if (parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == '-') {
    parsed = std::from_chars(parsed.ptr + 1, end, last);
  }
  if (parsed.ec != std::errc() || parsed.ptr != end || first < 0 || last < first) {
    return std::nullopt;
  }
  return std::pair(first, last);
}

/// Reads the key `neighborhood` of a model.
class UseCaseReader {
public:
  UseCaseReader(const std::vector<einsum::Parameter>& parameters, core::Problems& problems)
      : parameters_(parameters), problems_(problems) {}

  void read(const config::Node& node, UseCase& out) {
    config::MapReader reader(node, problems_);
    layout_ = shape(reader, "layout");
    tiles(reader, qTile_, kvTile_);
    out.layers = reader.integerOr("layers", 1, kMostLayers, 0).value_or(0);
    out.steps = reader.integerOr("steps", 1, kMostSteps, 1).value_or(1);
    out.denseSteps = reader.integerOr("dense_steps", 0, out.steps, 0).value_or(0);
    if (const auto share = reader.realOr("attention_share", 0); share && *share != 0) {
      out.attentionShare = share;
      if (!(*share > 0 && *share <= 1)) {
        reader.problem("attention_share", fmt::format("{} is not a share of the time", *share),
                       "above 0 and at most 1");
      }
    }
    if (const auto* patterns = reader.map("patterns")) {
      if (patterns->entries.empty()) {
        reader.problem("patterns", "there is no pattern", "NAME: {window: [16, 24, 16]}");
      }
      for (const auto& [name, pattern] : patterns->entries) {
        out.patterns.push_back({name.scalar, {}, {}});
        readPattern(pattern, out.layers, out.patterns.back());
      }
    }
    reader.finish();
  }

private:
  /// One size per axis, each an expression over the model's parameters.
  Shape shape(config::MapReader& reader, std::string_view key) {
    Shape out;
    if (const auto* node = reader.sequenceIf(key)) {
      for (const auto& item : node->items) {
        out.push_back(einsum::sizeOf(item, parameters_, key, problems_).value_or(1));
      }
    }
    return out;
  }

  Shape flags(config::MapReader& reader) {
    Shape out;
    if (const auto* node = reader.sequenceIf("causal")) {
      for (const auto& item : node->items) {
        out.push_back(config::integer(item, problems_, 0, 1).value_or(0));
      }
    }
    return out;
  }

  void tiles(config::MapReader& reader, Shape& q, Shape& kv) {
    if (auto given = shape(reader, "q_tile"); !given.empty()) {
      q = std::move(given);
    }
    if (auto given = shape(reader, "kv_tile"); !given.empty()) {
      kv = std::move(given);
    }
  }

  void readPattern(const config::Node& node, std::int64_t layers, Pattern& out) {
    static constexpr std::array<std::string_view, 2> kTilings{"static", "dynamic"};
    const auto before = problems_.size();
    config::MapReader reader(node, problems_);
    QuestionShapes shapes{layout_,
                          shape(reader, "window"),
                          shape(reader, "stride"),
                          shape(reader, "dilation"),
                          flags(reader),
                          qTile_,
                          kvTile_};
    tiles(reader, shapes.qTile, shapes.kvTile);
    const bool onGrid =
        reader.oneOfOr("kv_tiling", kTilings, "static").value_or("static") == "static";
    readLayers(reader, layers, out);
    reader.finish();
    if (problems_.size() > before) {
      return;
    }
    auto question = makeQuestion(shapes, onGrid ? KvTiling::Static : KvTiling::Dynamic, false,
                                 [&](std::string_view part) {
                                   std::string key(part);
                                   std::replace(key.begin(), key.end(), '-', '_');
                                   auto where = node.where;
                                   where.path += "." + key;
                                   return where;
                                 });
    if (question) {
      out.question = std::move(*question);
    } else {
      problems_.insert(problems_.end(), question.error().begin(), question.error().end());
    }
  }

  void readLayers(config::MapReader& reader, std::int64_t layers, Pattern& out) {
    for (const auto& text : reader.textListIf("layers")) {
      const auto range = readRange(text);
      if (!range || range->second >= layers) {
        reader.problem("layers", fmt::format("'{}' is no layer of the model's {}", text, layers),
                       "numbers from 0 and ranges, as in [3, 6-9]");
        continue;
      }
      for (auto layer = range->first; layer <= range->second; ++layer) {
        if (!taken_.insert(layer).second) {
          reader.problem("layers", fmt::format("layer {} has a pattern already", layer));
        }
        out.layers.push_back(layer);
      }
    }
    if (layers > 0 && out.layers.empty()) {
      reader.problem({}, "the pattern has no layers", "layers: [0-3]");
    }
  }

  const std::vector<einsum::Parameter>& parameters_;
  core::Problems& problems_;
  Shape layout_, qTile_, kvTile_;
  std::set<std::int64_t> taken_;
};

/// The heads that the parameters B, H, G (heads of keys; H when absent) and E say.
Heads headsOf(const std::vector<einsum::Parameter>& parameters) {
  const auto value = [&](std::string_view name, std::int64_t otherwise) {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const auto& parameter) { return parameter.name == name; });
    return found == parameters.end() ? otherwise : found->value;
  };
  const auto heads = value("H", 1);
  return {value("B", 1), heads, value("G", heads), value("E", 128), 16};
}

} // namespace

core::Expected<UseCase> loadUseCase(const std::string& model, const core::Settings& settings) {
  const auto file = config::find(model, {modelsFolder()}, "model");
  if (!file) {
    return core::failure(file.error());
  }
  const auto document = config::load(*file, {modelsFolder()});
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  config::MapReader reader(*document, problems);
  UseCase out;
  out.name = reader.text("model").value_or("");
  out.summary = reader.textOr("summary", "").value_or("");
  out.source = reader.textOr("source", "").value_or("");
  reader.textOr("cascade", "");
  std::vector<einsum::Parameter> parameters;
  if (const auto* node = reader.map("parameters")) {
    parameters = einsum::bindParameters(*node, settings, core::Settings{}, problems);
    for (const auto& [name, value] : settings) {
      if (node->find(name) == nullptr) {
        problems.push_back({{{}, 0, 0, "--set"},
                            fmt::format("the model has no parameter '{}'", name),
                            "see `einsight show` of the model"});
      }
    }
  }
  out.heads = headsOf(parameters);
  if (!reader.has("neighborhood")) {
    auto known = useCases();
    problems.push_back({document->where,
                        fmt::format("the model '{}' has no neighborhood", out.name),
                        fmt::format("models that have one: {}", fmt::join(known, ", "))});
    return core::failure(std::move(problems));
  }
  if (const auto* node = reader.map("neighborhood")) {
    UseCaseReader(parameters, problems).read(*node, out);
  }
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return out;
}

std::vector<std::string> useCases() {
  std::vector<std::string> names;
  for (const auto& name : config::names(modelsFolder())) {
    const auto file = config::find(name, {modelsFolder()}, "model");
    const auto document = file ? config::load(*file, {modelsFolder()}) : core::failure({});
    if (document && document->find("neighborhood") != nullptr) {
      names.push_back(name);
    }
  }
  return names;
}

double endToEnd(double share, std::int64_t steps, std::int64_t dense, double speedup) {
  const double fraction = share * static_cast<double>(steps - dense) / static_cast<double>(steps);
  return 1 / (1 - fraction + fraction / speedup);
}

double overLayers(const UseCase& useCase, const std::vector<double>& speedups) {
  auto time = static_cast<double>(useCase.layers);
  for (std::size_t i = 0; i < useCase.patterns.size(); ++i) {
    const auto layers = static_cast<double>(useCase.patterns[i].layers.size());
    time += layers / speedups[i] - layers;
  }
  return static_cast<double>(useCase.layers) / time;
}

} // namespace einsight::mappings::gna
