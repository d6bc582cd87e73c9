#pragma once
#include "mappings/cluster/layout.hpp"

#include <tuple>

/// Parts of plan().
namespace einsight::mappings::cluster {

/// Goes through the program and adds what every device does to a graph.
class Planner {
public:
  Planner(const Mapping& mapping, const Layout& layout, const arch::Cluster& cluster,
          const CostOf& costOf, core::Problems& problems);

  /// All repeats of the program.
  void run();
  [[nodiscard]] Graph takeGraph() { return std::move(graph_); }

private:
  /// A rotation under way on one axis.
  struct Turn {
    /// Results on their way to where their queries are from.
    struct Returning {
      std::size_t owner = 0; ///< place
      std::size_t sent = 0;  ///< in which step
      double rows = 0;       ///< part of all
      std::vector<int> messages;
    };
    const Step& step;
    std::vector<std::size_t> ring; ///< devices in order
    std::size_t at = 0;            ///< step of the rotation
    Fronts begin{};                ///< per place: what came before the rotation
    Fronts have{};                 ///< per place: messages that brought what is worked on
    std::vector<int> computed{};   ///< per place: last work, -1 for none
    std::vector<bool> merged{};    ///< per place: whether it has a partial result
    Fronts carried{};              ///< per place: messages with the sums that travel
    std::vector<Returning> returning{};
    Fronts arrived{}; ///< results that have come back, and cost nothing to put together
  };

  void add(const Step& step);
  void rotate(const Step& step);
  void turn(Turn& turn);
  Fronts moveOn(const Turn& turn);
  void workOn(Turn& turn, std::size_t place);
  void putTogether(Turn& turn, std::size_t place, double rows);
  void sendHome(Turn& turn, std::size_t place, int work, double rows);
  void takeHome(Turn& turn);
  void carry(Turn& turn, std::size_t place, double columns);
  void sendSums(Turn& turn);
  void finish(Turn& turn);
  void attend(const Step& step);
  void collect(const Step& step);
  void chain(const Step& step);
  void compute(const Step& step);
  void leave(const Step& step, std::size_t device, std::vector<int> tasks);

  /// The blocks one after another on a device; says the last one's number, -1 without any.
  int attendBlocks(std::size_t device, const Blocks& blocks, const std::string& name,
                   const std::vector<int>& after);
  /// An element-wise pass over a part of a tensor's share; says its number, or `before` when it
  /// costs nothing.
  int pass(std::size_t device, const Pass& pass, const std::string& tensor, double part,
           const std::vector<int>& after, int before);
  Cost cost(const Piece& piece, std::int64_t queries, std::int64_t keys);
  [[nodiscard]] std::string nameOf(const Step& step) const;
  [[nodiscard]] int numberOf(std::size_t device) const { return layout_.devices()[device]; }

  const Mapping& mapping_;
  const Layout& layout_;
  const arch::Cluster& cluster_;
  const CostOf& costOf_;
  core::Problems& problems_;
  Graph graph_;
  Fronts front_;                          ///< per device: what its next step waits for
  std::map<std::string, Fronts> pending_; ///< asynchronous steps by name
  std::map<std::tuple<const Piece*, std::int64_t, std::int64_t>, Cost> costs_;
};

} // namespace einsight::mappings::cluster
