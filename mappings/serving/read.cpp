#include "config/reader.hpp"
#include "core/text.hpp"
#include "mappings/serving/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace einsight::mappings::serving {
namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

constexpr std::array<std::string_view, 1> kKinds{"serving"};
constexpr std::array<std::string_view, 2> kSplits{"heads", "requests"};
constexpr std::int64_t kMost = std::int64_t{1} << 30;

/// Numbers of one map of the file, each replaced by the setting of its path if there is one.
class Numbers {
public:
  Numbers(const Node& map, std::string prefix, const core::Settings& settings,
          std::set<std::string>& known, core::Problems& problems)
      : reader(map, problems), prefix_(std::move(prefix)), settings_(settings), known_(known) {}

  std::int64_t whole(std::string_view key, std::int64_t low, std::int64_t high,
                     std::int64_t fallback) {
    const auto written = reader.integerOr(key, low, high, fallback).value_or(fallback);
    const auto* set = settingOf(key);
    if (set == nullptr) {
      return written;
    }
    if (!set->isWhole() || *set < core::Rational(low) || *set > core::Rational(high)) {
      reader.problem(key, fmt::format("cannot be set to {}", set->toString()),
                     fmt::format("a whole number from {} to {}", low, high));
      return fallback;
    }
    return set->numerator();
  }
  double real(std::string_view key, double low, double high, double fallback) {
    double value = reader.realOr(key, fallback).value_or(fallback);
    if (const auto* set = settingOf(key)) {
      value = set->toDouble();
    }
    if (value < low || value > high) {
      reader.problem(key, fmt::format("{} is out of range", value),
                     fmt::format("a number from {} to {}", low, high));
    }
    return value;
  }
  double quantity(std::string_view key, Dimension dimension, double fallback) {
    const auto written = reader.quantityIf(key, dimension);
    const auto* set = settingOf(key);
    return set != nullptr ? set->toDouble() : written ? written->toDouble() : fallback;
  }

  MapReader reader; // NOLINT(misc-non-private-member-variables-in-classes)

private:
  const core::Rational* settingOf(std::string_view key) {
    const auto path = prefix_ + std::string(key);
    known_.insert(path);
    const auto found = settings_.find(path);
    return found == settings_.end() ? nullptr : &found->second;
  }

  std::string prefix_;
  const core::Settings& settings_;
  std::set<std::string>& known_;
};

class Reading {
public:
  Reading(const Node& root, const core::Settings& settings) : root_(root), settings_(settings) {}

  core::Expected<Mapping> read() {
    Numbers top(root_, "", settings_, known_, problems_);
    auto& reader = top.reader;
    mapping_.where = root_.where;
    mapping_.name = reader.text("mapping").value_or("");
    reader.oneOf("kind", kKinds);
    reader.integerOr("preference", 1, kMost, 1);
    mapping_.summary = reader.textOr("summary", "").value_or("");
    mapping_.source = reader.textOr("source", "").value_or("");
    readPlaces(top);
    mapping_.mostRequests = top.whole("requests", 1, kMost, 256);
    mapping_.chunkTokens = top.whole("chunk", 1, kMost, 2048);
    mapping_.decodeOnly = reader.booleanOr("decode_only", false).value_or(false);
    readMaps(reader);
    if (const auto* calibration = reader.mapIf("calibration")) {
      for (const auto& [path, data] : calibration->entries) {
        config::text(data, problems_);
      }
    }
    reader.finish();
    checkSettings();
    if (!problems_.empty()) {
      return core::failure(std::move(problems_));
    }
    return std::move(mapping_);
  }

private:
  void readPlaces(Numbers& top) {
    auto& reader = top.reader;
    mapping_.projections = reader.textOr("projections", "").value_or("");
    mapping_.attention = reader.textOr("attention", "").value_or("");
    mapping_.batches = top.whole("batches", 1, 64, 1);
    mapping_.queriesFirst = reader.booleanOr("queries_first", false).value_or(false);
    const auto split = reader.oneOfOr("split", kSplits, "heads").value_or("heads");
    mapping_.split = split == "heads" ? Split::Heads : Split::Requests;
    if (mapping_.batches > 1 && mapping_.attention.empty()) {
      reader.problem("batches", "several batches in flight need devices of their own for attention",
                     "`attention: GROUP`, or `batches: 1`");
    }
  }

  void readMaps(MapReader& reader) {
    const auto with = [&](std::string_view key, const auto& read) {
      if (const auto* map = reader.mapIf(key)) {
        Numbers numbers(*map, std::string(key) + ".", settings_, known_, problems_);
        read(numbers);
        numbers.reader.finish();
      }
    };
    with("memory", [&](Numbers& numbers) {
      mapping_.memoryShare = numbers.real("share", 0, 1, 0.9);
      mapping_.reservedBytes = numbers.quantity("reserved", Dimension::Bytes, 0);
      numbers.reader.textOr("source", "");
    });
    with("host", [&](Numbers& numbers) {
      mapping_.host.stepSeconds = numbers.quantity("step", Dimension::Seconds, 0);
      mapping_.host.requestSeconds = numbers.quantity("request", Dimension::Seconds, 0);
      numbers.reader.textOr("source", "");
    });
    with("launches", [&](Numbers& numbers) {
      auto& kernels = mapping_.kernels;
      kernels.before = numbers.real("before", 0, 1000, kernels.before);
      kernels.attention = numbers.real("attention", 0, 1000, kernels.attention);
      kernels.after = numbers.real("after", 0, 1000, kernels.after);
      if (const double launch = numbers.quantity("each", Dimension::Seconds, -1); launch >= 0) {
        kernels.launchSeconds = launch;
      }
      numbers.reader.textOr("source", "");
    });
    with("streaming", [&](Numbers& numbers) {
      mapping_.streaming =
          Streaming{numbers.real("share", 0, 1, 0), numbers.whole("first", 0, kMost, 0),
                    numbers.whole("last", 1, kMost, 1)};
    });
    with("retrieval", [&](Numbers& numbers) { readRetrieval(numbers); });
  }

  void readRetrieval(Numbers& numbers) {
    Retrieval out;
    out.on = numbers.reader.text("on").value_or("");
    out.first = numbers.whole("first", 0, kMost, 0);
    out.last = numbers.whole("last", 0, kMost, 0);
    out.keyBytes = numbers.quantity("key_element", Dimension::Bytes, out.keyBytes);
    out.dependent = numbers.real("dependent_accesses", 0, 1000, 0);
    out.callSeconds = numbers.quantity("call", Dimension::Seconds, 0);
    if (const auto* list = numbers.reader.sequence("looked_at")) {
      for (const auto& item : list->items) {
        MapReader point(item, problems_);
        const auto tokens = point.integer("tokens", 1, kMost);
        const double share = point.realOr("share", 0).value_or(0);
        if (share <= 0 || share > 1) {
          point.problem("share", "a share of the keys is needed", "a number above 0, at most 1");
        }
        point.finish();
        out.looked.emplace_back(static_cast<double>(tokens.value_or(1)), share);
      }
      std::sort(out.looked.begin(), out.looked.end());
      if (out.looked.empty()) {
        numbers.reader.problem("looked_at", "the list is empty", "[{tokens: 4K, share: 1}]");
      }
    }
    mapping_.retrieval = out;
  }

  void checkSettings() {
    const std::vector<std::string> known(known_.begin(), known_.end());
    for (const auto& [name, value] : settings_) {
      if (!known_.contains(name)) {
        problems_.push_back({{{}, 0, 0, "--set mapping." + name},
                             fmt::format("mapping '{}' has no number '{}'", mapping_.name, name),
                             core::suggestion(name, known)});
      }
    }
  }

  const Node& root_;
  const core::Settings& settings_;
  std::set<std::string> known_;
  core::Problems problems_;
  Mapping mapping_;
};

} // namespace

core::Expected<Mapping> readMapping(const std::filesystem::path& file,
                                    const core::Settings& settings,
                                    const std::vector<std::filesystem::path>& catalogue) {
  const auto root = config::load(file, catalogue);
  if (!root) {
    return core::failure(root.error());
  }
  auto mapping = Reading(*root, settings).read();
  if (mapping) {
    mapping->file = file.string();
  }
  return mapping;
}

} // namespace einsight::mappings::serving
