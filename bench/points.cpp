#include "bench/points.hpp"

#include <cstdlib>
#include <iostream>

namespace einsight::bench {

explore::Point point(const std::string& workload, const std::string& machine,
                     const std::string& mapping, std::int64_t length) {
  auto prepared =
      explore::prepare({workload, machine, mapping, {{"L", core::Rational(length)}}, {}, {}});
  if (!prepared) {
    std::cerr << core::render(prepared.error());
    std::abort();
  }
  return std::move(*prepared);
}

} // namespace einsight::bench
