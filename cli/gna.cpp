#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/gna/options.hpp"
#include "cli/gna/report.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "explore/gna/tiled.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>

namespace einsight::cli {
namespace {

namespace gna = mappings::gna;

void append(core::Problems& problems, const core::Problems& more) {
  problems.insert(problems.end(), more.begin(), more.end());
}

core::Expected<GnaPoint> answer(const gna::Question& question, const gna::Heads& heads,
                                const GnaOptions& options) {
  const auto tally = gna::tally(question);
  if (!tally) {
    return core::failure(tally.error());
  }
  GnaPoint point{question, *tally, gna::permutation(question, heads), {}, {}};
  if (options.sweepStrides) {
    ProgressBar bar("strides");
    auto strides = gna::sweepStrides(question, [&](double fraction) { return bar.show(fraction); });
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

/// With the time on the machine, if one is given.
core::Expected<GnaPoint> timed(core::Expected<GnaPoint> point, const gna::Heads& heads,
                               const GnaOptions& options) {
  if (!point || options.machine.empty()) {
    return point;
  }
  auto settings = readSettings(options.settings, {options.machine});
  if (!settings) {
    return core::failure(std::move(settings.error()));
  }
  return withTime(std::move(*point), heads,
                  {options.machine, options.mapping, settings->machine, settings->mapping});
}

/// The shipped tiles with the least work, of those that run on the machine if one is given.
core::Expected<gna::TilePair> bestTiles(const gna::Question& question, const gna::Heads& heads,
                                        const GnaOptions& options) {
  if (!options.machine.empty()) {
    const auto settings = readSettings(options.settings, {options.machine});
    return explore::tilesFor(
        {question, heads, options.machine, options.mapping, settings->machine, settings->mapping});
  }
  return gna::sweepTiles(question).map([](const auto& tiles) { return tiles.front().tiles; });
}

core::Expected<GnaReport> answerShapes(const GnaOptions& options, GnaReader& reader) {
  GnaReport report;
  report.heads = reader.heads();
  std::array<gna::Shape, kGnaShapes.size()> shapes;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    shapes.at(i) = reader.shape(kGnaShapes.at(i));
  }
  const bool flattened = reader.choice("tiling", options.tiling, {"multi", "1d"}) == 1;
  const bool onGrid = reader.choice("kv-tiling", options.kvTiling, {"static", "dynamic"}) == 0;
  const auto settings = readSettings(options.settings, {options.machine});
  const bool ofUseCase = settings && !settings->workload.empty();
  for (const auto* option : {"set", "dense-steps"}) {
    if (options.given(option) && (ofUseCase || option != std::string("set"))) {
      reader.report(option, "goes with --use-case", "leave it out, or name a use case");
    }
  }
  reader.checkTarget();
  gna::QuestionShapes given{shapes[0], shapes[1], shapes[2], shapes[3],
                            shapes[4], shapes[5], shapes[6]};
  const bool anyTiles = (options.sweepTiles || !options.machine.empty()) &&
                        !options.given("q-tile") && !options.given("kv-tile");
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
    const auto best = bestTiles(*question, report.heads, options);
    if (!best) {
      return core::failure(best.error());
    }
    question->qTile = best->qTile;
    question->kvTile = best->kvTile;
    question->kvTiling = best->kvTiling;
  }
  auto point = timed(answer(*question, report.heads, options), report.heads, options);
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

/// The pattern in tiles that run on the machine: its own, or the fastest where those do not.
core::Expected<gna::Question> onMachine(gna::Question question, const gna::Heads& heads,
                                        const GnaOptions& options) {
  const bool given = options.given("q-tile") || options.given("kv-tile");
  const auto settings = readSettings(options.settings);
  if (options.machine.empty() || given || !settings) {
    return question;
  }
  const explore::GnaRequest request{
      question, heads, options.machine, options.mapping, settings->machine, settings->mapping};
  if (explore::prepareTiled(request)) {
    return question;
  }
  return explore::tilesFor(request).map([&](const gna::TilePair& best) {
    question.qTile = best.qTile;
    question.kvTile = best.kvTile;
    question.kvTiling = best.kvTiling;
    return question;
  });
}

core::Expected<GnaReport> answerUseCase(const GnaOptions& options, GnaReader& reader) {
  const auto qTile = reader.shape("q-tile");
  const auto kvTile = reader.shape("kv-tile");
  std::vector<std::string> own(kGnaShapes.begin(), kGnaShapes.begin() + kGnaMaskShapes);
  own.insert(own.end(), {"tiling", "kv-tiling", "batch", "heads", "kv-heads", "head-dim", "dtype"});
  for (const auto& option : own) {
    if (options.given(option)) {
      reader.report(option, "comes from the use case", "leave it out, or leave out --use-case");
    }
  }
  const auto settings = readSettings(options.settings, {options.machine});
  reader.checkTarget();
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
    const auto question = withTiles(pattern.question, qTile, kvTile).and_then([&](auto tiled) {
      return onMachine(std::move(tiled), report.heads, options);
    });
    auto point = question ? timed(answer(*question, report.heads, options), report.heads, options)
                          : core::failure(question.error());
    if (!point) {
      return core::failure(point.error());
    }
    report.points.push_back(std::move(*point));
  }
  report.useCase = std::move(*useCase);
  return report;
}

core::Expected<Answer> work(const GnaOptions& options) {
  GnaReader reader(options);
  return (options.useCase.empty() ? answerShapes(options, reader) : answerUseCase(options, reader))
      .map([&](const GnaReport& report) {
        Answer answer;
        answer.text = gnaText(report, stdoutStyle());
        if (options.app->count("--json") > 0) {
          answer.json = withProvenance(gnaJson(report), *options.app);
        }
        return answer;
      });
}

void addShapes(CLI::App& options, GnaOptions& given) {
  constexpr std::array kSentences{
      "tokens along 1 to 3 axes: 30x48x80", "keys that a query sees along each axis",
      "queries that share a window (1)",    "gap between a query's keys (1)",
      "1 for axes that see only the past",  "queries of a tile, per axis",
      "keys of a tile, per axis",
  };
  for (std::size_t i = 0; i < kGnaShapes.size(); ++i) {
    const std::string name = kGnaShapes.at(i);
    options.add_option("--" + name, given.shapes[name], kSentences.at(i))->type_name("SHAPE");
  }
}

} // namespace

Work addGna(CLI::App& options) {
  const auto given = std::make_shared<GnaOptions>();
  given->app = &options;
  addShapes(options, *given);
  options.add_option("--tiling", given->tiling,
                     "multi, or 1d: tiles of the flattened sequence with an unmasked pair");
  options.add_option("--kv-tiling", given->kvTiling,
                     "static: on a grid; dynamic: from the first key of each Q tile");
  options.add_flag("--sweep-strides", given->sweepStrides, "the strides that are worth a try");
  options.add_flag("--sweep-tiles", given->sweepTiles, "every pair of tiles of shipped kernels");
  options.add_option("--use-case", given->useCase, "a model that says its masks, or a file");
  options
      .add_option("--set", given->settings,
                  "parameters of the use case: T=16, arch.dram.efficiency=0.8")
      ->delimiter(',');
  options.add_option("--dense-steps", given->denseSteps,
                     "first steps of the use case that keep self attention");
  options.add_option("-a,--arch", given->machine, "a GPU to predict the time for: name or file");
  options.add_option("-m,--mapping", given->mapping, "how the kernel runs there: name or file");
  options.add_option("--batch", given->batch, "sequences (1)");
  options.add_option("--heads", given->heads, "heads of queries (1)");
  options.add_option("--kv-heads", given->kvHeads, "heads of keys (as many)");
  options.add_option("--head-dim", given->headDim, "dimension of a head (128)");
  options.add_option("--dtype", given->type, "fp16, bf16, fp8 or fp32 (fp16)");
  return [given] { return work(*given); };
}

} // namespace einsight::cli
