#include "explore/serving/times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::explore {
namespace {

constexpr double kHalfPrecisionBytes = 2;

double real(std::int64_t value) {
  return static_cast<double>(value);
}

/// Instructions work on whole groups of rows: query heads that share a key fill them in part.
double rowsFilled(const workloads::Transformer& model, const SustainedRates& rates) {
  const auto& heads = model.attention;
  const auto shared = heads.latent ? heads.heads : heads.heads / heads.keyHeads;
  const auto groups = (shared + rates.fewestRows - 1) / rates.fewestRows;
  return real(shared) / real(groups * rates.fewestRows);
}

/// Share of the keys that is looked at among so many tokens: a power of their number between the
/// points that are given, constant outside.
double lookedAt(const mappings::serving::Retrieval& retrieval, double tokens) {
  const auto& points = retrieval.looked;
  if (tokens <= points.front().first) {
    return points.front().second;
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto& [from, low] = points[i - 1];
    const auto& [to, high] = points[i];
    if (tokens <= to) {
      return low * std::pow(high / low, std::log(tokens / from) / std::log(to / from));
    }
  }
  return points.back().second;
}

/// The device with the most requests has so many times the mean.
double imbalance(const ServingPoint& point, double requests) {
  const auto devices = real(point.plan.attention.count);
  if (point.mapping.split != mappings::serving::Split::Requests || requests <= 0) {
    return 1;
  }
  return std::ceil(requests / devices - 1e-9) / (requests / devices);
}

} // namespace

core::Expected<SustainedRates> sustainedRates(const arch::Gpu& gpu, double elementBytes,
                                              const mappings::serving::Kernels& kernels) {
  const bool eightBits = elementBytes >= 1 && elementBytes < kHalfPrecisionBytes;
  const std::string type = eightBits ? "fp8" : "fp16"; // smaller ones are unpacked
  SustainedRates out;
  const auto& data = gpu.data();
  for (const auto& rate : data.tensor) {
    if (rate.type != type) {
      continue;
    }
    const double flops =
        2 * rate.maccsPerCycle * rate.efficiency * real(data.sms) * data.clock.statedHertz;
    const bool fewer = out.flops == 0 || rate.rows < out.fewestRows;
    out.flopsFewRows = fewer ? flops : out.flopsFewRows;
    out.fewestRows = fewer ? rate.rows : out.fewestRows;
    out.flops = std::max(out.flops, flops);
  }
  if (out.flops == 0) {
    std::string known;
    for (const auto& rate : data.tensor) {
      known += (known.empty() ? "" : ", ") + rate.type;
    }
    return core::failure({{{data.file, 1, 1, "tensor_cores"},
                           fmt::format("'{}' has no matrix instruction for {}", gpu.name(), type),
                           "it has them for " + known}});
  }
  out.bytes = data.dram.bytesPerSecond * data.dram.efficiency;
  out.launchSeconds = kernels.launchSeconds.value_or(data.launch.kernelSeconds);
  return out;
}

double productSeconds(const SustainedRates& rates, double parameters, double parameterBytes,
                      double tokens) {
  return std::max(parameters * parameterBytes / rates.bytes, 2 * parameters * tokens / rates.flops);
}

double expertsTouched(const workloads::LayerParameters& layer, double tokens) {
  const auto count = real(layer.experts);
  return layer.experts == 0 ? 0 : count * (1 - std::pow(1 - real(layer.active) / count, tokens));
}

core::Expected<double> attentionSeconds(const ServingPoint& point,
                                        const sim::serving::Shape& shape) {
  const auto& model = point.model;
  const auto rates =
      sustainedRates(*point.plan.attention.gpu, model.keyBytes, point.mapping.kernels);
  if (!rates) {
    return core::failure(rates.error());
  }
  const auto devices = real(point.plan.attention.count);
  const bool copied =
      model.attention.latent && point.mapping.split == mappings::serving::Split::Heads;
  const double bytes = shape.tokens * workloads::keyBytesPerLayer(model) / (copied ? 1 : devices);
  const double flops = shape.tokens * workloads::attentionFlops(model, true) / devices;
  const double fewRows = flops / (rates->flopsFewRows * rowsFilled(model, *rates));
  const double decode = std::max(bytes / rates->bytes, fewRows);
  const double prompts =
      shape.pairs * workloads::attentionFlops(model, false) / devices / rates->flops;
  const double worst = imbalance(point, shape.requests);
  return decode * worst + prompts + point.mapping.kernels.attention * rates->launchSeconds;
}

double retrievalSeconds(const ServingPoint& point, const sim::serving::Shape& shape) {
  const auto& retrieval = *point.mapping.retrieval;
  const auto& heads = point.model.attention;
  const auto& cpu = point.plan.retrieval->data();
  if (shape.requests <= 0) {
    return 0;
  }
  const double context = shape.tokens / shape.requests;
  const double keys = shape.tokens * lookedAt(retrieval, context) * real(heads.heads);
  const double scan = keys * real(heads.headDimension) * retrieval.keyBytes /
                      point.plan.retrieval->scanBytesPerSecond();
  const double follow = keys * retrieval.dependent * cpu.dramLatencySeconds / real(cpu.cores);
  return std::max(scan, follow);
}

} // namespace einsight::explore
