#include "validation/kernels/rows.hpp"

#include "validation/rows.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <set>

namespace einsight::validation {
namespace {

constexpr std::array<std::string_view, 14> kColumns{
    "system", "hardware", "dtype", "batch",  "heads_q", "heads_kv", "head_dim",
    "seq_q",  "seq_kv",   "mask",  "metric", "value",   "unit",     "source"};
constexpr std::array<std::string_view, 6> kNumbers{"batch",    "heads_q", "heads_kv",
                                                   "head_dim", "seq_q",   "seq_kv"};

/// What a column stands for where it is left out.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kDefaults{
    {{"heads_kv", "heads_q"}, {"value_dim", "head_dim"}, {"seq_kv", "seq_q"}}};

/// A whole number above 0, as everywhere in files: 4096, 4K.
std::optional<std::int64_t> integerOf(std::string_view text) {
  const auto expression = core::Expression::parse(text);
  if (!expression || !expression->names().empty()) {
    return std::nullopt;
  }
  const auto value = expression->evaluate([](std::string_view) { return std::nullopt; });
  return value && value->isWhole() && value->numerator() > 0 ? std::optional(value->numerator())
                                                             : std::nullopt;
}

/// What a cell says: nothing where it is no number, two numbers of KEY/VALUE.
KernelShape shapeOf(std::string_view column, const std::string& cell) {
  const auto slash = cell.find('/');
  if (column == "head_dim" && slash != std::string::npos) {
    const auto key = integerOf(std::string_view(cell).substr(0, slash));
    const auto value = integerOf(std::string_view(cell).substr(slash + 1));
    return key && value ? KernelShape{{"head_dim", core::Rational(*key)},
                                      {"value_dim", core::Rational(*value)}}
                        : KernelShape();
  }
  const auto number = integerOf(cell);
  return number ? KernelShape{{std::string(column), core::Rational(*number)}} : KernelShape();
}

/// N of "window N": the keys before its own that a query attends to.
KernelShape windowOf(const std::string& mask) {
  constexpr std::string_view kWindow = "window ";
  return mask.starts_with(kWindow) ? shapeOf("window", mask.substr(kWindow.size())) : KernelShape();
}

KernelShape shapeOf(const Row& row) {
  auto shape = windowOf(row["mask"]);
  for (const auto column : kNumbers) {
    shape.merge(shapeOf(column, row[column]));
  }
  return shape;
}

std::string idOf(const Row& row) {
  std::string id = row["system"] + "/" + row["hardware"];
  for (const auto& [letter, column] :
       std::array<std::pair<std::string_view, std::string_view>, 6>{{{"B", "batch"},
                                                                     {"H", "heads_q"},
                                                                     {"G", "heads_kv"},
                                                                     {"D", "head_dim"},
                                                                     {"P", "seq_q"},
                                                                     {"M", "seq_kv"}}}) {
    if (!row[column].empty()) {
      id += fmt::format("/{}{}", letter, row[column]);
    }
  }
  id += row["mask"].empty() ? "" : "/" + row["mask"];
  id += isNamed(row["dtype"]) ? "/" + row["dtype"] : "";
  return id + "/" + row["metric"];
}

void complete(KernelShape& shape) {
  for (const auto& [column, from] : kDefaults) {
    const auto found = shape.find(std::string(from));
    if (found != shape.end()) {
      shape.emplace(column, found->second);
    }
  }
}

} // namespace

std::span<const std::string_view> kernelColumns() {
  return kColumns;
}

std::span<const std::string_view> kernelNumbers() {
  return kNumbers;
}

bool isShape(std::string_view column, const std::string& cell) {
  return !shapeOf(column, cell).empty();
}

bool isNamed(const std::string& type) {
  constexpr std::array<std::string_view, 4> kTypes{"fp8", "int8", "fp4", "int4"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

std::optional<double> numberOf(const std::string& text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

core::Expected<std::vector<KernelRow>> readKernelRows(const std::filesystem::path& file) {
  return readRows(file, kColumns).map(kernelRowsOf);
}

std::vector<KernelRow> kernelRowsOf(const std::vector<Row>& rows) {
  std::vector<KernelRow> out;
  std::map<std::string, int> seen;
  for (const auto& row : rows) {
    auto id = idOf(row);
    if (const int times = ++seen[id]; times > 1) {
      id += fmt::format("#{}", times);
    }
    out.push_back({std::move(id), row["system"], row["hardware"], row["dtype"], row["mask"],
                   row["metric"], row["unit"], numberOf(row["value"]), shapeOf(row)});
  }
  return out;
}

tl::expected<core::Rational, std::string> valueOf(const core::Expression& expression,
                                                  const KernelShape& shape) {
  for (const auto& name : expression.names()) {
    if (!shape.contains(name)) {
      return tl::unexpected(fmt::format("the row does not say '{}'", name));
    }
  }
  return expression.evaluate([&](std::string_view name) -> std::optional<core::Rational> {
    return shape.at(std::string(name));
  });
}

tl::expected<std::vector<KernelShape>, std::string> shapesOf(const KernelRow& row,
                                                             const KernelRule& rule) {
  std::vector<KernelShape> shapes{row.shape};
  for (const auto& [column, values] : rule.over) {
    std::vector<KernelShape> more;
    for (const auto& shape : shapes) {
      for (const auto& expression : values) {
        const auto value = valueOf(expression, shape);
        if (!value) {
          return tl::unexpected(value.error());
        }
        auto next = shape;
        if (column == "head_dim") { // of keys and values
          next.erase("value_dim");
        }
        next[column] = *value;
        more.push_back(std::move(next));
      }
    }
    shapes = std::move(more);
  }
  for (auto& shape : shapes) {
    complete(shape);
  }
  return shapes;
}

} // namespace einsight::validation
