#include "mappings/gpu/kernels.hpp"

#include "einsum/walk.hpp"
#include "mappings/gpu/batch.hpp"
#include "mappings/gpu/merge.hpp"
#include "mappings/gpu/occupancy.hpp"
#include "mappings/gpu/paged.hpp"
#include "mappings/gpu/shrink.hpp"
#include "mappings/gpu/work_list.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kMostCtas = std::int64_t{1} << 25; ///< a list of them must fit in memory

template <class T>
bool took(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
  return result.has_value();
}

/// Warpgroups that wait for each other after every step work as one that does all of it.
void uniteWarpgroups(sim::gpu::Kernel& kernel) {
  const double all = kernel.warpgroups;
  std::vector<sim::gpu::Part*> parts{&kernel.prologue, &kernel.iteration, &kernel.epilogue};
  for (auto& body : kernel.others) {
    parts.insert(parts.end(), {&body.prologue, &body.iteration, &body.epilogue});
  }
  for (auto* part : parts) {
    for (auto& step : part->steps) {
      step.cycles *= all;
      step.mathCycles *= all;
      step.sharedCycles *= all;
      step.peakCycles *= all;
      step.maskedCycles *= all;
      step.sharedBytes *= all;
      for (auto& work : step.work) {
        work.cycles *= all;
      }
    }
  }
  kernel.warpgroups = 1;
}

/// What a plan's tiles do, whatever their number.
struct Inside {
  Graph graph;
  std::vector<Load> loads;
  Parts parts;
};

std::optional<Inside> insideOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                               const arch::Gpu& gpu, core::Problems& problems) {
  auto graph = graphOf(plan, cascade);
  if (!took(graph, problems)) {
    return std::nullopt;
  }
  auto loads = loadsOf(plan, *graph, cascade);
  const auto pages = pagesOf(plan, *graph, loads);
  auto parts = partsOf(plan, *graph, loads, cascade, gpu);
  if (!took(parts, problems)) {
    return std::nullopt;
  }
  placeInShared(*parts, loads, cascade);
  addAddresses(pages, plan, cascade, gpu, *parts);
  return Inside{std::move(*graph), std::move(loads), std::move(*parts)};
}

sim::gpu::Body bodyOf(Parts& parts) {
  return {std::move(parts.prologue), std::move(parts.iteration), std::move(parts.epilogue)};
}

/// Do sizes of the kernel's Einsums differ from sequence to sequence?
bool differs(const KernelPlan& plan, const Batch* batch) {
  if (batch == nullptr || batch->lengths.empty()) {
    return false;
  }
  const auto& first = batch->lengths.front();
  return std::any_of(plan.einsums.begin(), plan.einsums.end(), [&](const auto* einsum) {
    return std::any_of(einsum->variables.begin(), einsum->variables.end(),
                       [&](const auto& variable) {
                         return std::any_of(batch->lengths.begin(), batch->lengths.end(),
                                            [&](const einsum::Cascade& each) {
                                              return each.size(variable) != first.size(variable);
                                            });
                       });
  });
}

class Making {
public:
  Making(const KernelPlan& plan, const KernelContext& context, core::Problems& problems)
      : plan_(plan), context_(context), problems_(problems) {
    plan_.wholeTiles = differs(plan, context.batch);
  }

  std::vector<sim::gpu::Kernel> make() {
    if (tileCount(plan_) > kMostCtas / plan_.split) {
      problems_.push_back(
          {plan_.kernel->where,
           fmt::format("kernel '{}' has more than {} CTAs", plan_.kernel->name, kMostCtas),
           "larger tiles"});
      return {};
    }
    const auto inside = insideOf(plan_, context_.cascade, context_.gpu, problems_);
    if (!inside) {
      return {};
    }
    const auto occupancy =
        occupancyOf(plan_, inside->parts, inside->loads, context_.cascade, context_.gpu);
    if (!took(occupancy, problems_)) {
      return {};
    }
    facts(*occupancy);
    auto parts = inside->parts;
    bodies_.push_back(bodyOf(parts));
    graphs_.push_back(inside->graph);
    auto jobs = jobsOf(*inside);
    if (plan_.kernel->streamK) {
      jobs = lineOf(jobs);
    }
    if (!problems_.empty()) {
      return {};
    }
    out_.issueShare = inside->parts.issueShare;
    const auto merged = divide(jobs);
    putBodies();
    if (plan_.kernel->lockstep) {
      uniteWarpgroups(out_);
    }
    std::vector<sim::gpu::Kernel> kernels{std::move(out_)};
    if (merged) {
      kernels.push_back(
          mergeOf(plan_, inside->graph, context_.cascade, context_.gpu, jobs, *merged));
    }
    return kernels;
  }

private:
  void facts(const Occupancy& occupancy) {
    const auto& kernel = *plan_.kernel;
    out_.name = kernel.name;
    out_.warpgroups = plan_.warpgroups;
    out_.producer = kernel.producer;
    out_.stages = plan_.stages;
    out_.overlap = kernel.overlap;
    out_.persistent = kernel.persistent || kernel.streamK;
    out_.residents = occupancy.residents;
    out_.threads = occupancy.threads;
    out_.registersPerThread = occupancy.registersPerThread;
    out_.sharedBytes = occupancy.sharedBytes;
    out_.registerBytes = occupancy.registerBytes;
    out_.limitedBy = occupancy.limitedBy;
    out_.extraSeconds = kernel.hostSeconds;
  }

  /// Tiles of the grid; of a batch, those of one sequence after the other.
  Jobs jobsOf(const Inside& inside) {
    if (!plan_.wholeTiles) {
      return gpu::jobsOf(plan_, streamsOf(plan_, inside.loads, false),
                         streamsOf(plan_, inside.loads, true));
    }
    if (plan_.launches > 1) {
      problems_.push_back(
          {plan_.kernel->where,
           fmt::format("kernel '{}' is launched for one value of {} after another, and sequences "
                       "of one batch differ",
                       plan_.kernel->name, plan_.kernel->each),
           "run the sequences one by one"});
      return {};
    }
    std::vector<Jobs> each;
    for (const auto& cascade : context_.batch->lengths) {
      const auto plan = planFor(plan_, cascade);
      auto own = insideOf(plan, cascade, context_.gpu, problems_);
      if (!own) {
        return {};
      }
      each.push_back(jobsOfSequence(plan, own->loads, plan_, inside.loads));
      if (!sameTiles(plan, plan_)) {
        for (auto& kind : each.back().kinds) {
          kind.body = static_cast<int>(bodies_.size());
        }
        bodies_.push_back(bodyOf(own->parts));
        graphs_.push_back(std::move(own->graph));
      }
    }
    JobLine line;
    for (const auto length : context_.batch->sequences) {
      line.append(each[static_cast<std::size_t>(length)]);
    }
    return std::move(line.all);
  }

  /// Who does what, in which order. Gives the parts of each job where a kernel must merge them.
  std::optional<std::vector<std::int64_t>> divide(const Jobs& jobs) {
    std::optional<std::vector<std::int64_t>> parts;
    const auto& kernel = *plan_.kernel;
    Trips trips;
    if (kernel.streamK) {
      auto list =
          shareOut(jobs, plan_.streamCtas.value_or(out_.residents * context_.gpu.data().sms),
                   kernel.streamK->owner, static_cast<int>(bodies_.size()));
      trips = std::move(list.trips);
      kernel.streamK->owner ? addPieces() : leavePartials();
      parts = kernel.streamK->owner ? std::nullopt : std::optional(std::move(list.parts));
    } else {
      trips = tripsOf(jobs, plan_.split, kernel.order, plan_.section);
      if (plan_.split > 1) {
        leavePartials();
        auto& all = parts.emplace();
        for (const auto job : jobs.order) {
          all.push_back(partsOf(jobs.kinds[static_cast<std::size_t>(job)], plan_.split));
        }
      }
    }
    if (context_.replace) {
      trips.from.clear();
      trips = context_.replace(out_.name, std::move(trips));
    }
    out_.kinds = std::move(trips.kinds);
    out_.order = std::move(trips.order);
    out_.reuse = std::move(trips.reuse);
    out_.secondReuse = std::move(trips.secondReuse);
    out_.lists = std::move(trips.lists);
    out_.awaits = std::move(trips.awaits);
    out_.from = std::move(trips.from);
    return parts;
  }

  void leavePartials() {
    for (auto& body : bodies_) {
      body.epilogue = {{}, {}, partialResults(plan_, context_.cascade)};
    }
  }

  /// Bodies of the pieces of each body's jobs (see work_list.hpp).
  void addPieces() {
    const auto bodies = bodies_;
    for (std::size_t b = 0; b < bodies.size(); ++b) {
      auto later = bodies[b];
      later.epilogue = {{}, {}, partialResults(plan_, context_.cascade)};
      auto first = bodies[b];
      first.epilogue = {};
      auto merge = mergeBody(plan_, graphs_[b], context_.cascade, context_.gpu, plan_.warpgroups);
      for (auto& load : merge.iteration.loads) {
        load.lookups = 1;   // the flag that says it is there
        load.shared = true; // written just now: L2 has it
      }
      for (auto& body : {std::move(later), std::move(first), std::move(merge)}) {
        bodies_.push_back(body);
      }
    }
  }

  void putBodies() {
    out_.prologue = std::move(bodies_.front().prologue);
    out_.iteration = std::move(bodies_.front().iteration);
    out_.epilogue = std::move(bodies_.front().epilogue);
    out_.others.assign(std::make_move_iterator(bodies_.begin() + 1),
                       std::make_move_iterator(bodies_.end()));
  }

  KernelPlan plan_;
  const KernelContext& context_;
  core::Problems& problems_;
  std::vector<sim::gpu::Body> bodies_; ///< the kernel's own, then others
  std::vector<Graph> graphs_;          ///< of bodies of jobs
  sim::gpu::Kernel out_;
};

} // namespace

std::vector<sim::gpu::Kernel> kernelsOf(const KernelPlan& plan, const KernelContext& context,
                                        core::Problems& problems) {
  core::Problems first;
  auto out = Making(plan, context, first).make();
  auto smaller = plan;
  while (!first.empty() && plan.kernel->shrinks && shrink(smaller)) {
    core::Problems next;
    out = Making(smaller, context, next).make();
    if (next.empty()) {
      return out;
    }
  }
  problems.insert(problems.end(), first.begin(), first.end());
  return out;
}

} // namespace einsight::mappings::gpu
