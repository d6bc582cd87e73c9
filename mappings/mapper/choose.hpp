#pragma once
#include "mappings/mapper/front.hpp"

#include <map>

/// The best units and keeps for given loops and tiles.
namespace einsight::mappings::mapper {

/// What a search looked at.
struct Counts {
  /// Mappings of the loops and units that were reached: each is evaluated, excluded by a bound, or
  /// unseen since time, or the steps for one choice of loops and units, ran out.
  double met = 0, evaluated = 0, excluded = 0, unseen = 0;
  /// Choices of tiles, loops or units that a bound excluded with all their mappings, which nobody
  /// counted.
  double groups = 0;
  bool complete = true; ///< nothing was left out but by sound bounds
};

/// Adds to the front the best units and keeps of `nested` that beat it and fit.
class Chooser {
public:
  /// `late`: asked now and then; true ends it.
  Chooser(const Nested& nested, Front& front, Counts& counts, std::function<bool()> late = {})
      : nested_(nested), front_(front), counts_(counts), late_(std::move(late)) {}

  void run();
  /// With these units and stages, as a pipeline needs them.
  void runFixed(const std::vector<Bound>& bounds, const Stages& stages);

private:
  struct Candidate {
    Option option;
    Cost cost;
  };
  using Candidates = std::vector<Candidate>;
  struct Listed {
    Candidates list;
    double options = 0; ///< with those that others of the list exclude
  };
  struct Touched {
    int tensor = 0;
    std::vector<int> users;                ///< leaves
    std::map<std::uint64_t, Listed> known; ///< by the units of the users
  };

  void prepare();
  const Listed& candidates(Touched& touched);
  void assign(std::size_t leaf);
  void keepAll();
  void keepStaged();
  void stage(const std::optional<Stages>& staged);
  [[nodiscard]] std::optional<Stages> pipelined() const;
  void fill();
  void keep(std::size_t at);
  [[nodiscard]] bool placed(const Keep& kept, std::size_t before) const;
  void record();
  [[nodiscard]] double time(const Cost& cost) const;
  [[nodiscard]] bool fits(const Cost& cost) const;

  const Nested& nested_;
  Front& front_;
  Counts& counts_;
  std::function<bool()> late_;
  Stages stages_;
  bool fixed_ = false;  ///< units and stages are given
  bool serial_ = false; ///< the units wait for each other
  Chosen chosen_;
  std::vector<double> load_;
  double energy_ = 0;
  double fill_ = 0; ///< of the units that do not limit
  std::vector<Touched> touched_;
  std::vector<const Candidates*> lists_;
  std::vector<std::size_t> picked_;
  std::vector<Cost> least_;  ///< of the tensors from each one on
  std::vector<double> rest_; ///< choices of keeps of the tensors from each one on
  Cost sum_;
  double steps_ = 0;
  std::int64_t asked_ = 0;
  bool over_ = false; ///< late_ has said so
};

} // namespace einsight::mappings::mapper
