#include "workloads/selections.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "core/text.hpp"
#include "einsum/walk.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace einsight::workloads {
namespace {

using einsum::Tensor;

/// How the positions of one index tensor are chosen.
struct Selection {
  const Tensor* tensor = nullptr;
  std::size_t along = 0;            ///< rank that lists the chosen positions
  std::optional<std::size_t> query; ///< rank of what chooses
  std::int64_t sink = 0, local = 0;
  bool causal = false;
  std::int64_t positions = 1; ///< there are so many to choose from
};

/// Size of the rank that an index tensor points into, 0 when nothing is read with it.
std::int64_t target(const einsum::Cascade& cascade, const std::string& name) {
  for (const auto& einsum : cascade.einsums()) {
    for (const auto* access : einsum::accesses(einsum.expression)) {
      for (std::size_t i = 0; i < access->indices.size(); ++i) {
        if (access->indices[i].gatherTensor == name) {
          return cascade.tensor(access->tensor)->shape[i];
        }
      }
    }
  }
  return 0;
}

class Reader {
public:
  Reader(const einsum::Cascade& cascade, core::Problems& problems)
      : cascade_(cascade), problems_(problems) {}

  std::optional<Selection> read(const config::Node& key, const config::Node& value) {
    Selection out;
    out.tensor = cascade_.tensor(key.scalar);
    out.positions = target(cascade_, key.scalar);
    if (out.tensor == nullptr || !out.tensor->input || out.positions == 0) {
      config::report(
          key, fmt::format("'{}' is not an input that another tensor is indexed by", key.scalar),
          "selections are for index tensors that no Einsum computes", problems_);
      return std::nullopt;
    }
    if (!config::expectKind(value, config::Node::Kind::Map, problems_)) {
      return std::nullopt;
    }
    const auto before = problems_.size();
    config::MapReader reader(value, problems_);
    if (const auto along = reader.text("along")) {
      out.along = rank(reader, "along", *along, *out.tensor);
    }
    if (const auto query = reader.textOr("query", ""); query && !query->empty()) {
      out.query = rank(reader, "query", *query, *out.tensor);
    }
    out.sink = amount(reader, "sink");
    out.local = amount(reader, "local");
    out.causal = reader.booleanOr("causal", false).value_or(false);
    reader.finish();
    return problems_.size() == before ? std::optional(out) : std::nullopt;
  }

private:
  std::size_t rank(config::MapReader& reader, std::string_view key, const std::string& name,
                   const Tensor& tensor) {
    std::string wanted = name;
    std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto found = std::find_if(tensor.ranks.begin(), tensor.ranks.end(), [&](auto given) {
      std::transform(given.begin(), given.end(), given.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      return given == wanted;
    });
    if (found == tensor.ranks.end()) {
      reader.problem(key, fmt::format("{} has no rank '{}'", tensor.name, name),
                     core::suggestion(name, tensor.ranks));
      return 0;
    }
    return static_cast<std::size_t>(found - tensor.ranks.begin());
  }

  std::int64_t amount(config::MapReader& reader, std::string_view key) {
    const auto expression = reader.expressionIf(key);
    if (!expression) {
      return 0;
    }
    const auto value = expression->evaluate([&](std::string_view name) {
      const auto parameter = cascade_.parameter(name);
      return parameter ? std::optional<core::Rational>(*parameter) : std::nullopt;
    });
    if (!value) {
      reader.problem(key, value.error());
    } else if (value->denominator() != 1 || value->numerator() < 0) {
      reader.problem(key, fmt::format("{} is not a whole number of positions", value->toString()));
    } else {
      return value->numerator();
    }
    return 0;
  }

  const einsum::Cascade& cascade_;
  core::Problems& problems_;
};

/// Positions that one query chooses, ascending: at most `most` of them.
std::vector<std::int64_t> choose(const Selection& selection, std::int64_t query,
                                 std::int64_t queries, std::int64_t most, std::mt19937_64& random) {
  const std::int64_t own =
      selection.query ? ((query + 1) * selection.positions - 1) / queries : selection.positions - 1;
  const std::int64_t end = selection.causal ? own + 1 : selection.positions;
  std::vector<std::int64_t> rest(static_cast<std::size_t>(end));
  std::iota(rest.begin(), rest.end(), std::int64_t{0});
  const auto isFixed = [&](std::int64_t position) {
    return position < selection.sink || (position <= own && position > own - selection.local);
  };
  auto chosen = std::stable_partition(rest.begin(), rest.end(), isFixed);
  std::shuffle(chosen, rest.end(), random);
  rest.resize(static_cast<std::size_t>(std::min(most, end)));
  std::sort(rest.begin(), rest.end());
  return rest;
}

void draw(const Selection& selection, std::mt19937_64& random, einsum::Values& values) {
  const auto& shape = values.shape;
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * shape[i];
  }
  const std::int64_t most = shape[selection.along];
  const std::int64_t step = strides[selection.along];
  for (std::int64_t at = 0; at < std::ssize(values.data); ++at) {
    if (at / step % most != 0) {
      continue;
    }
    const std::int64_t queries = selection.query ? shape[*selection.query] : 1;
    const std::int64_t query = selection.query ? at / strides[*selection.query] % queries : 0;
    const auto chosen = choose(selection, query, queries, most, random);
    for (std::int64_t i = 0; i < most; ++i) {
      const auto place = static_cast<std::size_t>(at + i * step);
      const bool there = i < std::ssize(chosen);
      values.present[place] = there ? 1 : 0;
      values.data[place] = there ? static_cast<double>(chosen[static_cast<std::size_t>(i)]) : 0.0;
    }
  }
}

} // namespace

core::Expected<einsum::Environment> drawInputs(const std::string& reference,
                                               const einsum::Cascade& cascade, std::uint64_t seed) {
  const auto files = filesOf(reference);
  if (!files) {
    return core::failure(files.error());
  }
  const auto document = config::load(files->cascade, {config::catalogueRoot() / "workloads"});
  if (!document) {
    return core::failure(document.error());
  }
  einsum::Environment inputs = einsum::randomInputs(cascade, seed);
  const auto* node = document->find("selections");
  if (node == nullptr || node->kind == config::Node::Kind::Null) {
    return inputs;
  }
  core::Problems problems;
  if (!config::expectKind(*node, config::Node::Kind::Map, problems)) {
    return core::failure(std::move(problems));
  }
  std::mt19937_64 random(seed);
  Reader reader(cascade, problems);
  for (const auto& [key, value] : node->entries) {
    const auto selection = reader.read(key, value);
    const auto input = inputs.find(key.scalar);
    if (selection && input != inputs.end()) {
      draw(*selection, random, input->second);
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return inputs;
}

} // namespace einsight::workloads
