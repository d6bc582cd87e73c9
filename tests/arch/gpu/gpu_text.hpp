#pragma once
#include "arch/gpu/gpu.hpp"

namespace einsight::arch::test {

/// The GPU whose file has this text after `version: 1`; the file lies in a temporary folder.
core::Expected<Gpu> gpuOf(const std::string& text, const core::Settings& settings = {});

/// The GPU, or a test failure with the problems as the user sees them.
Gpu valid(core::Expected<Gpu> gpu);

/// The problems as the user sees them without the temporary folder, or "no problem".
std::string messages(const core::Expected<Gpu>& gpu);

} // namespace einsight::arch::test
