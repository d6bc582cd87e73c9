#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace einsight::generators {

/// A small machine of the FuseMax family: DRAM, a buffer, a 2D array whose columns end in a 1D one.
struct MachineShape {
  enum class Array2d {
    Products, ///< multiplies and adds
    Softmax,  ///< all but division, so that scores can be exponentiated where they are
    All       ///< every operator that the 1D array has
  };
  Array2d array2d = Array2d::All;
  std::int64_t rows = 1, columns = 1, lanes = 1;
  bool columnsReduce = false;
  std::int64_t hopLatency = 0;
  std::int64_t bufferBytes = 4096;
  std::optional<std::int64_t> ports;
  std::int64_t words2d = 16, words1d = 32;                   ///< of 2 bytes, per PE
  std::int64_t bytesNumerator = 16, bytesDenominator = 1;    ///< of DRAM, per cycle
  std::int64_t interleave = 131072;                          ///< bytes
  std::int64_t expTimes2d = 1, expTimes1d = 1, divTimes = 1; ///< cycles
  bool chained = false;                                      ///< exp(x - y) is one pass
};

/// A machine of up to 6x6 PEs. Shrinks to one PE with every operator.
MachineShape drawMachine();

/// Its file.
std::string text(const MachineShape& machine);

} // namespace einsight::generators
