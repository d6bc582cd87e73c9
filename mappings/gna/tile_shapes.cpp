#include "mappings/gna/tile_shapes.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::mappings::gna {
namespace {

constexpr std::int64_t kLargest = 1 << 20;

/// "16x16/16x8" as two shapes of as many axes.
std::optional<std::pair<Shape, Shape>> readPair(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) {
    return std::nullopt;
  }
  const auto q = readShape(std::string_view(text).substr(0, slash));
  const auto kv = readShape(std::string_view(text).substr(slash + 1));
  if (!q || !kv || q->size() != kv->size()) {
    return std::nullopt;
  }
  for (const auto& shape : {*q, *kv}) {
    for (const auto size : shape) {
      if (size < 1 || size > kLargest) {
        return std::nullopt;
      }
    }
  }
  return std::pair(*q, *kv);
}

/// The ways to write a number as `axes` powers of two above 1.
std::vector<Shape> factorizations(std::int64_t number, std::size_t axes) {
  if (axes == 1) {
    return number > 1 ? std::vector<Shape>{{number}} : std::vector<Shape>{};
  }
  std::vector<Shape> all;
  for (std::int64_t factor = 2; factor < number && number % factor == 0; factor *= 2) {
    for (auto rest : factorizations(number / factor, axes - 1)) {
      rest.insert(rest.begin(), factor);
      all.push_back(std::move(rest));
    }
  }
  return all;
}

bool nowhereAbove(const Shape& q, const Shape& kv) {
  for (std::size_t x = 0; x < q.size(); ++x) {
    if (q[x] > kv[x]) {
      return false;
    }
  }
  return true;
}

class TilesReader {
public:
  TilesReader(std::size_t axes, core::Problems& problems) : axes_(axes), problems_(problems) {}

  void kernel(const std::string& name, const config::Node& node) {
    static constexpr std::array<std::string_view, 2> kTilings{"static", "dynamic"};
    config::MapReader reader(node, problems_);
    const bool onGrid = reader.oneOf("kv_tiling", kTilings).value_or("static") == "static";
    kernel_ = {name, {}, {}, onGrid ? KvTiling::Static : KvTiling::Dynamic};
    for (const auto& text : reader.textListIf("pairs")) {
      if (const auto pair = pairOf(reader, "pairs", text); pair && pair->first.size() == axes_) {
        add(pair->first, pair->second);
      }
    }
    for (const auto& text : reader.textListIf("factorized")) {
      if (const auto pair = pairOf(reader, "factorized", text)) {
        factorized(product(pair->first), product(pair->second));
      }
    }
    reader.finish();
  }

  std::vector<TilePair> pairs;

private:
  static std::optional<std::pair<Shape, Shape>>
  pairOf(config::MapReader& reader, std::string_view key, const std::string& text) {
    auto pair = readPair(text);
    if (!pair) {
      reader.problem(key, fmt::format("'{}' is not a pair of tiles", text),
                     "queries/keys with one number per axis, as in 16x16/16x8");
    }
    return pair;
  }

  void factorized(std::int64_t queries, std::int64_t keys) {
    for (const auto& q : factorizations(queries, axes_)) {
      for (const auto& kv : factorizations(keys, axes_)) {
        if (nowhereAbove(q, kv)) {
          add(q, kv);
        }
      }
    }
  }

  void add(const Shape& q, const Shape& kv) {
    kernel_.qTile = q;
    kernel_.kvTile = kv;
    pairs.push_back(kernel_);
  }

  std::size_t axes_;
  core::Problems& problems_;
  TilePair kernel_;
};

} // namespace

core::Expected<std::vector<TilePair>> shippedTiles(std::size_t axes) {
  return readTiles(config::catalogueRoot() / "mappings" / "gna" / "tile-shapes.yaml", axes);
}

core::Expected<std::vector<TilePair>> readTiles(const std::filesystem::path& file,
                                                std::size_t axes) {
  const auto document = config::load(file);
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  config::MapReader reader(*document, problems);
  reader.text("summary");
  reader.text("source");
  TilesReader tiles(axes, problems);
  if (const auto* kernels = reader.map("kernels")) {
    for (const auto& [name, node] : kernels->entries) {
      tiles.kernel(name.scalar, node);
    }
  }
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return std::move(tiles.pairs);
}

core::Expected<std::vector<TiledTally>> sweepTiles(const Question& question) {
  const auto pairs = shippedTiles(question.flattened ? 1 : question.axes.size());
  if (!pairs) {
    return core::failure(pairs.error());
  }
  std::vector<TiledTally> out;
  for (const auto& pair : *pairs) {
    if (question.flattened && pair.kvTiling == KvTiling::Dynamic) {
      continue;
    }
    auto tiled = question;
    tiled.qTile = pair.qTile;
    tiled.kvTile = pair.kvTile;
    tiled.kvTiling = pair.kvTiling;
    const auto found = tally(tiled);
    if (!found) {
      return core::failure(found.error());
    }
    out.push_back({pair, *found});
  }
  std::stable_sort(out.begin(), out.end(), [](const TiledTally& a, const TiledTally& b) {
    return a.tally.computedPairs() < b.tally.computedPairs();
  });
  return out;
}

} // namespace einsight::mappings::gna
