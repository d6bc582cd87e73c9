#include "einsum/domain.hpp"

#include "einsum/check_einsum.hpp"
#include "einsum/walk.hpp"

#include <algorithm>

namespace einsight::einsum {
namespace {

class Deriver {
public:
  explicit Deriver(Cascade::Data& data) : data_(data) {}

  void derive(Einsum& einsum) {
    for (const Access* access : requiredAccesses(einsum.expression)) {
      addShape(*access, einsum);
      const auto producer =
          std::find_if(data_.einsums.begin(), data_.einsums.end(),
                       [&](const Einsum& other) { return other.name == access->tensor; });
      const bool inherits = producer != data_.einsums.end() && !producer->iterative;
      if (inherits) {
        addInherited(*producer, *access, einsum);
      }
    }
  }

private:
  void add(Constraint constraint, Einsum& einsum) {
    std::erase_if(constraint.terms, [](const auto& term) { return term.second == 0; });
    const auto reached = range(constraint.terms, constraint.constant, data_);
    const bool alwaysTrue = reached && reached->low >= 0;
    if (!alwaysTrue && !contains(einsum.domain, constraint)) {
      einsum.domain.push_back(std::move(constraint));
    }
  }

  void addShape(const Access& access, Einsum& einsum) {
    const auto tensor = std::find_if(data_.tensors.begin(), data_.tensors.end(),
                                     [&](const Tensor& t) { return t.name == access.tensor; });
    for (std::size_t i = 0; i < access.indices.size(); ++i) {
      const Index& index = access.indices[i];
      if (!index.gatherTensor.empty() || !index.plainVariable().empty()) {
        continue;
      }
      add({index.terms, index.constant}, einsum);
      Constraint below{index.terms, tensor->shape[i] - 1 - index.constant};
      for (auto& [variable, coefficient] : below.terms) {
        coefficient = -coefficient;
      }
      add(std::move(below), einsum);
    }
  }

  /// A constraint of the producer, written in the reader's rank variables; dropped where it is
  /// about variables that the producer's output does not have.
  void addInherited(const Einsum& producer, const Access& read, Einsum& einsum) {
    for (const Constraint& theirs : producer.domain) {
      Constraint ours{{}, theirs.constant};
      bool known = true;
      for (const auto& [variable, coefficient] : theirs.terms) {
        known = known && substitute(producer.output, read, variable, coefficient, ours);
      }
      if (known) {
        add(std::move(ours), einsum);
      }
    }
  }

  /// Adds coefficient * (the producer's variable as the reader says it).
  static bool substitute(const Access& output, const Access& read, const std::string& variable,
                         std::int64_t coefficient, Constraint& out) {
    for (std::size_t i = 0; i < output.indices.size(); ++i) {
      const Index& written = output.indices[i];
      const Index& asked = read.indices[i];
      const bool alone = written.terms.size() == 1 && written.terms.begin()->first == variable &&
                         written.terms.begin()->second == 1;
      if (!alone || !asked.gatherTensor.empty()) {
        continue;
      }
      bool fits = true;
      for (const auto& [theirs, factor] : asked.terms) {
        std::int64_t product = 0;
        auto& sum = out.terms[theirs];
        fits = fits && !__builtin_mul_overflow(coefficient, factor, &product) &&
               !__builtin_add_overflow(sum, product, &sum);
      }
      std::int64_t product = 0;
      return fits &&
             !__builtin_mul_overflow(coefficient, asked.constant - written.constant, &product) &&
             !__builtin_add_overflow(out.constant, product, &out.constant);
    }
    return false;
  }

  Cascade::Data& data_;
};

} // namespace

void deriveDomains(Cascade::Data& data) {
  Deriver deriver(data);
  for (Einsum& einsum : data.einsums) {
    deriver.derive(einsum);
  }
}

} // namespace einsight::einsum
