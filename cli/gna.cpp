#include "cli/command.hpp"
#include "cli/gna_report.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>

namespace einsight::cli {
namespace {

namespace gna = mappings::gna;

constexpr std::array kShapeOptions{"layout", "window", "stride", "dilation",
                                   "causal", "q-tile", "kv-tile"};
constexpr std::size_t kMaskOptions = 5; // the first so many describe the mask
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kTypes{
    {{"fp16", 16}, {"bf16", 16}, {"fp8", 8}, {"fp32", 32}}};

struct Options {
  std::map<std::string, std::string> shapes;
  std::string tiling = "multi", kvTiling = "static", useCase, type = "fp16";
  std::vector<std::string> settings;
  std::string batch = "1", heads = "1", kvHeads, headDim = "128", denseSteps;
  bool sweepStrides = false, sweepTiles = false;
  CLI::App* app = nullptr;

  [[nodiscard]] bool given(const std::string& option) const {
    return app->count("--" + option) > 0;
  }
};

/// Reads the options, collecting what is wrong with them.
class Reader {
public:
  explicit Reader(const Options& options) : options_(options) {}

  gna::Shape shape(const std::string& name) {
    const auto found = options_.shapes.find(name);
    if (found == options_.shapes.end() || found->second.empty()) {
      return {};
    }
    const auto read = gna::readShape(found->second);
    if (!read) {
      report(name, fmt::format("'{}' is not a shape", found->second),
             "one whole number per axis, as in 30x48x80");
      unread_ = true;
    }
    return read.value_or(gna::Shape{});
  }

  std::int64_t count(const std::string& name, const std::string& text, std::int64_t low,
                     std::int64_t high) {
    const auto read = gna::readShape(text);
    if (!read || read->size() != 1 || read->front() < low || read->front() > high) {
      report(name, fmt::format("'{}' is not a whole number from {} to {}", text, low, high), {});
      return low;
    }
    return read->front();
  }

  /// The position of a value among those that an option may have.
  std::size_t choice(const std::string& name, const std::string& text,
                     const std::vector<std::string>& known) {
    const auto found = std::find(known.begin(), known.end(), text);
    if (found == known.end()) {
      report(name, fmt::format("there is no '{}'", text), core::suggestion(text, known));
      return 0;
    }
    return static_cast<std::size_t>(found - known.begin());
  }

  gna::Heads heads() {
    constexpr std::int64_t kMost = 1 << 20;
    gna::Heads heads;
    heads.batch = count("batch", options_.batch, 1, kMost);
    heads.heads = count("heads", options_.heads, 1, kMost);
    heads.kvHeads = options_.kvHeads.empty() ? heads.heads
                                             : count("kv-heads", options_.kvHeads, 1, heads.heads);
    heads.headDim = count("head-dim", options_.headDim, 1, kMost);
    std::vector<std::string> types;
    for (const auto& [type, bits] : kTypes) {
      types.emplace_back(type);
    }
    heads.bits = kTypes.at(choice("dtype", options_.type, types)).second;
    return heads;
  }

  void report(const std::string& option, std::string what, std::string help) {
    problems.push_back({gna::optionPlace(option), std::move(what), std::move(help)});
  }
  /// Whether a shape could not be read, so that nothing more can be said about the question.
  [[nodiscard]] bool unread() const { return unread_; }

  core::Problems problems;

private:
  const Options& options_;
  bool unread_ = false;
};

void append(core::Problems& problems, const core::Problems& more) {
  problems.insert(problems.end(), more.begin(), more.end());
}

core::Expected<GnaPoint> answer(const gna::Question& question, const gna::Heads& heads,
                                const Options& options) {
  const auto tally = gna::tally(question);
  if (!tally) {
    return core::failure(tally.error());
  }
  GnaPoint point{question, *tally, gna::permutation(question, heads), {}, {}};
  if (options.sweepStrides) {
    auto strides = gna::sweepStrides(question);
    if (!strides) {
      return core::failure(strides.error());
    }
    point.strides = std::move(*strides);
  }
  if (options.sweepTiles) {
    auto tiles = gna::sweepTiles(question);
    if (!tiles) {
      return core::failure(tiles.error());
    }
    point.tiles = std::move(*tiles);
  }
  return point;
}

core::Expected<GnaReport> answerShapes(const Options& options, Reader& reader) {
  GnaReport report;
  report.heads = reader.heads();
  std::array<gna::Shape, kShapeOptions.size()> shapes;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    shapes.at(i) = reader.shape(kShapeOptions.at(i));
  }
  const bool flattened = reader.choice("tiling", options.tiling, {"multi", "1d"}) == 1;
  const bool onGrid = reader.choice("kv-tiling", options.kvTiling, {"static", "dynamic"}) == 0;
  for (const auto* option : {"set", "dense-steps"}) {
    if (options.given(option)) {
      reader.report(option, "goes with --use-case", "leave it out, or name a use case");
    }
  }
  gna::QuestionShapes given{shapes[0], shapes[1], shapes[2], shapes[3],
                            shapes[4], shapes[5], shapes[6]};
  const bool anyTiles = options.sweepTiles && !options.given("q-tile") && !options.given("kv-tile");
  if (anyTiles) { // the mask is checked with any tiles; the sweep then says which are best
    given.qTile = given.kvTile = gna::Shape(flattened ? 1 : given.layout.size(), 1);
  }
  auto question =
      reader.unread()
          ? core::failure({})
          : gna::makeQuestion(given, onGrid ? gna::KvTiling::Static : gna::KvTiling::Dynamic,
                              flattened, gna::optionPlace);
  append(reader.problems, question ? core::Problems{} : question.error());
  if (!reader.problems.empty()) {
    return core::failure(std::move(reader.problems));
  }
  if (anyTiles) {
    const auto tiles = gna::sweepTiles(*question);
    if (!tiles) {
      return core::failure(tiles.error());
    }
    const auto& best = tiles->front().tiles;
    question->qTile = best.qTile;
    question->kvTile = best.kvTile;
    question->kvTiling = best.kvTiling;
  }
  auto point = answer(*question, report.heads, options);
  if (!point) {
    return core::failure(point.error());
  }
  report.points.push_back(std::move(*point));
  return report;
}

/// The tiles given on the command line in place of a pattern's own.
core::Expected<gna::Question> withTiles(const gna::Question& question, const gna::Shape& qTile,
                                        const gna::Shape& kvTile) {
  return gna::makeQuestion({question.layout(), question.window(), question.stride(),
                            question.dilation(), question.causal(),
                            qTile.empty() ? question.qTile : qTile,
                            kvTile.empty() ? question.kvTile : kvTile},
                           question.kvTiling, false, gna::optionPlace);
}

core::Expected<GnaReport> answerUseCase(const Options& options, Reader& reader) {
  const auto qTile = reader.shape("q-tile");
  const auto kvTile = reader.shape("kv-tile");
  std::vector<std::string> own(kShapeOptions.begin(), kShapeOptions.begin() + kMaskOptions);
  own.insert(own.end(), {"tiling", "kv-tiling", "batch", "heads", "kv-heads", "head-dim", "dtype"});
  for (const auto& option : own) {
    if (options.given(option)) {
      reader.report(option, "comes from the use case", "leave it out, or leave out --use-case");
    }
  }
  const auto settings = readSettings(options.settings);
  append(reader.problems, settings ? core::Problems{} : settings.error());
  auto useCase =
      gna::loadUseCase(options.useCase, settings ? settings->workload : core::Settings{});
  append(reader.problems, useCase ? core::Problems{} : useCase.error());
  if (useCase && options.given("dense-steps")) {
    useCase->denseSteps = reader.count("dense-steps", options.denseSteps, 0, useCase->steps);
  }
  if (!reader.problems.empty()) {
    return core::failure(std::move(reader.problems));
  }
  GnaReport report{{}, useCase->heads, {}};
  for (const auto& pattern : useCase->patterns) {
    auto point = withTiles(pattern.question, qTile, kvTile).and_then([&](const auto& question) {
      return answer(question, report.heads, options);
    });
    if (!point) {
      return core::failure(point.error());
    }
    report.points.push_back(std::move(*point));
  }
  report.useCase = std::move(*useCase);
  return report;
}

core::Expected<Answer> work(const Options& options) {
  Reader reader(options);
  return (options.useCase.empty() ? answerShapes(options, reader) : answerUseCase(options, reader))
      .map([](const GnaReport& report) {
        Answer answer;
        answer.text = gnaText(report, stdoutStyle());
        answer.json = gnaJson(report);
        return answer;
      });
}

void addShapes(CLI::App& options, Options& given) {
  constexpr std::array kSentences{
      "tokens along 1 to 3 axes: 30x48x80", "keys that a query sees along each axis",
      "queries that share a window (1)",    "gap between a query's keys (1)",
      "1 for axes that see only the past",  "queries of a tile, per axis",
      "keys of a tile, per axis",
  };
  for (std::size_t i = 0; i < kShapeOptions.size(); ++i) {
    const std::string name = kShapeOptions.at(i);
    options.add_option("--" + name, given.shapes[name], kSentences.at(i))->type_name("SHAPE");
  }
}

} // namespace

Work addGna(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  given->app = &options;
  addShapes(options, *given);
  options.add_option("--tiling", given->tiling,
                     "multi, or 1d: tiles of the flattened sequence with an unmasked pair");
  options.add_option("--kv-tiling", given->kvTiling,
                     "static: on a grid; dynamic: from the first key of each Q tile");
  options.add_flag("--sweep-strides", given->sweepStrides, "the strides that are worth a try");
  options.add_flag("--sweep-tiles", given->sweepTiles, "every pair of tiles of shipped kernels");
  options.add_option("--use-case", given->useCase, "a model that says its masks, or a file");
  options.add_option("--set", given->settings, "parameters of the use case: T=16")->delimiter(',');
  options.add_option("--dense-steps", given->denseSteps,
                     "first steps of the use case that keep self attention");
  options.add_option("--batch", given->batch, "for the bytes of the token permutation (1)");
  options.add_option("--heads", given->heads, "heads of queries (1)");
  options.add_option("--kv-heads", given->kvHeads, "heads of keys (as many)");
  options.add_option("--head-dim", given->headDim, "dimension of a head (128)");
  options.add_option("--dtype", given->type, "fp16, bf16, fp8 or fp32 (fp16)");
  return [given] { return work(*given); };
}

} // namespace einsight::cli
