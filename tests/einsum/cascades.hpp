#pragma once
#include "einsum/cascade.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

namespace einsight::einsum {

/// A cascade of the catalogue at the sizes of a test; a failure to read it fails the test.
Cascade attention(const std::string& name, const core::Settings& settings = {},
                  const std::string& folder = "attention");

/// A cascade from text; a failure to read it fails the test.
inline Cascade cascadeOf(const std::string& yaml, const core::Settings& settings = {}) {
  const auto cascade = parseCascade(yaml, "t.yaml", settings);
  INFO(core::render(cascade ? core::Problems{} : cascade.error()));
  REQUIRE(cascade.has_value());
  return *cascade;
}

/// The problems of a text that must be refused, as the user sees them.
inline std::string problemsOf(const std::string& yaml, const core::Settings& settings = {}) {
  const auto cascade = parseCascade(yaml, "t.yaml", settings);
  return cascade ? "accepted" : core::render(cascade.error());
}

inline const std::array<std::string, 5> kFamilies{"attention-3pass", "attention-3pass-deferred",
                                                  "attention-2pass", "attention-2pass-deferred",
                                                  "attention-1pass"};

} // namespace einsight::einsum
