#pragma once
#include "explore/serving/point.hpp"

/// Device times of the parts of a layer: bounds with the machine's own efficiencies.
namespace einsight::explore {

/// What a GPU sustains for operands of a type.
struct SustainedRates {
  double flops = 0;        ///< per second, of the fastest matrix instruction
  double flopsFewRows = 0; ///< of the instruction with the fewest rows, all of them used
  std::int64_t fewestRows = 1;
  double bytes = 0; ///< read per second
  double launchSeconds = 0;
};

/// `elementBytes`: of the operands (1: 8-bit floating point, more: 16-bit; less: unpacked to 16
/// bits by the kernels that read them). Fails where the GPU has no matrix instruction for them.
core::Expected<SustainedRates> sustainedRates(const arch::Gpu& gpu, double elementBytes,
                                              const mappings::serving::Kernels& kernels);

/// Seconds of matrix products with so many parameters, each used for `tokens` tokens, on one
/// device.
double productSeconds(const SustainedRates& rates, double parameters, double parameterBytes,
                      double tokens);

/// Parameters of experts that are read for so many tokens, each of which goes to some of them at
/// random: count (1 - (1 - active/count)^tokens) of them.
double expertsTouched(const workloads::LayerParameters& layer, double tokens);

/// Seconds of one layer's attention of a shape on one of the point's attention devices.
core::Expected<double> attentionSeconds(const ServingPoint& point,
                                        const sim::serving::Shape& shape);

/// Seconds of a look-up among the keys of the shape's requests on a CPU, and of attention to what
/// is found, for one layer: the keys that are looked at, at the rate of the DRAM or of dependent
/// accesses of every core, whichever takes longer.
double retrievalSeconds(const ServingPoint& point, const sim::serving::Shape& shape);

} // namespace einsight::explore
