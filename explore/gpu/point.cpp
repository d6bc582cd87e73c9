#include "explore/gpu/point.hpp"

#include "config/catalogue.hpp"
#include "config/read_once.hpp"
#include "einsum/walk.hpp"
#include "explore/fastest.hpp"
#include "explore/gpu/refusal.hpp"
#include "explore/preference.hpp"
#include "explore/request_parts.hpp"
#include "explore/resizing.hpp"
#include "mappings/gpu/tiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace einsight::explore {
namespace {

namespace gpu = mappings::gpu;

using Parts = RequestParts<arch::Gpu>;

/// Sequences that differ in length, and the settings of the longest one for all of them.
struct Sequences {
  workloads::Lengths lengths;
  core::Settings padded;
};

core::Expected<std::optional<Sequences>>
sequencesOf(const PointRequest& request, const core::Settings& settings, Inputs& inputs) {
  const auto lengths = inputs.lengths(request.workload, settings);
  if (!*lengths) {
    return core::failure(lengths->error());
  }
  if (!**lengths) {
    return std::optional<Sequences>();
  }
  Sequences out{***lengths, settings};
  const auto& values = out.lengths.values;
  out.padded[out.lengths.of] = core::Rational(*std::max_element(values.begin(), values.end()));
  return std::optional(std::move(out));
}

/// The cascade of each length.
core::Expected<gpu::Batch> batchOf(const PointRequest& request, const Sequences& sequences,
                                   Inputs& inputs) {
  gpu::Batch out;
  std::map<std::int64_t, std::int32_t> known;
  for (const auto value : sequences.lengths.values) {
    const auto [found, added] = known.try_emplace(value, static_cast<std::int32_t>(known.size()));
    out.sequences.push_back(found->second);
    if (!added) {
      continue;
    }
    auto settings = sequences.padded;
    for (const auto& [name, one] : sequences.lengths.settingsOf(value)) {
      settings[name] = one;
    }
    const auto cascade = inputs.cascade(request.workload, settings);
    if (!*cascade) {
      return core::failure(cascade->error());
    }
    out.lengths.push_back(**cascade);
  }
  return out;
}

/// What the sequences are, in words.
std::string sentenceOf(const workloads::Lengths& lengths) {
  const auto [least, most] = std::minmax_element(lengths.values.begin(), lengths.values.end());
  const auto sum = std::accumulate(lengths.values.begin(), lengths.values.end(), 0.0);
  const double padded = static_cast<double>(*most) * static_cast<double>(lengths.values.size());
  return fmt::format("{} sequences with {} from {} to {}: {:.0f} % of what they would be, padded "
                     "to the longest",
                     lengths.values.size(), lengths.of, *least, *most, 100 * sum / padded);
}

std::function<core::Where(const std::string&)> whereOf(const gpu::Mapping& mapping) {
  return [&mapping](const std::string& name) {
    const auto found = std::find_if(mapping.parameters.begin(), mapping.parameters.end(),
                                    [&](const auto& each) { return each.first == name; });
    return found == mapping.parameters.end() ? mapping.where : found->second.where;
  };
}

core::Expected<GpuPoint> prepareWith(const PointRequest& request, const Parts& parts,
                                     const std::string& name, const gpu::ReplaceTrips& replace,
                                     Inputs& inputs) {
  const auto file = mappings::find(name);
  if (!file) {
    return core::failure(file.error());
  }
  const std::vector<std::filesystem::path> folders{config::catalogueRoot() / "mappings"};
  const auto read = [&](const einsum::Cascade& cascade) {
    return gpu::readMapping(*file, cascade, **parts.machine, request.mappingSettings, folders);
  };
  const auto first = read(**parts.cascade);
  if (!first) {
    return core::failure(first.error());
  }
  auto wishes = gpu::workloadParameters(*first, **parts.cascade, **parts.machine);
  if (!wishes) {
    return core::failure(std::move(wishes.error()));
  }
  if (auto problems = resizing(*wishes, request, **parts.cascade, inputs, whereOf(*first));
      !problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto settings = underUser(std::move(*wishes), request);
  const auto sequences = sequencesOf(request, settings, inputs);
  if (!sequences) {
    return core::failure(sequences.error());
  }
  const auto cascade =
      inputs.cascade(request.workload, *sequences ? (*sequences)->padded : settings);
  if (!*cascade) {
    return core::failure(cascade->error());
  }
  auto mapping = read(**cascade);
  if (!mapping) {
    return core::failure(std::move(mapping.error()));
  }
  std::optional<gpu::Batch> batch;
  std::vector<std::string> notes;
  if (*sequences) {
    auto made = batchOf(request, **sequences, inputs);
    if (!made) {
      return core::failure(std::move(made.error()));
    }
    batch = std::move(*made);
    notes.push_back(sentenceOf((*sequences)->lengths));
  }
  auto chain = gpu::plan(*mapping, **cascade, **parts.machine, replace, batch ? &*batch : nullptr);
  if (!chain) {
    return core::failure(std::move(chain.error()));
  }
  return GpuPoint{**cascade, **parts.machine, std::move(*mapping), std::move(*chain),
                  std::move(notes)};
}

/// Mappings that a point may take by itself; those of neighborhood attention ask for their tiles.
std::vector<std::string> candidates() {
  return byPreference(
      "gpu", [](const config::Node& root) { return root.find("neighborhood") != nullptr; });
}

/// Whether the kernels that take all Einsums are meant for those: each runs over the rank variables
/// that the CTAs divide. What does not would be computed by every CTA again.
bool suits(const GpuPoint& point) {
  const auto& mapping = point.mapping;
  const auto named = [&](const std::string& einsum) {
    return std::any_of(
        mapping.kernels.begin(), mapping.kernels.end(),
        [&](const gpu::Kernel& kernel) { return einsum::contains(kernel.einsums, einsum); });
  };
  for (const auto& kernel : mapping.kernels) {
    if (!kernel.einsums.empty() || kernel.movesOnly) {
      continue;
    }
    for (const auto& einsum : point.cascade.einsums()) {
      if (einsum.view || named(einsum.name) || gpu::isGatherCopy(point.cascade, einsum)) {
        continue;
      }
      for (const auto& tile : kernel.cta) {
        if (point.cascade.size(tile.variable) > 1 &&
            !einsum::contains(einsum.variables, tile.variable)) {
          return false;
        }
      }
    }
  }
  return true;
}

std::vector<double> boundsOf(const std::vector<GpuPoint>& points) {
  std::vector<double> out;
  for (const auto& point : points) {
    out.push_back(sim::gpu::analytic(point.chain, gpu::device(point.gpu)).seconds);
  }
  return out;
}

/// The fastest of points in the order of preference. Those are simulated whose bound is below the
/// best time, and what that gave is kept.
core::Expected<GpuPoint> fastestOf(std::vector<GpuPoint> points, const std::string& engine) {
  if (points.size() == 1) {
    return std::move(points.front());
  }
  const auto bounds = boundsOf(points);
  const auto first = fastest(bounds, [&](std::size_t index) { return bounds[index]; });
  if (engine != "cycle") {
    return std::move(points[*first]);
  }
  const auto best = fastest(bounds, [&](std::size_t index) -> core::Expected<double> {
    auto& point = points[index];
    auto totals = sim::gpu::cycle(point.chain, gpu::device(point.gpu));
    if (!totals) {
      return core::failure(std::move(totals.error()));
    }
    point.simulated = std::make_shared<const sim::gpu::Totals>(std::move(*totals));
    return point.simulated->seconds;
  });
  if (!best) {
    return core::failure(best.error());
  }
  auto& out = points[*best];
  if (*first != *best) {
    out.onBound = std::make_shared<GpuPoint>(std::move(points[*first]));
  }
  return std::move(out);
}

core::Expected<GpuPoint> prepareDefault(const PointRequest& request, const Parts& parts,
                                        const gpu::ReplaceTrips& replace, Inputs& inputs) {
  const auto names = inputs.gpuCandidates(candidates);
  std::vector<Refused> refused;
  std::vector<GpuPoint> points;
  for (const auto& name : *names) {
    auto point = prepareWith(request, parts, name, replace, inputs);
    if (!point) {
      refused.emplace_back(name, std::move(point.error()));
    } else if (suits(*point)) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      if (auto note = noRoomNote(**parts.cascade, refused); !note.empty()) {
        point->notes.push_back(std::move(note));
      }
      points.push_back(std::move(*point));
    }
  }
  if (points.empty()) {
    return core::failure(refusalOf(**parts.cascade, refused));
  }
  return fastestOf(std::move(points), request.engine);
}

} // namespace

core::Expected<GpuPoint> prepareGpu(const PointRequest& request, const gpu::ReplaceTrips& replace) {
  const config::ReadOnce once; // candidates share most of what is read
  Inputs inputs(true);
  return prepareGpu(request, replace, inputs);
}

core::Expected<GpuPoint> prepareGpu(const PointRequest& request, const gpu::ReplaceTrips& replace,
                                    Inputs& inputs) {
  const auto parts = partsOf(request, inputs.gpu(request.machine, request.machineSettings), inputs);
  if (!parts) {
    return core::failure(parts.error());
  }
  return request.mapping.empty() ? prepareDefault(request, *parts, replace, inputs)
                                 : prepareWith(request, *parts, request.mapping, replace, inputs);
}

} // namespace einsight::explore
