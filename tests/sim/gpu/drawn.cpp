#include "drawn.hpp"

#include "chains.hpp"

#include <rapidcheck.h>

namespace einsight::sim::gpu::test {

std::int64_t drawn(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange(low, high + 1);
}

bool coin() {
  return drawn(0, 1) == 1;
}

namespace {

Step drawStep(const std::vector<Step>& before, std::size_t loads) {
  auto step = coin() ? tensor(static_cast<double>(drawn(0, 300)) / 4)
                     : lanes(static_cast<double>(drawn(1, 400)) / 5);
  if (step.unit == Step::Unit::Lanes && drawn(0, 3) == 0) {
    step.unit = Step::Unit::Special;
  }
  step.apart = step.unit == Step::Unit::Lanes && drawn(0, 3) == 0;
  step.maskedCycles = step.apart || coin() ? 0 : static_cast<double>(drawn(1, 20));
  step.latencyCycles = coin() ? 0 : static_cast<double>(drawn(1, 40));
  step.sharedBytes = static_cast<double>(drawn(0, 9));
  step.work = {{static_cast<int>(drawn(0, 2)), "macc", static_cast<double>(drawn(1, 50))}};
  for (std::size_t s = 0; s < before.size(); ++s) {
    if (drawn(0, 2) > 0) {
      step.needs.push_back(static_cast<int>(s));
    }
  }
  for (std::size_t l = 0; l < loads; ++l) {
    if (coin()) {
      step.loads.push_back(static_cast<int>(l));
    }
  }
  return step;
}

Part drawPart(std::int64_t leastSteps, bool carries) {
  Part part;
  for (std::int64_t l = drawn(0, 2); l > 0; --l) {
    part.loads.push_back({"X", static_cast<double>(drawn(0, 500)),
                          coin() ? 0 : static_cast<double>(drawn(1, 200)), coin(), coin()});
  }
  for (std::int64_t s = drawn(leastSteps, 4); s > 0; --s) {
    part.steps.push_back(drawStep(part.steps, part.loads.size()));
  }
  for (std::size_t s = 0; carries && s < part.steps.size(); ++s) {
    if (drawn(0, 2) == 0) {
      part.steps[s].carried.push_back(static_cast<int>(s));
    }
  }
  if (coin()) {
    part.stores.push_back({"Y", static_cast<double>(drawn(0, 400)),
                           coin() ? 0 : static_cast<double>(drawn(1, 200)), coin(), coin()});
  }
  return part;
}

/// Work lists; some places wait for the first one, which is launched at once and waits for nobody.
void drawLists(Kernel& kernel) {
  kernel.lists = {0};
  for (std::int32_t place = 1; place < std::ssize(kernel.order); ++place) {
    if (drawn(0, 2) == 0) {
      kernel.lists.push_back(place);
    }
    if (kernel.lists.size() > 1 && drawn(0, 3) == 0) {
      kernel.awaits[place] = {0};
    }
  }
}

} // namespace

Kernel drawKernel(bool uniformKinds) {
  Kernel kernel;
  kernel.name = "drawn";
  kernel.warpgroups = static_cast<int>(drawn(1, 3));
  kernel.producer = coin();
  kernel.overlap = coin();
  kernel.stages = static_cast<int>(drawn(kernel.overlap ? 2 : 1, 3));
  kernel.persistent = coin();
  kernel.residents = drawn(1, 3);
  kernel.issueShare = coin() ? 0 : static_cast<double>(drawn(1, 10)) / 10;
  kernel.setupCycles = coin() ? 0 : static_cast<double>(drawn(1, 100));
  kernel.prologue = drawPart(0, false);
  kernel.iteration = drawPart(1, true);
  kernel.epilogue = drawPart(0, false);
  if (coin()) {
    kernel.others.push_back({drawPart(0, false), drawPart(0, true), drawPart(0, false)});
  }
  const auto most = drawn(1, 40);
  const auto count = uniformKinds ? 1 : drawn(1, 14);
  for (std::int64_t k = 0; k < count; ++k) {
    const auto iterations = drawn(0, most);
    kernel.kinds.push_back({iterations, drawn(0, 2), static_cast<double>(drawn(1, 4)) / 4,
                            static_cast<int>(drawn(0, std::ssize(kernel.others))),
                            static_cast<double>(drawn(1, 4)) / 4});
  }
  for (std::int64_t c = drawn(1, 60); c > 0; --c) {
    kernel.order.push_back(static_cast<std::int32_t>(drawn(0, count - 1)));
    kernel.reuse.push_back(static_cast<std::int32_t>(drawn(-1, 3)));
    kernel.secondReuse.push_back(static_cast<std::int32_t>(drawn(-1, 3)));
    kernel.from.push_back(drawn(0, 3));
  }
  if (!uniformKinds && coin()) {
    drawLists(kernel);
  }
  return kernel;
}

Device drawDevice() {
  auto device = plainDevice(drawn(1, 6));
  device.syncCycles = static_cast<double>(drawn(0, 30));
  device.ctaCycles = static_cast<double>(drawn(0, 100));
  device.l2LatencyCycles = static_cast<double>(drawn(0, 200));
  device.l2BytesPerCyclePerSm = static_cast<double>(drawn(4, 64));
  if (coin()) {
    device.l2Bytes = static_cast<double>(drawn(100, 20000));
    device.l2DirtyBytes = coin() ? device.l2Bytes * static_cast<double>(drawn(0, 100)) / 100 : 0;
    device.l2BytesPerCycle = static_cast<double>(drawn(5, 100));
    device.dramBytesPerSecond = 1e9 * static_cast<double>(drawn(2, 100));
    device.dramWriteCost = static_cast<double>(drawn(1, 3));
  }
  if (coin()) {
    device.clockOnset = 0.3;
    device.clockExponent = 0.4;
    device.clockSettlingSeconds = coin() ? 1e-9 * static_cast<double>(drawn(1, 10000)) : 0;
  }
  device.kernelSeconds = 1e-9 * static_cast<double>(drawn(0, 100));
  device.hostSeconds = 1e-9 * static_cast<double>(drawn(0, 1000));
  return device;
}

} // namespace einsight::sim::gpu::test
