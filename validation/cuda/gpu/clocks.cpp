#include "validation/cuda/gpu/detail/context.hpp"

#include <dlfcn.h>

namespace einsight::validation::cuda {
namespace {

/// A number that the management library is asked for (nvmlFieldValue_t).
struct Field {
  unsigned id = 0, scope = 0;
  long long timestamp = 0, latency = 0;
  int type = 0;
  int error = 0;
  union {
    unsigned number;
    unsigned long long whole;
  } value{};
};

constexpr unsigned kPowerNow = 186; // NVML_FI_DEV_POWER_INSTANT

/// The management library's functions that we call, loaded at run time: a driver brings it, a
/// toolkit only its header. Source: NVML API reference, nvmlDeviceGetClockInfo,
/// nvmlDeviceGetPowerUsage, nvmlDeviceGetFieldValues, nvmlDeviceGetMaxClockInfo,
/// nvmlDeviceGetEnforcedPowerLimit, nvmlSystemGetDriverVersion.
struct Management {
  using Device = void*;
  int (*fields)(Device, int, Field*) = nullptr; ///< of newer drivers
  int (*clock)(Device, int, unsigned*) = nullptr;
  int (*power)(Device, unsigned*) = nullptr;
  int (*largestClock)(Device, int, unsigned*) = nullptr;
  int (*powerLimit)(Device, unsigned*) = nullptr;
  int (*driver)(char*, unsigned) = nullptr;
  Device device = nullptr;
  bool ready = false;

  Management() {
    void* const library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      return;
    }
    int (*init)() = nullptr;
    int (*byBus)(const char*, Device*) = nullptr;
    load(library, "nvmlInit_v2", init);
    load(library, "nvmlDeviceGetHandleByPciBusId_v2", byBus);
    load(library, "nvmlDeviceGetClockInfo", clock);
    load(library, "nvmlDeviceGetPowerUsage", power);
    load(library, "nvmlDeviceGetFieldValues", fields);
    load(library, "nvmlDeviceGetMaxClockInfo", largestClock);
    load(library, "nvmlDeviceGetEnforcedPowerLimit", powerLimit);
    load(library, "nvmlSystemGetDriverVersion", driver);
    char bus[32] = {};
    ready = init != nullptr && byBus != nullptr && clock != nullptr && power != nullptr &&
            init() == 0 && cudaDeviceGetPCIBusId(bus, sizeof bus, 0) == cudaSuccess &&
            byBus(bus, &device) == 0;
  }

  /// Power at this moment. What nvmlDeviceGetPowerUsage gives is, from Ampere on, but for A100, the
  /// mean of the last second, in which many cases were run: it is for GPUs without the other.
  bool milliwatts(unsigned& out) const {
    Field now;
    now.id = kPowerNow;
    if (fields != nullptr && fields(device, 1, &now) == 0 && now.error == 0) {
      out = now.value.number;
      return true;
    }
    return power(device, &out) == 0;
  }

  template <class Function>
  static void load(void* library, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(dlsym(library, name));
  }
};

constexpr int kSmClock = 1; // NVML_CLOCK_SM
constexpr int kMemoryClock = 2;

const Management& theManagement() {
  static const Management management;
  return management;
}

} // namespace

GpuLimits readLimits() {
  const Management& management = theManagement();
  GpuLimits limits;
  if (!management.ready) {
    return limits;
  }
  char version[96] = {};
  if (management.driver != nullptr && management.driver(version, sizeof version) == 0) {
    limits.driver = version;
  }
  unsigned sm = 0;
  unsigned memory = 0;
  if (management.largestClock != nullptr &&
      management.largestClock(management.device, kSmClock, &sm) == 0 &&
      management.largestClock(management.device, kMemoryClock, &memory) == 0) {
    limits.smMhz = static_cast<int>(sm);
    limits.memoryMhz = static_cast<int>(memory);
  }
  unsigned milliwatts = 0;
  if (management.powerLimit != nullptr &&
      management.powerLimit(management.device, &milliwatts) == 0) {
    limits.powerW = double(milliwatts) / 1e3;
  }
  return limits;
}

Clocks readClocks() {
  const Management& management = theManagement();
  Clocks clocks;
  if (!management.ready) {
    return clocks;
  }
  unsigned sm = 0;
  unsigned memory = 0;
  unsigned milliwatts = 0;
  if (management.clock(management.device, kSmClock, &sm) == 0 &&
      management.clock(management.device, kMemoryClock, &memory) == 0 &&
      management.milliwatts(milliwatts)) {
    clocks = {static_cast<int>(sm), static_cast<int>(memory), double(milliwatts) / 1e3};
  }
  return clocks;
}

} // namespace einsight::validation::cuda
