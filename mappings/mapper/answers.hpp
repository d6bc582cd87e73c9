#pragma once
#include "mappings/mapper/bounds.hpp"
#include "mappings/mapper/sections.hpp"

/// Which Einsums share a section: the best sections of every interval of the cascade, put together.
namespace einsight::mappings::mapper {

/// A whole cascade: sections that run one after another.
struct Answer {
  std::vector<const Solution*> sections;
  double cycles = 0;
  double picojoules = 0;
};

/// The search for one cascade with all parameters set.
class CascadeSearch {
public:
  /// The search for the least bound; for what starts and ends soonest too; the same as if nothing
  /// were masked, since tiles that are left out here and there make units wait for each other.
  enum class Round { Bound, Smooth, Unmasked };
  CascadeSearch(std::shared_ptr<const einsum::Cascade> cascade, const arch::Machine& machine,
                core::Settings parameters, const SearchOptions& options, Counts& counts,
                Watch& watch);

  /// Looks at everything that may beat `best`, the value of the objective of the best answer of
  /// other parameters; lowers it. `smoothest`: the same with what starts and ends a run. At most
  /// so much of the watch.
  void run(double& best, double& smoothest, double amount);

  /// Everything found that is worth a simulation, in no order.
  [[nodiscard]] std::vector<Finalist> finalists() const;
  /// What keeps the cascade off the machine: Einsums that no unit can do.
  [[nodiscard]] core::Problems problems() const;

  /// What widen() shows of this cascade, the best first.
  [[nodiscard]] std::vector<Answer> gather(Round round, const Gathering& gathering, double amount,
                                           bool& all);
  /// A gathered answer as mappings: itself, or with its variants.
  [[nodiscard]] std::vector<Finalist> expand(const Answer& answer, bool variants) const;
  [[nodiscard]] bool masked() const { return facts_.masked; }

private:
  struct Interval {
    std::size_t first = 0, last = 0; ///< Einsums, both included
    Least least;
    bool legal = true;      ///< Shapes::legal
    bool essential = false; ///< legal, and not to be had as two or more legal ones
    std::unique_ptr<Front> front;
  };

  void pass(Round round, double& best);
  [[nodiscard]] std::vector<Answer>& answersOf(Round round) {
    return answers_[static_cast<std::size_t>(round)];
  }
  [[nodiscard]] const Facts& rankedBy() const {
    return round_ == Round::Unmasked ? unmasked_ : facts_;
  }
  void markEssential();
  void searchEssential(double& best);
  void searchWhole(double& best);
  std::vector<Interval*> byGain();
  void searchInterval(Interval& interval, double slack, double& best);
  [[nodiscard]] Least before(std::size_t first) const;
  [[nodiscard]] Least after(std::size_t last) const;
  [[nodiscard]] std::vector<Answer> combine() const;
  void improve(double& best);
  [[nodiscard]] std::optional<Finalist> check(const std::vector<const Solution*>& sections) const;
  void addVariants(const Answer& answer, std::vector<Finalist>& list) const;
  Interval& interval(std::size_t first, std::size_t last);
  Front& gatherFrom(const std::vector<int>& einsums, bool whole, const Front::Limit& limit,
                    const Gathering& gathering, double amount);

  std::shared_ptr<const einsum::Cascade> cascade_;
  Facts facts_, unmasked_;
  core::Settings parameters_;
  const SearchOptions& options_;
  Round round_ = Round::Bound;
  Counts& total_;
  Counts counts_; ///< of this pass
  Watch& watch_;
  std::vector<Interval> intervals_;
  std::vector<std::unique_ptr<Solution>> kept_; ///< whole answers, in the order of improvement
  std::array<std::vector<Answer>, 3> answers_;  ///< of each round, that passed the check
  std::vector<std::unique_ptr<Front>> fronts_;  ///< of what was gathered
};

/// The Einsums from one to another, both included.
std::vector<int> members(std::size_t first, std::size_t last);

} // namespace einsight::mappings::mapper
