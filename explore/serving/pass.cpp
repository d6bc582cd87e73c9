#include "explore/serving/pass.hpp"

#include "explore/serving/stages.hpp"
#include "explore/serving/times.hpp"
#include "sim/serving/collective.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

using sim::serving::Pass;
using sim::serving::Shape;
using sim::serving::Stage;

constexpr double kActivationBytes = 2;

double real(std::int64_t value) {
  return static_cast<double>(value);
}

class Builder {
public:
  Builder(const ServingPoint& point, const Shape& shape, const Speedups& speedups)
      : point_(point), shape_(shape), speedups_(speedups), parts_(servingParts(point)),
        places_(parts_.places), tokens_(shape.requests + shape.prompt) {}

  core::Expected<Pass> build() {
    const auto& plan = point_.plan;
    auto rates =
        sustainedRates(*plan.projections.gpu, point_.model.weightBytes, point_.mapping.kernels);
    auto attention = attentionSeconds(point_, windowed());
    auto reduce = allReduce();
    core::Problems problems;
    const auto collect = [&](const auto& result) {
      if (!result) {
        problems.insert(problems.end(), result.error().begin(), result.error().end());
      }
    };
    collect(rates);
    collect(attention);
    collect(reduce);
    if (!problems.empty()) {
      return core::failure(std::move(problems));
    }
    rates_ = *rates;
    attention_ = *attention;
    reduce_ = *reduce;
    Pass pass;
    pass.parts = parts_.list;
    pass.batches = shape_.batches;
    pass.replicas = static_cast<int>(plan.separate() ? plan.replicas : 1);
    const auto dense = workloads::denseLayers(point_.model);
    if (dense > 0) {
      pass.segments.push_back({dense, layer(workloads::layerParameters(point_.model, true))});
    }
    if (dense < point_.model.layers) {
      pass.segments.push_back(
          {point_.model.layers - dense, layer(workloads::layerParameters(point_.model, false))});
    }
    pass.after = ending();
    return pass;
  }

private:
  /// What the devices of attention read: with a look-up elsewhere, only what stays with them.
  [[nodiscard]] Shape windowed() const {
    Shape shape = shape_;
    if (const auto& retrieval = point_.mapping.retrieval) {
      shape.tokens =
          std::min(shape.tokens, shape.requests * real(retrieval->first + retrieval->last));
    }
    return shape;
  }

  [[nodiscard]] core::Expected<double> allReduce() const {
    const auto& devices = point_.plan.projections;
    if (devices.count <= 1) {
      return 0.0;
    }
    const double bytes = std::max(1.0, tokens_) * real(point_.model.hidden) * kActivationBytes;
    return sim::serving::ringAllReduce({static_cast<int>(devices.count),
                                        devices.link->sustainedBytesPerSecond(),
                                        devices.link->latencySeconds},
                                       bytes)
        .map([&](double seconds) { return devices.link->launchSeconds + seconds; });
  }

  [[nodiscard]] double product(double parameters) const {
    return productSeconds(rates_, parameters / real(point_.plan.projections.count),
                          point_.model.weightBytes, tokens_);
  }

  /// Feed-forward parts that all tokens pass, and experts with the tokens that go there.
  [[nodiscard]] double feedForward(const workloads::LayerParameters& layer) const {
    double seconds = product(layer.common);
    const double touched = expertsTouched(layer, tokens_);
    if (touched > 0) {
      const double each = tokens_ * real(layer.active) / touched;
      seconds +=
          productSeconds(rates_, touched * layer.expert / real(point_.plan.projections.count),
                         point_.model.weightBytes, each);
    }
    return seconds;
  }

  std::vector<Stage> layer(const workloads::LayerParameters& sizes) {
    if (shape_.batches > 1) {
      return slice(sizes);
    }
    ServingStages stages(speedups_);
    const auto& kernels = point_.mapping.kernels;
    const double launch = rates_.launchSeconds;
    const int attended = point_.plan.separate()     ? offloaded(stages, sizes)
                         : point_.mapping.retrieval ? retrieved(stages, sizes)
                                                    : local(stages, sizes);
    int last = stages.add("output projection", places_.projections, product(sizes.output) + launch,
                          {attended});
    last = reduced(stages, last);
    last = stages.add("feed-forward", places_.projections,
                      feedForward(sizes) + std::max(0.0, kernels.after - 1) * launch, {last});
    reduced(stages, last);
    return stages.take();
  }

  /// With several batches in flight a replica works on one batch from the end of its attention to
  /// its next one, sums over devices included: what is between, cut at attention.
  /// Source: Chen et al. (arXiv 2405.01814v2) section 4.3.
  std::vector<Stage> slice(const workloads::LayerParameters& sizes) {
    ServingStages stages(speedups_);
    const auto& kernels = point_.mapping.kernels;
    const double late = product(sizes.keyValue);
    const double sums = 2 * reduce_;
    const double seconds = product(sizes.output) + feedForward(sizes) + product(sizes.query) +
                           late + (kernels.before + kernels.after) * rates_.launchSeconds;
    const double links = places_.links < 0 ? 1 : stages.faster(places_.links);
    const int made = stages.add("slice", places_.projections,
                                seconds + sums * stages.faster(places_.projections) / links, {});
    if (sums > 0) {
      stages.add("all-reduces", places_.links, sums, {}); // inside the slice
    }
    sendAndAttend(stages, made, made, point_.mapping.queriesFirst ? late : 0);
    return stages.take();
  }

  int reduced(ServingStages& stages, int after) {
    return reduce_ <= 0 ? after : stages.add("all-reduce", places_.links, reduce_, {after});
  }

  int local(ServingStages& stages, const workloads::LayerParameters& sizes) {
    const double before = point_.mapping.kernels.before * rates_.launchSeconds;
    const int made = stages.add("queries, keys and values", places_.projections,
                                product(sizes.query + sizes.keyValue) + before, {});
    return stages.add("attention", places_.attention, attention_, {made});
  }

  /// Queries go to the devices of attention, keys and values after them or with them.
  int offloaded(ServingStages& stages, const workloads::LayerParameters& sizes) {
    const double before = point_.mapping.kernels.before * rates_.launchSeconds;
    if (!point_.mapping.queriesFirst) {
      const int made = stages.add("queries, keys and values", places_.projections,
                                  product(sizes.query + sizes.keyValue) + before, {});
      return sendAndAttend(stages, made, made, 0);
    }
    const int query =
        stages.add("queries", places_.projections, product(sizes.query) + before / 2, {});
    const int rest = stages.add("keys and values", places_.projections,
                                product(sizes.keyValue) + before / 2, {query});
    return sendAndAttend(stages, query, rest, 0);
  }

  /// Attention to the tokens before the new one does not wait for its keys, if these are sent by
  /// themselves. `early`: so long before its end the first stage had the queries.
  /// Source: Chen et al. (arXiv 2405.01814v2) section 4.2.2.
  int sendAndAttend(ServingStages& stages, int query, int rest, double early) {
    const auto bytes = networkBytes(point_);
    const auto& link = *point_.plan.network;
    const double ports = real(std::min(point_.plan.projections.count, point_.plan.attention.count));
    const auto seconds = [&](double perToken) {
      return tokens_ * perToken / (ports * link.sustainedBytesPerSecond());
    };
    int attended = 0;
    if (point_.mapping.queriesFirst) {
      const int sent = stages.add("send queries", places_.out, seconds(bytes.query), {query},
                                  std::max(0.0, link.firstByteSeconds() - early));
      const int last = stages.add("send keys and values", places_.out, seconds(bytes.keyValue),
                                  {rest}, link.firstByteSeconds());
      const int old = stages.add("attention", places_.attention, attention_, {sent});
      attended = stages.add("attention to the new token", places_.attention, rates_.launchSeconds,
                            {old, last});
    } else {
      const int sent =
          stages.add("send queries, keys and values", places_.out,
                     seconds(bytes.query + bytes.keyValue), {rest}, link.firstByteSeconds());
      attended = stages.add("attention", places_.attention, attention_, {sent});
    }
    return stages.add("send back", places_.back, seconds(bytes.back), {attended},
                      link.firstByteSeconds());
  }

  /// A CPU looks keys up and attends to them while the GPU attends to the tokens that it keeps.
  int retrieved(ServingStages& stages, const workloads::LayerParameters& sizes) {
    const double before = point_.mapping.kernels.before * rates_.launchSeconds;
    const auto gpu = point_.cluster->members(point_.plan.projections.name).front();
    const auto cpu = point_.cluster->members(point_.mapping.retrieval->on).front();
    const auto& link = *point_.cluster->link(gpu, cpu);
    const auto vectors = workloads::attentionVectors(point_.model);
    const auto seconds = [&](double elements) {
      return tokens_ * elements * kActivationBytes / link.sustainedBytesPerSecond();
    };
    const int made = stages.add("queries, keys and values", places_.projections,
                                product(sizes.query + sizes.keyValue) + before, {});
    const int near = stages.add("attention to kept tokens", places_.attention, attention_, {made});
    const int sent =
        stages.add("send queries", places_.out, seconds(vectors.query + vectors.keyValue), {made},
                   link.firstByteSeconds());
    const int called =
        stages.add("call", places_.host, point_.mapping.retrieval->callSeconds, {sent});
    const int found =
        stages.add("look up and attend", places_.cpu, retrievalSeconds(point_, shape_), {called});
    const int back = stages.add("send back", places_.back, seconds(vectors.output), {found},
                                link.firstByteSeconds());
    return stages.add("merge", places_.projections, rates_.launchSeconds, {near, back});
  }

  std::vector<Stage> ending() {
    ServingStages stages(speedups_);
    const auto& host = point_.mapping.host;
    const int made =
        stages.add("next token", places_.projections,
                   product(workloads::headParameters(point_.model)) + rates_.launchSeconds, {});
    stages.add("host", places_.host, host.stepSeconds + host.requestSeconds * (shape_.requests),
               {made});
    return stages.take();
  }

  const ServingPoint& point_;
  const Shape& shape_;
  const Speedups& speedups_;
  ServingParts parts_;
  ServingPlaces places_;
  double tokens_;
  SustainedRates rates_;
  double attention_ = 0, reduce_ = 0;
};

} // namespace

NetworkBytes networkBytes(const ServingPoint& point) {
  if (!point.plan.separate()) {
    return {};
  }
  const auto vectors = workloads::attentionVectors(point.model);
  return {vectors.query * kActivationBytes, vectors.keyValue * kActivationBytes,
          vectors.output * kActivationBytes};
}

core::Expected<Pass> passOf(const ServingPoint& point, const Shape& shape,
                            const Speedups& speedups) {
  return Builder(point, shape, speedups).build();
}

} // namespace einsight::explore
