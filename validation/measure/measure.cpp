#include "validation/measure/measure.hpp"

#include "core/text.hpp"
#include "validation/measure/suites.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::validation {
namespace {

constexpr const char* kMicro = "micro";

/// A case of any suite, and how to time it.
struct Task {
  Measured measured;
  std::function<core::Expected<cuda::Timing>(cuda::Gpu&)> time;
};

std::string lineOf(const Measured& measured) {
  if (!measured.timing) {
    return fmt::format("{}: {}", measured.id, measured.error);
  }
  const double us = quantile(measured.timing->us, 0.5);
  const auto rate = measured.flops > 0 ? fmt::format(", {:.1f} TFLOP/s", measured.flops / us / 1e6)
                    : measured.bytes > 0 ? fmt::format(", {:.1f} GB/s", measured.bytes / us / 1e3)
                                         : std::string();
  return fmt::format("{}: {:.1f} us{}", measured.id, us, rate);
}

core::Problems checkNames(const std::string& what, const std::vector<std::string>& names,
                          const std::vector<std::string>& known) {
  core::Problems problems;
  for (const auto& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      problems.push_back({{}, fmt::format("{} '{}'", what, name), core::suggestion(name, known)});
    }
  }
  return problems;
}

/// What the request asks for and the device has a kernel for, in the order of the suites.
std::vector<Task> tasksOf(const cuda::Gpu& gpu, const MeasureRequest& request,
                          MeasureTally& tally) {
  std::vector<Task> tasks;
  if (isAsked(request.suites, kMicro) && request.kernels.empty()) {
    for (const auto& micro : gpu.microCases()) {
      tasks.push_back(
          {recordOf(micro), [id = micro.id](cuda::Gpu& device) { return device.timeMicro(id); }});
    }
  }
  for (const auto& suite : kernelSuites()) {
    for (const auto& which : suite.cases) {
      if (!isAsked(request.suites, suite.name) ||
          !isAsked(request.kernels, cuda::nameOf(which.kind))) {
        continue;
      }
      if (gpu.supports(which)) {
        tasks.push_back({recordOf(suite.name, which, gpu.tileOf(which)),
                         [which](cuda::Gpu& device) { return device.time(which); }});
      } else {
        ++tally.unsupported;
      }
    }
  }
  return tasks;
}

} // namespace

std::vector<std::string> measureSuites() {
  std::vector<std::string> names{kMicro};
  for (const auto& suite : kernelSuites()) {
    names.push_back(suite.name);
  }
  return names;
}

std::vector<std::string> measureKernels() {
  std::vector<std::string> names;
  for (const auto& which : checkCases()) {
    const auto name = cuda::nameOf(which.kind);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

bool isAsked(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

core::Problems checkSuites(const std::vector<std::string>& names) {
  return checkNames("there is no suite of measurements", names, measureSuites());
}

core::Problems checkKernelNames(const std::vector<std::string>& names) {
  return checkNames("there is no kernel", names, measureKernels());
}

Measured recordOf(const cuda::MicroCase& micro) {
  Measured measured;
  measured.id = micro.id;
  measured.suite = kMicro;
  measured.system = "microbenchmark";
  measured.flops = micro.flops;
  measured.bytes = micro.bytes;
  measured.operations = micro.operations;
  measured.loads = micro.loads;
  measured.note = micro.note;
  return measured;
}

Measured recordOf(const std::string& suite, const cuda::KernelCase& which, cuda::KernelTile tile) {
  Measured measured;
  measured.id = cuda::idOf(which);
  measured.suite = suite;
  measured.system = cuda::nameOf(which.kind);
  measured.kernel = which;
  measured.flops = cuda::flopsOf(which);
  if (which.listStride > 0 && tile.keys > 0) { // the pairs of the listed tiles
    const auto list = cuda::stridedList(cuda::ceilDivide(which.seqQ, tile.queries),
                                        cuda::ceilDivide(which.seqKv, tile.keys), which.listStride);
    measured.flops = 4.0 * which.batch * which.headsQ * double(list.tiles.size()) * tile.queries *
                     tile.keys * which.headDim;
  }
  if (which.mask.kind == cuda::MaskKind::Neighborhood && tile.keys > 0) { // not a permutation's
    cuda::chooseTiles(measured.kernel->mask, tile.queries, tile.keys);
  }
  measured.bytes = cuda::bytesOf(which);
  return measured;
}

core::Expected<MeasureTally> measure(cuda::Gpu& gpu, const MeasureRequest& request,
                                     MeasureFile& file) {
  MeasureTally tally;
  auto tasks = tasksOf(gpu, request, tally);
  std::stable_partition(tasks.begin(), tasks.end(), [&](const Task& task) {
    return !file.failedBefore(task.measured.id); // which may take the device along once more
  });
  std::vector<std::string> notRun;
  for (auto& task : tasks) {
    auto& measured = task.measured;
    if (file.has(measured.id)) {
      ++tally.earlier;
      continue;
    }
    if (tally.lost || request.elapsed() > request.seconds || request.stop()) {
      notRun.push_back(measured.id);
      continue;
    }
    file.setUnderWay(measured.id);
    if (const auto problems = file.write(); !problems.empty()) {
      return core::failure(problems);
    }
    request.watch(measured.id);
    const auto timing = task.time(gpu);
    request.watch({});
    if (timing) {
      measured.timing = *timing;
      ++tally.measured;
    } else {
      measured.error = timing.error().empty() ? "failed" : timing.error().front().what;
      ++tally.failed;
      tally.lost = gpu.lost();
    }
    file.add(measured);
    request.tell(lineOf(measured));
    if (const auto problems = file.write(); !problems.empty()) {
      return core::failure(problems);
    }
  }
  tally.notRun = static_cast<int>(notRun.size());
  file.setNotRun(notRun);
  if (const auto problems = file.write(); !problems.empty()) {
    return core::failure(problems);
  }
  return tally;
}

std::vector<Checked> checkKernels(cuda::Gpu& gpu, const CheckRequest& request) {
  std::vector<Checked> all;
  for (const auto& which : checkCases()) {
    if (!gpu.supports(which) || !isAsked(request.kernels, cuda::nameOf(which.kind))) {
      continue;
    }
    Checked checked;
    checked.id = cuda::idOf(which);
    request.watch(checked.id);
    const auto difference = gpu.check(which);
    request.watch({});
    if (difference) {
      checked.difference = *difference;
    } else {
      checked.error = difference.error().empty() ? "failed" : difference.error().front().what;
    }
    request.tell(fmt::format("{} {}: {}", checked.right() ? "right" : "WRONG", checked.id,
                             checked.error.empty() ? fmt::format("{:.2e}", checked.difference)
                                                   : checked.error));
    all.push_back(checked);
    if (!checked.error.empty() && gpu.lost()) {
      break;
    }
  }
  return all;
}

} // namespace einsight::validation
