#include "mappings/gpu/kernels.hpp"

#include "mappings/gpu/cta/inside.hpp"
#include "mappings/gpu/cta/transfers.hpp"
#include "mappings/gpu/grid/batch.hpp"
#include "mappings/gpu/grid/work_list.hpp"
#include "mappings/gpu/merge.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

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

sim::gpu::Body bodyOf(Parts& parts) {
  return {std::move(parts.prologue), std::move(parts.iteration), std::move(parts.epilogue)};
}

class Making {
public:
  Making(const FittingKernel& fitting, const KernelContext& context, core::Problems& problems)
      : plan_(fitting.plan), inside_(fitting.inside), context_(context), problems_(problems) {
    facts(fitting.occupancy);
  }

  std::vector<sim::gpu::Kernel> make() {
    auto parts = inside_.parts;
    shareAdds(plan_, inside_.loads, parts.iteration);
    bodies_.push_back(bodyOf(parts));
    graphs_.push_back(inside_.graph);
    auto jobs = allJobs();
    if (plan_.kernel->streamK) {
      jobs = lineOf(jobs);
    }
    if (!problems_.empty()) {
      return {};
    }
    out_.issueShare = inside_.parts.issueShare;
    out_.setupCycles = inside_.parts.setupCycles;
    const auto merged = divide(jobs);
    putBodies();
    if (plan_.kernel->lockstep) {
      uniteWarpgroups(out_);
    }
    std::vector<sim::gpu::Kernel> kernels;
    kernels.push_back(std::move(out_)); // its lists may be long
    if (merged) {
      kernels.push_back(
          mergeOf(plan_, inside_.graph, context_.cascade, context_.gpu, jobs, *merged));
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
    setOccupancy(out_, occupancy);
    out_.extraSeconds = kernel.hostSeconds;
  }

  /// Tiles of the grid; of a batch, those of one sequence after the other.
  Jobs allJobs() {
    if (!plan_.wholeTiles) {
      return jobsOf(plan_, streamsOf(plan_, inside_.loads, false),
                    streamsOf(plan_, inside_.loads, true), listsOf(plan_, inside_.loads));
    }
    std::vector<Jobs> each;
    for (const auto& cascade : context_.batch->lengths) {
      const auto plan = planFor(plan_, cascade);
      auto own = insideOf(plan, cascade, context_.gpu, problems_);
      if (!own) {
        return {};
      }
      each.push_back(jobsOfSequence(plan, own->loads, plan_, inside_.loads));
      if (!sameTiles(plan, plan_)) {
        for (auto& kind : each.back().kinds) {
          kind.body = static_cast<int>(bodies_.size());
        }
        shareAdds(plan, own->loads, own->parts.iteration);
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
      trips.listed.clear();
      trips = context_.replace(out_.name, std::move(trips));
    }
    out_.kinds = std::move(trips.kinds);
    out_.order = std::move(trips.order);
    out_.reuse = std::move(trips.reuse);
    out_.secondReuse = std::move(trips.secondReuse);
    out_.lists = std::move(trips.lists);
    out_.awaits = std::move(trips.awaits);
    out_.from = std::move(trips.from);
    out_.listed = std::move(trips.listed);
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

  const KernelPlan& plan_;
  const Inside& inside_;
  const KernelContext& context_;
  core::Problems& problems_;
  std::vector<sim::gpu::Body> bodies_; ///< the kernel's own, then others
  std::vector<Graph> graphs_;          ///< of bodies of jobs
  sim::gpu::Kernel out_;
};

} // namespace

std::vector<sim::gpu::Kernel> kernelsOf(const FittingKernel& kernel, const KernelContext& context,
                                        core::Problems& problems) {
  core::Problems own;
  auto out = Making(kernel, context, own).make();
  problems.insert(problems.end(), own.begin(), own.end());
  return out;
}

} // namespace einsight::mappings::gpu
