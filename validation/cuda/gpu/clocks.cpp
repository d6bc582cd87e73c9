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
/// nvmlDeviceGetPowerUsage, nvmlDeviceGetFieldValues.
struct Management {
  using Device = void*;
  int (*fields)(Device, int, Field*) = nullptr; ///< of newer drivers
  int (*clock)(Device, int, unsigned*) = nullptr;
  int (*power)(Device, unsigned*) = nullptr;
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

} // namespace

Clocks readClocks() {
  static const Management management;
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
