#include "mappings/gpu/chain/chain.hpp"

#include "einsum/walk.hpp"
#include "mappings/gpu/chain/parts.hpp"
#include "mappings/gpu/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

using einsum::contains;
using einsum::Einsum;
using Kind = ChainPart::Kind;
using Names = std::vector<std::string>;

constexpr std::int64_t kRowsOfWarpgroup = 64; ///< of a tensor core instruction of a warpgroup
/// Of a divided loop's part: what is saved by fewer takes less time than the launch that merges.
constexpr std::int64_t kLeastIterations = 8;

/// The numbers of a rule.
struct Sizes {
  std::int64_t rows = 1, columns = 1, depth = 1, points = 1, elements = 1, stages = 1;
  std::int64_t warpgroups = 1;
};

class Making {
public:
  Making(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Gpu& gpu,
         const Sizes& sizes)
      : rule_(*mapping.chain), cascade_(cascade), sizes_(sizes), sms_(gpu.data().sms) {}

  std::vector<Kernel> kernels() {
    std::vector<Kernel> out;
    for (const auto& part :
         chainParts(cascade_, rule_.fuse, static_cast<double>(sizes_.elements))) {
      out.push_back(kernel(part));
    }
    return out;
  }

private:
  Kernel kernel(const ChainPart& part) {
    Kernel out;
    out.where = rule_.where;
    out.shrinks = true;
    out.name = part.einsums.front()->name;
    if (part.einsums.size() > 1) {
      out.name += ".." + part.einsums.back()->name;
    }
    for (const auto* einsum : part.einsums) {
      out.einsums.push_back(einsum->name);
    }
    out.instruction = rule_.instruction;
    out.each = part.kind == Kind::Recurrence ? std::string() : part.loop;
    out.warpgroups = number(sizes_.warpgroups);
    switch (part.kind) {
    case Kind::Product:
      product(part, out);
      break;
    case Kind::Recurrence:
      recurrence(part, out);
      break;
    case Kind::Lanes:
      lanes(part, out);
      break;
    }
    return out;
  }

  [[nodiscard]] Number number(std::int64_t value) const {
    return {core::Expression::constant(value), rule_.where};
  }

  [[nodiscard]] Tile tile(const std::string& variable, std::int64_t size) const {
    return {variable, core::Expression::constant(size), rule_.where};
  }

  /// Tiles of the longest variables first, until they have so many points together; one value each
  /// of the others. Returns the points.
  double fill(Names variables, double wanted, std::vector<Tile>& tiles) const {
    std::stable_sort(variables.begin(), variables.end(), [&](const auto& a, const auto& b) {
      return cascade_.size(a) > cascade_.size(b);
    });
    double points = 1;
    for (const auto& variable : variables) {
      const auto size = std::min<std::int64_t>(
          cascade_.size(variable), static_cast<std::int64_t>(std::ceil(wanted / points)));
      tiles.push_back(tile(variable, std::max<std::int64_t>(size, 1)));
      points *= static_cast<double>(std::max<std::int64_t>(size, 1));
    }
    return points;
  }

  void product(const ChainPart& part, Kernel& out) const {
    auto variables = *productVariables(cascade_, *part.einsums.front());
    std::erase(variables.rows, part.loop);
    std::erase(variables.columns, part.loop);
    const double rows = fill(variables.rows, static_cast<double>(sizes_.rows), out.cta);
    fill(variables.columns, static_cast<double>(sizes_.columns), out.cta);
    out.stages = number(sizes_.stages);
    fewRows(rows, out);
    const auto longest = std::max_element(
        variables.summed.begin(), variables.summed.end(),
        [&](const auto& a, const auto& b) { return cascade_.size(a) < cascade_.size(b); });
    if (longest == variables.summed.end()) {
      return;
    }
    double others = 1;
    for (const auto& variable : variables.summed) {
      others *= variable == *longest ? 1.0 : static_cast<double>(cascade_.size(variable));
    }
    const auto step = static_cast<std::int64_t>(static_cast<double>(sizes_.depth) / others);
    out.loop = tile(*longest, std::clamp<std::int64_t>(step, 1, cascade_.size(*longest)));
  }

  /// A warpgroup's instruction has 64 rows: more warpgroups would share columns only.
  void fewRows(double rows, Kernel& out) const {
    if (rows <= kRowsOfWarpgroup) {
      out.warpgroups = number(1);
    }
  }

  void recurrence(const ChainPart& part, Kernel& out) const {
    Names common = commonVariables(part.einsums);
    std::erase(common, part.loop);
    Names rows;
    Names columns;
    Names batch;
    bool products = false;
    const auto add = [&](const Names& side, Names& to) {
      for (const auto& variable : side) {
        if (contains(common, variable) && !contains(rows, variable) &&
            !contains(columns, variable)) {
          to.push_back(variable);
        }
      }
    };
    for (const auto* einsum : part.einsums) {
      if (const auto variables = productVariables(cascade_, *einsum)) {
        products = true;
        add(variables->rows, rows);
        add(variables->columns, columns);
        batch.insert(batch.end(), variables->batch.begin(), variables->batch.end());
      }
    }
    // Rows of one product that are separate products of another fill no tile of that one.
    const auto separate = [&](const std::string& name) { return contains(batch, name); };
    if (!std::all_of(rows.begin(), rows.end(), separate)) {
      std::erase_if(rows, separate);
    }
    if (rows.empty()) {
      std::swap(rows, columns);
    }
    Names cut = common;
    cut.push_back(part.loop);
    const double beside = pointsBeside(cascade_, part.einsums, cut);
    if (products) {
      fewRows(fill(rows, static_cast<double>(sizes_.rows), out.cta), out);
      fill(columns, static_cast<double>(sizes_.columns), out.cta);
    } else {
      fill(common, std::max(1.0, static_cast<double>(sizes_.points) / beside), out.cta);
    }
    out.loop = tile(part.loop, 1);
    out.stages = number(sizes_.stages);
    divide(part, common, out);
  }

  /// CTAs that the loop is divided over, where the tiles alone leave SMs without work.
  void divide(const ChainPart& part, const Names& common, Kernel& out) const {
    double ctas = 1;
    for (const auto& variable : common) {
      ctas *= static_cast<double>(cascade_.size(variable));
    }
    for (const auto& each : out.cta) {
      const auto size = static_cast<double>(cascade_.size(each.variable));
      const auto width = each.size->evaluate({})->toDouble();
      ctas = ctas / size * std::ceil(size / width);
    }
    const auto many = static_cast<std::int64_t>(2 * static_cast<double>(sms_) / ctas);
    const auto split = std::min(many, cascade_.size(part.loop) / kLeastIterations);
    if (split > 1 && mergeable(part)) {
      out.split = number(split);
    }
  }

  /// Can parts of the loop be done apart and merged after? Where the values that are carried are a
  /// running maximum (or minimum) and sums that are scaled as it changes, as of a softmax; nothing
  /// may be written in every iteration.
  [[nodiscard]] bool mergeable(const ChainPart& part) const {
    bool extreme = false;
    for (const auto* einsum : part.einsums) {
      const auto output = outputVariables(*einsum);
      if (einsum->iterative == part.loop && !carriesOver(*einsum)) {
        continue; // made of what is carried, and used in the same iteration
      }
      if (contains(output, part.loop) && cascade_.tensor(einsum->name)->result) {
        return false;
      }
      if (einsum->iterative != part.loop) {
        continue;
      }
      const auto& root = einsum->expression;
      const bool isExtreme = root.name == "max" || root.name == "min";
      if (root.kind != einsum::Expr::Kind::Operator || (!isExtreme && root.name != "add")) {
        return false;
      }
      extreme = extreme || isExtreme;
    }
    return extreme && !writtenInLoop(part);
  }

  /// Is the result of one iteration read in the next?
  [[nodiscard]] bool carriesOver(const Einsum& einsum) const {
    return cascade_.tensor(einsum.name)->initial.has_value();
  }

  [[nodiscard]] bool writtenInLoop(const ChainPart& part) const {
    for (const auto& reader : cascade_.einsums()) {
      if (reader.view || contains(part.einsums, &reader)) {
        continue;
      }
      for (const auto& access : sourcesOf(cascade_, reader)) {
        const auto* maker = cascade_.einsum(access.tensor);
        Names output;
        if (maker != nullptr && contains(part.einsums, maker)) {
          einsum::addVariables(maker->output, output);
        }
        if (contains(output, part.loop) && contains(plainVariables(access), part.loop)) {
          return true;
        }
      }
    }
    return false;
  }

  void lanes(const ChainPart& part, Kernel& out) const {
    Names common = commonVariables(part.einsums);
    const double beside = pointsBeside(cascade_, part.einsums, common);
    std::erase(common, part.loop);
    fill(common, std::max(1.0, static_cast<double>(sizes_.points) / beside), out.cta);
    for (const auto* einsum : part.einsums) {
      for (const auto& variable : wholeVariables(*einsum)) {
        const auto same = [&](const Tile& each) { return each.variable == variable; };
        if (std::none_of(out.cta.begin(), out.cta.end(), same)) {
          out.cta.push_back(tile(variable, cascade_.size(variable)));
        }
      }
    }
  }

  const Chain& rule_;
  const einsum::Cascade& cascade_;
  Sizes sizes_;
  std::int64_t sms_;
};

} // namespace

core::Expected<std::vector<Kernel>> chainOf(const Mapping& mapping, const einsum::Cascade& cascade,
                                            const arch::Gpu& gpu) {
  constexpr std::int64_t kMost = std::int64_t{1} << 24;
  Sizes sizes;
  core::Problems problems;
  const auto lookup = names(mapping, cascade, gpu);
  const auto read = [&](std::string_view what, const Number& given, std::int64_t& out) {
    const auto value = given.value.evaluate(lookup);
    if (!value) {
      problems.push_back(noValue(given, mapping, cascade, gpu));
    } else if (value->denominator() != 1 || value->numerator() < 1 || value->numerator() > kMost) {
      problems.push_back(
          {given.where,
           fmt::format("{} is {}, not a whole number from 1 to {}", what, value->toString(), kMost),
           {}});
    } else {
      out = value->numerator();
    }
  };
  const auto& rule = *mapping.chain;
  read("rows", rule.rows, sizes.rows);
  read("columns", rule.columns, sizes.columns);
  read("depth", rule.depth, sizes.depth);
  read("points", rule.points, sizes.points);
  read("elements", rule.elements, sizes.elements);
  read("stages", rule.stages, sizes.stages);
  read("warpgroups", rule.warpgroups, sizes.warpgroups);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return Making(mapping, cascade, gpu, sizes).kernels();
}

} // namespace einsight::mappings::gpu
