#include "validation/gna/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

namespace einsight::validation {
namespace {

namespace gna = mappings::gna;
using gna::readShape;

constexpr std::array<std::string_view, 13> kPublishedColumns{
    "id",     "hardware", "backend", "layout", "window", "stride", "dilation",
    "causal", "q_tile",   "kv_tile", "metric", "value",  "note"};
constexpr std::array<std::string_view, 11> kOracleColumns{
    "id",     "group",  "layout",  "window", "stride",   "dilation",
    "causal", "q_tile", "kv_tile", "tiling", "kv_tiling"};

std::optional<double> numberOf(const std::string& text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

const std::string& optionalCell(const Row& row, std::string_view column) {
  static const std::string kNone;
  const auto found = row.cells.find(column);
  return found == row.cells.end() ? kNone : found->second;
}

/// Of a row's value, in seconds; 1 for what is no time.
double scaleOf(const std::string& unit) {
  constexpr double kMilli = 1e-3;
  constexpr double kMicro = 1e-6;
  return unit == "ms" ? kMilli : unit == "us" ? kMicro : 1;
}

using MaybeQuestion = tl::expected<gna::Question, std::string>;

/// The question of cells as they stand in a file.
MaybeQuestion questionOf(const std::array<std::string, 7>& cells, gna::KvTiling kvTiling,
                         bool flattened) {
  std::array<gna::Shape, 7> shapes;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& cell = cells.at(i);
    const auto read = cell.empty() ? gna::Shape{} : readShape(cell);
    if (!read) {
      return tl::unexpected(fmt::format("'{}' is not a shape", cell));
    }
    shapes.at(i) = *read;
  }
  auto question = gna::makeQuestion(
      {shapes[0], shapes[1], shapes[2], shapes[3], shapes[4], shapes[5], shapes[6]}, kvTiling,
      flattened, [](std::string_view part) {
        return core::Where{{}, 0, 0, std::string(part)};
      });
  if (!question) {
    const auto& problem = question.error().front();
    return tl::unexpected(problem.where.path + ": " + problem.what);
  }
  return std::move(*question);
}

/// "… kept in first 9 of 28 steps" -> 9; 0 without such words.
std::int64_t denseStepsOf(const std::string& note) {
  constexpr std::string_view kWords = "kept in first ";
  const auto found = note.find(kWords);
  std::int64_t steps = 0;
  if (found != std::string::npos) {
    std::from_chars(note.data() + found + kWords.size(), note.data() + note.size(), steps);
  }
  return steps;
}

/// Fills in what a row leaves out.
class Completer {
public:
  explicit Completer(const GnaSpec& spec) : spec_(spec) {}

  core::Expected<GnaRow> row(const Row& cells) {
    GnaRow out{cells["id"],
               cells["hardware"],
               cells["layout"],
               cells["window"],
               cells["stride"],
               cells["metric"],
               cells["value"],
               {},
               {{}, {}, denseStepsOf(cells["note"])},
               {},
               !cells["q_tile"].empty(),
               ruleOf(cells)};
    out.value = numberOf(out.valueText);
    if (out.value) {
      *out.value *= scaleOf(optionalCell(cells, "unit"));
    }
    auto window = cells["window"];
    auto qTile = cells["q_tile"];
    auto kvTile = cells["kv_tile"];
    for (const auto& part : spec_.completions) {
      if (!fits(part, cells)) {
        continue;
      }
      window = part.asWindow.empty() ? window : part.asWindow;
      out.stride = out.stride.empty() ? part.stride : out.stride;
      qTile = qTile.empty() ? part.qTile : qTile;
      kvTile = kvTile.empty() ? part.kvTile : kvTile;
      if (!part.useCase.empty()) {
        auto useCase = gna::loadUseCase(part.useCase);
        if (!useCase) {
          return core::failure(useCase.error());
        }
        out.question.useCase = std::move(*useCase);
      }
    }
    const auto kvTiling =
        cells["backend"].starts_with("cutlass") ? gna::KvTiling::Dynamic : gna::KvTiling::Static;
    auto mask = questionOf(
        {cells["layout"], window, out.stride, cells["dilation"], cells["causal"], qTile, kvTile},
        kvTiling, false);
    if (mask) {
      out.question.mask = std::move(*mask);
    } else {
      out.noMask = mask.error();
    }
    addRun(cells, window, out);
    return out;
  }

private:
  /// Heads are those of the row, else those of its use case.
  static void addRun(const Row& cells, const std::string& window, GnaRow& out) {
    out.run.hardware = out.hardware;
    out.run.layout = readShape(out.layout).value_or(gna::Shape{});
    out.run.heads = out.question.useCase ? out.question.useCase->heads : gna::Heads{};
    const auto count = [&](std::string_view column, std::int64_t& to) {
      const auto read = readShape(optionalCell(cells, column));
      to = read && read->size() == 1 ? read->front() : to;
    };
    count("batch", out.run.heads.batch);
    count("heads", out.run.heads.heads);
    count("head_dim", out.run.heads.headDim);
    out.run.heads.kvHeads = out.run.heads.heads;
    if (!out.question.mask && (out.run.layout.empty() || !window.empty())) {
      out.noRun = out.run.layout.empty() ? "the row has no layout" : out.noMask;
    }
  }

  static bool fits(const GnaCompletion& part, const Row& cells) {
    const auto same = [&](const std::string& wanted, std::string_view column) {
      return wanted.empty() || wanted == cells[column];
    };
    return same(part.layout, "layout") && same(part.window, "window") &&
           same(part.metric, "metric");
  }

  [[nodiscard]] const GnaRule* ruleOf(const Row& cells) const {
    const auto found =
        std::find_if(spec_.rules.begin(), spec_.rules.end(), [&](const GnaRule& rule) {
          return rule.fits(cells["metric"], cells["window"]);
        });
    return found == spec_.rules.end() ? nullptr : &*found;
  }

  const GnaSpec& spec_;
};

} // namespace

core::Expected<std::vector<GnaRow>> readGnaRows(const std::filesystem::path& file,
                                                const GnaSpec& spec) {
  const auto rows = readRows(file, kPublishedColumns);
  if (!rows) {
    return core::failure(rows.error());
  }
  std::vector<GnaRow> out;
  Completer completer(spec);
  for (const auto& cells : *rows) {
    auto row = completer.row(cells);
    if (!row) {
      return core::failure(row.error());
    }
    out.push_back(std::move(*row));
  }
  return out;
}

core::Expected<std::vector<GnaOracleRow>> readGnaOracle(const std::filesystem::path& file,
                                                        const GnaSpec& spec) {
  std::vector<std::string_view> columns(kOracleColumns.begin(), kOracleColumns.end());
  columns.insert(columns.end(), spec.counts.begin(), spec.counts.end());
  columns.insert(columns.end(), spec.ratios.begin(), spec.ratios.end());
  auto rows = readRows(file, columns);
  if (!rows) {
    return core::failure(rows.error());
  }
  std::vector<GnaOracleRow> out;
  for (auto& row : *rows) {
    auto question =
        questionOf({row["layout"], row["window"], row["stride"], row["dilation"], row["causal"],
                    row["q_tile"], row["kv_tile"]},
                   row["kv_tiling"] == "dynamic" ? gna::KvTiling::Dynamic : gna::KvTiling::Static,
                   row["tiling"] == "1d");
    out.push_back({std::move(row), std::move(question)});
  }
  return out;
}

bool isGnaOracle(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line.find("visited_total") != std::string::npos;
}

} // namespace einsight::validation
