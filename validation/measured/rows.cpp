#include "validation/measured/rows.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace einsight::validation {
namespace {

using Json = nlohmann::json;

constexpr double kMicro = 1e-6, kMega = 1e6;

/// Columns of a row's shape and their keys in a record.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kSizes{
    {{"batch", "batch"},
     {"heads_q", "heads_q"},
     {"heads_kv", "heads_kv"},
     {"head_dim", "head_dim"},
     {"value_dim", "head_dim_v"},
     {"seq_q", "seq_q"},
     {"seq_kv", "seq_kv"},
     {"heads_q", "heads"}}};

/// What a column stands for where a record leaves it out.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kDefaults{
    {{"heads_kv", "heads_q"}, {"value_dim", "head_dim"}, {"seq_kv", "seq_q"}}};

/// An image is a video of one frame to some kernels: axes of one token are no axes.
void dropAxesOfOne(MeasuredWindow& window) {
  for (std::size_t axis = window.layout.size(); axis-- > 0;) {
    if (window.layout[axis] != 1 || window.layout.size() == 1) {
      continue;
    }
    for (auto* shape :
         {&window.layout, &window.window, &window.stride, &window.qTile, &window.kvTile}) {
      if (!shape->empty()) {
        shape->erase(shape->begin() + static_cast<std::ptrdiff_t>(axis));
      }
    }
  }
}

/// Tokens of whole tiles.
std::int64_t padded(const MeasuredWindow& window) {
  std::int64_t tokens = 1;
  for (std::size_t axis = 0; axis < window.layout.size(); ++axis) {
    const auto tile = window.qTile.empty() ? 1 : window.qTile[axis];
    tokens *= mappings::gna::ceilDivide(window.layout[axis], tile) * tile;
  }
  return tokens;
}

class RecordReader {
public:
  RecordReader(const Json& record, std::string path, core::Problems& problems)
      : record_(record), where_({std::move(path), 0, 0, {}}), problems_(problems) {}

  MeasuredRow read() {
    MeasuredRow row;
    row.id = text("id");
    row.suite = text("suite");
    row.system = text("system");
    if (row.id.empty()) {
      problem("the case has no id");
    }
    row.weights = textOr("weights", row.weights);
    row.direction = textOr("direction", row.direction);
    row.type = text("dtype");
    readSizes(row);
    readMask(row);
    row.seconds = number("median_us") * kMicro;
    row.low = number("p10_us") * kMicro;
    row.high = number("p90_us") * kMicro;
    if (!(row.seconds > 0)) {
      problem(fmt::format("'{}' has no median_us above zero", row.id));
    }
    row.flops = number("flops");
    row.bytes = number("bytes");
    row.operations = number("operations");
    row.loads = number("loads");
    row.hertz = number("sm_mhz") * kMega;
    return row;
  }

private:
  void problem(std::string what) { problems_.push_back({where_, std::move(what), {}}); }

  std::string text(const char* key) { return textOr(key, {}); }
  std::string textOr(const char* key, std::string otherwise) {
    const auto found = record_.find(key);
    return found != record_.end() && found->is_string() ? found->get<std::string>()
                                                        : std::move(otherwise);
  }
  double number(const char* key) {
    const auto found = record_.find(key);
    return found != record_.end() && found->is_number() ? found->get<double>() : 0;
  }

  mappings::gna::Shape lengths(const char* key) {
    mappings::gna::Shape shape;
    const auto found = record_.find(key);
    if (found == record_.end() || !found->is_array()) {
      return shape;
    }
    for (const auto& length : *found) {
      if (!length.is_number_integer() || length.get<std::int64_t>() < 1) {
        problem(fmt::format("'{}': {} is no list of lengths", record_.value("id", ""), key));
        return {};
      }
      shape.push_back(length.get<std::int64_t>());
    }
    return shape;
  }

  void readSizes(MeasuredRow& row) {
    for (const auto& [column, key] : kSizes) {
      const auto found = record_.find(std::string(key));
      if (found != record_.end() && found->is_number_integer() && found->get<std::int64_t>() > 0) {
        row.shape.emplace(column, core::Rational(found->get<std::int64_t>()));
      }
    }
    if (row.shape.contains("heads_q")) {
      row.shape.emplace("batch", core::Rational(1));
    }
  }

  /// "window 256", "list 1/8", "neighborhood …" as `measure` writes them.
  void readMask(MeasuredRow& row) {
    const auto mask = textOr("mask", "none");
    row.mask = mask.substr(0, mask.find(' '));
    std::int64_t size = 0;
    if (row.mask == "window" && std::sscanf(mask.c_str(), "window %ld", &size) == 1) {
      row.shape["window"] = core::Rational(size);
    } else if (row.mask == "list" && std::sscanf(mask.c_str(), "list 1/%ld", &size) == 1) {
      row.shape["list_stride"] = core::Rational(size);
    }
    if (row.shape.contains("heads_q")) {
      row.shape["splits"] = core::Rational(0);
    }
    if (const auto at = row.id.find(" splits");
        at != std::string::npos && std::sscanf(row.id.c_str() + at, " splits%ld", &size) == 1) {
      row.shape["splits"] = core::Rational(size);
    }
    if (record_.contains("layout")) {
      readNeighborhood(row);
    }
    for (const auto& [column, from] : kDefaults) {
      if (const auto found = row.shape.find(std::string(from)); found != row.shape.end()) {
        row.shape.emplace(column, found->second);
      }
    }
  }

  void readNeighborhood(MeasuredRow& row) {
    MeasuredWindow window{lengths("layout"), lengths("window"), lengths("stride"),
                          lengths("q_tile"), lengths("kv_tile")};
    const auto axes = window.layout.size();
    const auto fits = [axes](const mappings::gna::Shape& shape) { return shape.size() == axes; };
    if (!fits(window.window) || !fits(window.stride) ||
        (!window.qTile.empty() && !(fits(window.qTile) && fits(window.kvTile)))) {
      problem(fmt::format("'{}': layout, window, stride and tiles differ in their number of axes",
                          row.id));
      return;
    }
    dropAxesOfOne(window);
    row.shape["seq_q"] = row.shape["seq_kv"] =
        core::Rational(mappings::gna::product(window.layout));
    if (row.mask == "layout") {
      row.shape["padded"] = core::Rational(padded(window));
      return;
    }
    row.mask = window.window == window.layout ? "whole" : "neighborhood";
    row.neighborhood = std::move(window);
  }

  const Json& record_;
  core::Where where_;
  core::Problems& problems_;
};

core::Problems notOurs(const std::filesystem::path& file) {
  return {{{file.string(), 0, 0, {}},
           "this is no file that measure wrote",
           "einsight measure -o FILE.json writes one"}};
}

} // namespace

core::Expected<MeasuredFile> readMeasured(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) {
    return core::failure({{{file.string(), 0, 0, {}}, "cannot read the file", {}}});
  }
  return readMeasured(stream, file);
}

core::Expected<MeasuredFile> readMeasured(std::istream& stream, const std::filesystem::path& file) {
  const auto json = Json::parse(stream, nullptr, false);
  if (!json.is_object() || !json.contains("cases") || !json["cases"].is_array() ||
      !json.contains("provenance") || !json["provenance"].is_object()) {
    return core::failure(notOurs(file));
  }
  const auto& provenance = json["provenance"];
  MeasuredFile out;
  try {
    out.device = provenance.value("device", "");
    out.date = provenance.value("date", "");
    out.command = provenance.value("command", "");
    out.sms = provenance.value("sms", 0.0);
    out.notRun = json.value("not_run", std::vector<std::string>());
  } catch (const Json::exception&) { return core::failure(notOurs(file)); }
  core::Problems problems;
  std::set<std::string> seen;
  for (const auto& record : json["cases"]) {
    if (record.is_object() && record.contains("error")) {
      const auto& error = record["error"];
      out.failed.push_back(fmt::format("{}: {}", record.value("id", ""),
                                       error.is_string() ? error.get<std::string>() : ""));
      continue;
    }
    if (!record.is_object()) {
      problems.push_back({{file.string(), 0, 0, {}}, "a case is no map", {}});
      continue;
    }
    auto row = RecordReader(record, file.string(), problems).read();
    if (!row.id.empty() && !seen.insert(row.id).second) {
      problems.push_back(
          {{file.string(), 0, 0, {}}, fmt::format("'{}' is there twice", row.id), {}});
    }
    out.rows.push_back(std::move(row));
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return out;
}

} // namespace einsight::validation
