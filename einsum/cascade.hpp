#pragma once
#include "core/expected.hpp"
#include "einsum/einsum.hpp"

#include <filesystem>
#include <span>
#include <string_view>

namespace einsight::einsum {

/// A parameter of a workload: a free size (B, H, L), or one given by an expression (M: L).
struct Parameter {
  std::string name;
  std::int64_t value = 0;
  std::string expression; ///< as written
  bool derived = false;   ///< given by an expression over other parameters: not settable
};

/// A cascade whose sizes are bound and whose checks all passed: it can be made only by
/// `readCascade`, so an unchecked cascade cannot reach a mapping.
class Cascade {
public:
  [[nodiscard]] const std::string& name() const { return data_.name; }
  [[nodiscard]] const std::string& summary() const { return data_.summary; }
  [[nodiscard]] const std::string& file() const { return data_.file; }
  [[nodiscard]] std::span<const Parameter> parameters() const { return data_.parameters; }
  [[nodiscard]] std::span<const Tensor> tensors() const { return data_.tensors; }
  /// In an order in which they can be evaluated; an iterative group keeps its written order.
  [[nodiscard]] std::span<const Einsum> einsums() const { return data_.einsums; }
  [[nodiscard]] const Tensor* tensor(std::string_view name) const;
  [[nodiscard]] const Einsum* einsum(std::string_view name) const;
  /// Trip count of a rank variable (`m0` -> size of rank M0), or 0 when there is none.
  [[nodiscard]] std::int64_t size(std::string_view variable) const;
  [[nodiscard]] std::optional<std::int64_t> parameter(std::string_view name) const;
  /// All (rank variable, size), in declaration order.
  [[nodiscard]] std::span<const std::pair<std::string, std::int64_t>> sizes() const {
    return data_.sizes;
  }

  struct Data {
    std::string name, summary, file;
    std::vector<Parameter> parameters;
    std::vector<std::pair<std::string, std::int64_t>> sizes;
    std::vector<Tensor> tensors;
    std::vector<Einsum> einsums;
  };

private:
  friend core::Expected<Cascade> check(Data data);
  explicit Cascade(Data data) : data_(std::move(data)) {}
  Data data_;
};

/// The only way to a Cascade: every rule of docs/cascades.md, all problems at once.
core::Expected<Cascade> check(Cascade::Data data);

/// Reads a workload file, binds its parameters (file values, then `settings`) and checks it.
/// Setting a derived parameter or rank is a problem that names the parameter to set instead.
core::Expected<Cascade> readCascade(const std::filesystem::path& file,
                                    const core::Settings& settings = {},
                                    const std::vector<std::filesystem::path>& catalogue = {});
/// The same from text.
core::Expected<Cascade> parseCascade(const std::string& yaml, const std::string& name,
                                     const core::Settings& settings = {});

} // namespace einsight::einsum
