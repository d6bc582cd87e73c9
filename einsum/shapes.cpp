#include "einsum/shapes.hpp"

#include "core/text.hpp"
#include "einsum/check_einsum.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace einsight::einsum {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 60;

std::string upperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return text;
}

class Checker {
public:
  Checker(Cascade::Data& data, const std::vector<std::string>& wrong, core::Problems& problems)
      : data_(data), wrong_(wrong), problems_(problems) {}

  void check() {
    for (const Einsum& einsum : data_.einsums) {
      if (!contains(wrong_, einsum.name) && !contains(inferred_, einsum.name)) {
        inferred_.push_back(einsum.name);
        inferOutput(einsum);
      }
    }
    markInputs();
    for (const Einsum& einsum : data_.einsums) {
      if (contains(wrong_, einsum.name)) {
        continue;
      }
      for (const Access* access : accesses(einsum.expression)) {
        checkAccess(*access, access->indices, access->tensor);
      }
    }
    if (wrong_.empty()) {
      checkUse();
    }
  }

private:
  Tensor* find(const std::string& name) {
    for (Tensor& tensor : data_.tensors) {
      if (tensor.name == name) {
        return &tensor;
      }
    }
    return nullptr;
  }

  void report(const core::Where& where, std::string what, std::string help = {}) {
    problems_.push_back({where, std::move(what), std::move(help)});
  }

  void inferOutput(const Einsum& einsum) {
    std::vector<std::string> ranks;
    std::vector<std::int64_t> shape;
    for (const Index& index : einsum.output.indices) {
      const auto reached = range(index.terms, index.constant, data_);
      ranks.push_back(upperCase(toText(index)));
      shape.push_back(reached ? reached->high + 1 : kMostElements);
    }
    Tensor* tensor = find(einsum.name);
    if (tensor == nullptr) {
      data_.tensors.emplace_back();
      tensor = &data_.tensors.back();
      tensor->name = einsum.name;
    }
    if (!tensor->shape.empty() && tensor->shape != shape) {
      report(tensor->where, fmt::format("shapes disagree: {} is declared as [{}] but {} makes it "
                                        "[{}]",
                                        einsum.name, fmt::join(tensor->shape, ", "),
                                        toText(einsum.output), fmt::join(shape, ", ")));
    }
    tensor->ranks = std::move(ranks);
    tensor->shape = std::move(shape);
    if (tensor->where.file.empty()) {
      tensor->where = einsum.where;
    }
  }

  void markInputs() {
    std::vector<std::string> computed;
    for (const Einsum& einsum : data_.einsums) {
      computed.push_back(einsum.name);
    }
    for (Tensor& tensor : data_.tensors) {
      tensor.input = !contains(computed, tensor.name);
      std::int64_t elements = 1;
      for (const std::int64_t size : tensor.shape) {
        if (__builtin_mul_overflow(elements, size, &elements) || elements > kMostElements) {
          report(tensor.where, fmt::format("tensor '{}' has more than 2^60 elements", tensor.name));
          break;
        }
      }
    }
  }

  void checkAccess(const Access& access, const std::vector<Index>& indices,
                   const std::string& name) {
    if (contains(wrong_, name)) {
      return;
    }
    const Tensor* tensor = find(name);
    const bool known = tensor != nullptr && (!tensor->input || declared(*tensor, indices));
    if (!known) {
      reportUnknown(access, name);
      return;
    }
    if (tensor->shape.size() != indices.size()) {
      report(access.where,
             fmt::format("{} has {} ranks [{}], but {} indices are given", name,
                         tensor->ranks.size(), fmt::join(tensor->ranks, ", "), indices.size()));
      return;
    }
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (indices[i].gatherTensor.empty()) {
        checkIndex(access, *tensor, i, indices[i]);
      } else {
        checkAccess(access, indices[i].gatherIndex, indices[i].gatherTensor);
      }
    }
  }

  /// An input without ranks is one that was only given options, or marked by mistake.
  static bool declared(const Tensor& tensor, const std::vector<Index>& indices) {
    return !tensor.shape.empty() || indices.empty();
  }

  void reportUnknown(const Access& access, const std::string& name) {
    if (contains(unknown_, name)) {
      return;
    }
    unknown_.push_back(name);
    std::vector<std::string> names;
    for (const Tensor& tensor : data_.tensors) {
      if (tensor.name != name) {
        names.push_back(tensor.name);
      }
    }
    std::string help = core::nearest(name, names);
    help = help.empty()
               ? fmt::format("declare an input under tensors, as in {}: [b, h, e, M]", name)
               : fmt::format("did you mean '{}'?", help);
    report(access.where,
           fmt::format("tensor '{}' is neither computed nor declared with ranks", name), help);
  }

  /// A plain rank variable runs over the whole rank (an iterative tensor is longer by its first
  /// values); a constant lies inside it; a compound index lies inside it somewhere.
  void checkIndex(const Access& access, const Tensor& tensor, std::size_t place,
                  const Index& index) {
    const std::int64_t size = tensor.shape[place];
    const std::string& rank = tensor.ranks[place];
    const auto reached = range(index.terms, index.constant, data_);
    const std::string plain = index.plainVariable();
    if (!plain.empty()) {
      const std::int64_t trips = sizeOf(plain, data_).value_or(0);
      if (trips != size && trips != size - firstValues(tensor.name, place)) {
        report(access.where, fmt::format("shapes disagree: '{}' is {}, but rank {} of {} is {}",
                                         plain, trips, rank, tensor.name, size));
      }
    } else if (!reached || reached->high < 0 || reached->low >= size) {
      report(access.where, fmt::format("index '{}' is outside rank {} of {}, which has size {}",
                                       toText(index), rank, tensor.name, size));
    }
  }

  /// By how much an output index is shifted: 1 for RM[m1+1,p] at its first index.
  std::int64_t firstValues(const std::string& name, std::size_t place) {
    for (const Einsum& einsum : data_.einsums) {
      if (einsum.name == name) {
        return einsum.output.indices[place].constant;
      }
    }
    return 0;
  }

  void checkUse() {
    std::vector<std::string> read;
    for (const Einsum& einsum : data_.einsums) {
      for (const std::string& name : tensorsRead(einsum)) {
        if (!contains(read, name)) {
          read.push_back(name);
        }
      }
    }
    for (const Tensor& tensor : data_.tensors) {
      if (tensor.input && !contains(read, tensor.name)) {
        report(
            tensor.where,
            fmt::format("tensor '{}' is declared but no Einsum reads or computes it", tensor.name),
            core::suggestion(tensor.name, read));
      }
    }
  }

  Cascade::Data& data_;
  const std::vector<std::string>& wrong_;
  core::Problems& problems_;
  std::vector<std::string> inferred_;
  std::vector<std::string> unknown_;
};

} // namespace

void checkShapes(Cascade::Data& data, const std::vector<std::string>& wrong,
                 core::Problems& problems) {
  Checker(data, wrong, problems).check();
}

} // namespace einsight::einsum
