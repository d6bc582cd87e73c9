#pragma once
#include "mappings/cluster/plan.hpp"

/// Where everything is: the grid of devices, shares of tensors, sizes of pieces.
namespace einsight::mappings::cluster {

class Layout {
public:
  /// Finds the devices, evaluates the axes, and checks what must divide. Problems are recorded.
  Layout(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Cluster& cluster,
         core::Problems& problems);

  /// Devices that take part, by their number in the cluster.
  [[nodiscard]] const std::vector<int>& devices() const { return devices_; }
  [[nodiscard]] const arch::DeviceGroup& group() const { return *group_; }
  /// Trips of all repeats together.
  [[nodiscard]] std::int64_t repeats() const;
  [[nodiscard]] const std::map<std::string, std::int64_t>& axes() const { return axes_; }
  /// Devices (indices into devices()) that differ only in their place on an axis, in its order;
  /// for every place on the other axes.
  [[nodiscard]] std::vector<std::vector<std::size_t>> along(const std::string& axis) const;

  /// Elements of a tensor that one device has in one repeat, and their bytes.
  [[nodiscard]] double elements(const std::string& tensor) const;
  [[nodiscard]] double bytes(const std::string& tensor) const;
  /// The bytes of a tensor that a device keeps over all repeats.
  [[nodiscard]] double kept(const std::string& tensor) const;
  [[nodiscard]] bool has(const std::string& tensor) const;

  [[nodiscard]] bool causal() const { return causal_; }
  /// Tokens of a place on the axis of the tokens.
  [[nodiscard]] TokenSet queriesOf(std::size_t place) const;
  [[nodiscard]] TokenSet keysOf(std::size_t place) const;

  /// A piece for so many queries and keys.
  [[nodiscard]] Call call(const Piece& piece, std::int64_t queries, std::int64_t keys,
                          core::Problems& problems) const;
  /// An expression over the workload's parameters (divided where the mapping says so), the sizes
  /// and axes of the mapping, `devices`, `queries` and `keys`.
  [[nodiscard]] std::optional<double> value(const Number& number, std::int64_t queries,
                                            std::int64_t keys, core::Problems& problems) const;

private:
  using Values = std::map<std::string, core::Rational, std::less<>>;

  bool findDevices(const arch::Cluster& cluster, core::Problems& problems);
  void evaluateAxes(core::Problems& problems);
  void divideParameters(core::Problems& problems);
  void checkTokens(core::Problems& problems);
  void findMask(core::Problems& problems);
  void checkTensors(core::Problems& problems);
  std::optional<core::Rational> evaluate(const Number& number, const Values& values,
                                         core::Problems& problems) const;
  std::optional<std::int64_t> whole(const std::string& name, const Number& number,
                                    core::Problems& problems);
  [[nodiscard]] double share(const std::string& tensor, bool overRepeats) const;
  [[nodiscard]] double allElements(const std::string& tensor) const;
  [[nodiscard]] int bitsOf(const std::string& tensor) const;
  [[nodiscard]] TokenSet setOf(const std::string& parameter, std::size_t place) const;

  const Mapping& mapping_;
  const einsum::Cascade& cascade_;
  const arch::DeviceGroup* group_ = nullptr;
  std::vector<int> devices_;
  std::vector<std::string> grid_;            ///< axes of the grid, in order
  std::map<std::string, std::int64_t> axes_; ///< and those of repeats
  Values values_;                            ///< as the workload says
  Values divided_;                           ///< for pieces
  std::map<std::string, double> extras_;     ///< elements
  bool causal_ = false;
};

/// Which numbers of devices near `parts` can share so many things: "3 or 6 devices can share it".
std::string sharersOf(std::int64_t things, std::int64_t parts);

} // namespace einsight::mappings::cluster
