#include "validation/gna/times.hpp"

#include "explore/gna/point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::validation {
namespace {

namespace gna = mappings::gna;

constexpr std::array kTimes{"kernel_seconds", "permute_seconds", "seconds",
                            "kernel_speedup", "speedup",         "end_to_end_speedup"};

std::string keyOf(const GnaRun& run, const GnaQuestion& question) {
  const auto& heads = run.heads;
  auto key = fmt::format("{}|{}|{}|{}|{}|{}", run.hardware, gna::toText(run.layout), heads.batch,
                         heads.heads, heads.kvHeads, heads.headDim);
  if (question.mask) {
    const auto& mask = *question.mask;
    for (const auto& shape :
         {mask.window(), mask.stride(), mask.dilation(), mask.causal(), mask.qTile, mask.kvTile}) {
      key += "|" + gna::toText(shape);
    }
    key += mask.kvTiling == gna::KvTiling::Static ? "|static" : "|dynamic";
  }
  return key;
}

/// Self attention as a question: its window is the layout, tile by tile of one token.
gna::Question whole(const gna::Shape& layout) {
  gna::Question out;
  for (const auto length : layout) {
    out.axes.push_back({length, length, 1, 1, false});
    out.qTile.push_back(1);
    out.kvTile.push_back(1);
  }
  return out;
}

std::string sentenceOf(const core::Problems& problems) {
  return problems.front().what;
}

} // namespace

bool isTimeQuantity(const std::string& take) {
  return std::find(kTimes.begin(), kTimes.end(), take) != kTimes.end();
}

std::vector<std::string> timeQuantities() {
  return {kTimes.begin(), kTimes.end()};
}

GnaTimes::MaybeTimes GnaTimes::times(const GnaRun& run, const GnaQuestion& question) {
  const auto machine = spec_.machines.find(run.hardware);
  if (machine == spec_.machines.end()) {
    return tl::unexpected(fmt::format("no machine stands for '{}'", run.hardware));
  }
  const auto key = keyOf(run, question);
  if (const auto found = known_.find(key); found != known_.end()) {
    return found->second;
  }
  const auto predicted = [&]() -> MaybeTimes {
    if (!question.mask) {
      const auto dense = explore::selfAttention(
          {whole(run.layout), run.heads, machine->second.machine, {}}, machine->second.baseline);
      return dense ? MaybeTimes({*dense, 0, *dense}) : tl::unexpected(sentenceOf(dense.error()));
    }
    const auto time =
        explore::predict({*question.mask, run.heads, machine->second.machine, {}}, false);
    return time ? MaybeTimes({time->kernelSeconds, time->permuteSeconds, time->denseSeconds})
                : tl::unexpected(sentenceOf(time.error()));
  };
  return known_.emplace(key, predicted()).first->second;
}

tl::expected<GnaPrediction, std::string>
GnaTimes::quantity(const GnaRun& run, const GnaQuestion& question, const std::string& take) {
  const auto times = this->times(run, question);
  if (!times) {
    return tl::unexpected(times.error());
  }
  std::optional<double> speedup;
  if (question.mask) {
    const auto tally = gna::tally(*question.mask);
    speedup = tally ? std::optional(tally->simSpeedup()) : std::nullopt;
  }
  const auto bound = [&](double factor) {
    return speedup ? std::optional(factor / *speedup) : std::nullopt;
  };
  const double seconds = times->kernel + times->permute;
  if (take == "kernel_seconds") {
    return GnaPrediction{times->kernel, bound(times->dense)};
  }
  if (take == "permute_seconds") {
    return GnaPrediction{times->permute, {}};
  }
  if (take == "seconds") {
    return GnaPrediction{seconds, bound(times->dense)};
  }
  if (take == "kernel_speedup") {
    return GnaPrediction{times->dense / times->kernel, speedup};
  }
  if (take == "speedup") {
    return GnaPrediction{times->dense / seconds, speedup};
  }
  const auto& useCase = question.useCase;
  if (!useCase || !useCase->attentionShare) {
    return tl::unexpected(std::string("the share of self attention in the run is not known"));
  }
  const auto endToEnd = [&](double operatorSpeedup) {
    return gna::endToEnd(*useCase->attentionShare, useCase->steps, question.denseSteps,
                         operatorSpeedup);
  };
  return GnaPrediction{endToEnd(times->dense / seconds),
                       speedup ? std::optional(endToEnd(*speedup)) : std::nullopt};
}

} // namespace einsight::validation
