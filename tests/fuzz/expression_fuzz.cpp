#include "core/expression.hpp"
#include "core/invariant.hpp"

#include <cstddef>
#include <cstdint>

using namespace einsight;

/// Any bytes are an expression or refused with a sentence; an expression has a value or a reason.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = core::Expression::parse(text);
  if (!parsed) {
    EINSIGHT_INVARIANT(!parsed.error().empty(), "a refusal says why");
    return 0;
  }
  const auto value = parsed->evaluate([](std::string_view name) {
    return name == "nobody" ? std::optional<core::Rational>()
                            : core::Rational(std::int64_t(name.size()), 3);
  });
  EINSIGHT_INVARIANT(value || !value.error().empty(), "a failure says why");
  return 0;
}
