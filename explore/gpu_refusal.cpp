#include "explore/gpu_refusal.hpp"

#include "einsum/walk.hpp"
#include "mappings/catalogue.hpp"

#include <fmt/format.h>

namespace einsight::explore {

core::Problems refusalOf(const einsum::Cascade& cascade, const std::vector<Refused>& refused) {
  const auto meant = mappings::candidates(cascade, "gpu");
  core::Problems problems;
  std::size_t others = 0;
  for (const auto& [mapping, reasons] : refused) {
    if (einsum::contains(meant, mapping)) {
      problems.insert(problems.end(), reasons.begin(), reasons.end());
    } else {
      ++others;
    }
  }
  const auto rest = others == 0 ? std::string()
                                : fmt::format("; {} of them are written for other Einsums", others);
  problems.push_back({{cascade.file(), 1, 1, cascade.name()},
                      "no mapping of the catalogue runs this workload on this GPU" + rest,
                      "give one with -m; docs/mappings-gpu.md shows how to write it"});
  return problems;
}

} // namespace einsight::explore
