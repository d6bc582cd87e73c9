#include "einsum/contraction.hpp"

#include "einsum/walk.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <functional>

namespace einsight::einsum {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Names = std::vector<std::string>;

/// The rank variables of a contraction by what they do: in both operands and the output, in one
/// operand and the output, or in both operands and summed.
struct Roles {
  Names batch, rows, columns, summed;
};

/// Plain variables only, each at one index.
bool isPlain(const Access& access) {
  Names seen;
  return std::all_of(access.indices.begin(), access.indices.end(), [&](const Index& index) {
    const std::string variable = index.plainVariable();
    const bool fresh = !variable.empty() && !contains(seen, variable);
    seen.push_back(variable);
    return fresh;
  });
}

bool isContraction(const Einsum& einsum) {
  const Expr& root = einsum.expression;
  const bool product = root.kind == Expr::Kind::Operator && root.name == "mul" &&
                       root.operands[0].kind == Expr::Kind::Access &&
                       root.operands[1].kind == Expr::Kind::Access;
  return product && einsum.reductions.size() == 1 && einsum.reductions[0].op == "add" &&
         isPlain(einsum.output) && isPlain(root.operands[0].access) &&
         isPlain(root.operands[1].access);
}

std::optional<Roles> rolesOf(const Einsum& einsum) {
  const auto variables = [](const Access& access) {
    Names out;
    addVariables(access, out);
    return out;
  };
  const Names left = variables(einsum.expression.operands[0].access);
  const Names right = variables(einsum.expression.operands[1].access);
  const Names output = variables(einsum.output);
  Roles roles;
  for (const std::string& variable : einsum.variables) {
    const bool inLeft = contains(left, variable);
    const bool inRight = contains(right, variable);
    const bool kept = contains(output, variable);
    if (!kept && !(inLeft && inRight)) {
      return std::nullopt;
    }
    Names& role = !kept               ? roles.summed
                  : inLeft && inRight ? roles.batch
                  : inLeft            ? roles.rows
                                      : roles.columns;
    role.push_back(variable);
  }
  for (std::size_t i = 0; i < einsum.masks; ++i) {
    for (const auto& [variable, coefficient] : einsum.domain[i].terms) {
      if (contains(roles.summed, variable)) {
        return std::nullopt;
      }
    }
  }
  return roles;
}

/// Offsets into a tensor of all points of some rank variables, in odometer order.
std::vector<std::size_t> offsets(const Cascade& cascade, const Access& access, const Values& values,
                                 const Names& variables) {
  std::vector<std::size_t> out{0};
  for (const std::string& variable : variables) {
    std::size_t stride = 0;
    std::size_t step = 1;
    for (std::size_t i = access.indices.size(); i-- > 0;) {
      stride = access.indices[i].plainVariable() == variable ? step : stride;
      step *= static_cast<std::size_t>(values.shape[i]);
    }
    const auto size = static_cast<std::size_t>(cascade.size(variable));
    std::vector<std::size_t> longer;
    longer.reserve(out.size() * size);
    for (const std::size_t base : out) {
      for (std::size_t k = 0; k < size; ++k) {
        longer.push_back(base + k * stride);
      }
    }
    out = std::move(longer);
  }
  return out;
}

/// The offsets of one operand for batches, rows and columns of its matrix.
struct Layout {
  std::vector<std::size_t> batch, rows, columns;
};

/// Copies one batch into matrices of values (0 where absent) and of presence.
void copy(const Values& values, const Layout& layout, std::size_t batch, Matrix& data,
          Matrix& present) {
  for (std::size_t r = 0; r < layout.rows.size(); ++r) {
    for (std::size_t c = 0; c < layout.columns.size(); ++c) {
      const std::size_t at = layout.batch[batch] + layout.rows[r] + layout.columns[c];
      const auto row = static_cast<Eigen::Index>(r);
      const auto column = static_cast<Eigen::Index>(c);
      const bool there = values.present[at] != 0;
      data(row, column) = there ? values.data[at] : 0;
      present(row, column) = there ? 1 : 0;
    }
  }
}

Matrix matrixOf(const Layout& layout) {
  return {static_cast<Eigen::Index>(layout.rows.size()),
          static_cast<Eigen::Index>(layout.columns.size())};
}

bool allPresent(const Values& values) {
  return std::all_of(values.present.begin(), values.present.end(),
                     [](unsigned char there) { return there != 0; });
}

/// Removes the points that the Einsum's own masks exclude.
void applyMasks(const Cascade& cascade, const Einsum& einsum, Values& out) {
  if (einsum.masks == 0) {
    return;
  }
  Names variables;
  addVariables(einsum.output, variables);
  std::vector<std::int64_t> point(variables.size(), 0);
  for (std::size_t at = 0; at < out.data.size(); ++at) {
    std::size_t rest = at;
    for (std::size_t i = variables.size(); i-- > 0;) {
      const auto size = static_cast<std::size_t>(cascade.size(variables[i]));
      point[i] = static_cast<std::int64_t>(rest % size);
      rest /= size;
    }
    for (std::size_t m = 0; m < einsum.masks; ++m) {
      std::int64_t sum = einsum.domain[m].constant;
      for (std::size_t i = 0; i < variables.size(); ++i) {
        const auto term = einsum.domain[m].terms.find(variables[i]);
        sum += term == einsum.domain[m].terms.end() ? 0 : term->second * point[i];
      }
      if (sum < 0) {
        out.present[at] = 0;
        out.data[at] = 0;
      }
    }
  }
}

} // namespace

bool contract(const Cascade& cascade, const Einsum& einsum, const Environment& values,
              Values& out) {
  if (!isContraction(einsum)) {
    return false;
  }
  const auto roles = rolesOf(einsum);
  if (!roles) {
    return false;
  }
  const Access& a = einsum.expression.operands[0].access;
  const Access& b = einsum.expression.operands[1].access;
  const Values& left = values.at(a.tensor);
  const Values& right = values.at(b.tensor);
  const auto layout = [&](const Access& access, const Values& of, const Names& rows,
                          const Names& columns) {
    return Layout{offsets(cascade, access, of, roles->batch), offsets(cascade, access, of, rows),
                  offsets(cascade, access, of, columns)};
  };
  const Layout leftAt = layout(a, left, roles->rows, roles->summed);
  const Layout rightAt = layout(b, right, roles->summed, roles->columns);
  const Layout outAt = layout(einsum.output, out, roles->rows, roles->columns);
  const bool dense = allPresent(left) && allPresent(right);
  Matrix leftData = matrixOf(leftAt);
  Matrix leftPresent = leftData;
  Matrix rightData = matrixOf(rightAt);
  Matrix rightPresent = rightData;
  for (std::size_t batch = 0; batch < outAt.batch.size(); ++batch) {
    copy(left, leftAt, batch, leftData, leftPresent);
    copy(right, rightAt, batch, rightData, rightPresent);
    const Matrix product = leftData * rightData;
    const Matrix count = dense ? Matrix::Ones(product.rows(), product.cols()).eval()
                               : Matrix(leftPresent * rightPresent);
    for (std::size_t r = 0; r < outAt.rows.size(); ++r) {
      for (std::size_t c = 0; c < outAt.columns.size(); ++c) {
        const std::size_t at = outAt.batch[batch] + outAt.rows[r] + outAt.columns[c];
        const auto row = static_cast<Eigen::Index>(r);
        const auto column = static_cast<Eigen::Index>(c);
        out.data[at] = product(row, column);
        out.present[at] = count(row, column) > 0 ? 1 : 0;
      }
    }
  }
  applyMasks(cascade, einsum, out);
  return true;
}

} // namespace einsight::einsum
