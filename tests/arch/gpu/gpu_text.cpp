#include "gpu_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <unistd.h>

namespace einsight::arch::test {

namespace {

std::filesystem::path folder() {
  return std::filesystem::temp_directory_path() / fmt::format("einsight-gpu-{}", getpid());
}

} // namespace

core::Expected<Gpu> gpuOf(const std::string& text, const core::Settings& settings) {
  std::filesystem::create_directories(folder());
  const auto file = folder() / "gpu.yaml";
  std::ofstream(file) << "version: 1\n" << text;
  auto gpu = readGpu(file, settings);
  std::filesystem::remove_all(folder());
  return gpu;
}

Gpu valid(core::Expected<Gpu> gpu) {
  if (!gpu) {
    FAIL(core::render(gpu.error()));
  }
  return std::move(*gpu);
}

std::string messages(const core::Expected<Gpu>& gpu) {
  auto text = gpu ? std::string("no problem") : core::render(gpu.error());
  for (const auto& prefix : {folder().string() + "/", std::string(EINSIGHT_SOURCE_DIR "/")}) {
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
  }
  return text;
}

} // namespace einsight::arch::test
