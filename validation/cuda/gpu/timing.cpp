#include "validation/cuda/gpu/detail/context.hpp"
#include "validation/cuda/timing_plan.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

namespace einsight::validation::cuda {
namespace {

struct Events {
  Events() : error(cudaEventCreate(&begin)) {
    error = error == cudaSuccess ? cudaEventCreate(&end) : error;
  }
  ~Events() {
    for (auto* const event : {begin, end}) {
      if (event != nullptr) { // else an error would stay for the next launch to report
        cudaEventDestroy(event);
      }
    }
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  cudaError_t error;
};

struct Stream {
  Stream() : error(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)) {}
  ~Stream() {
    if (stream != nullptr) {
      cudaStreamDestroy(stream);
    }
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  cudaStream_t stream = nullptr;
  cudaError_t error;
};

/// A run after a run, between events; all are queued before the first is waited for. Clocks are
/// read in their middle: a device without work changes them within a millisecond.
cudaError_t timeEach(const Start& start, int count, cudaStream_t stream, std::vector<double>& us,
                     Clocks& clocks) {
  std::vector<std::unique_ptr<Events>> events;
  auto error = cudaSuccess;
  for (int i = 0; i < count && error == cudaSuccess; ++i) {
    auto& mine = *events.emplace_back(std::make_unique<Events>());
    error = mine.error;
    error = error == cudaSuccess ? cudaEventRecord(mine.begin, stream) : error;
    error = error == cudaSuccess ? start(i, stream) : error;
    error = error == cudaSuccess ? cudaEventRecord(mine.end, stream) : error;
  }
  if (error == cudaSuccess && !events.empty()) {
    error = cudaEventSynchronize(events[events.size() / 2]->begin);
    clocks = readClocks();
  }
  const auto finished = cudaStreamSynchronize(stream);
  error = error == cudaSuccess ? finished : error;
  for (const auto& pair : events) {
    float ms = 0;
    error = error == cudaSuccess ? cudaEventElapsedTime(&ms, pair->begin, pair->end) : error;
    us.push_back(double(ms) * 1e3);
  }
  return error;
}

/// Runs until a device that idled has raised its clocks.
cudaError_t wake(const Start& start, cudaStream_t stream) {
  constexpr auto kLongEnough = std::chrono::milliseconds(300);
  const auto begin = std::chrono::steady_clock::now();
  auto error = cudaSuccess;
  while (error == cudaSuccess && std::chrono::steady_clock::now() - begin < kLongEnough) {
    for (int i = 0; i < kInGraph && error == cudaSuccess; ++i) {
      error = start(i, stream);
    }
    error = error == cudaSuccess ? cudaStreamSynchronize(stream) : error;
  }
  return error;
}

/// kInGraph runs as one graph; none where the capture fails.
std::shared_ptr<cudaGraphExec_t> capture(const Start& start, cudaStream_t stream) {
  cudaGraph_t graph = nullptr;
  if (cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) != cudaSuccess) {
    return nullptr;
  }
  auto error = cudaSuccess;
  for (int i = 0; i < kInGraph && error == cudaSuccess; ++i) {
    error = start(i, stream);
  }
  const auto ended = cudaStreamEndCapture(stream, &graph);
  cudaGraphExec_t ready = nullptr;
  const bool made = error == cudaSuccess && ended == cudaSuccess &&
                    cudaGraphInstantiate(&ready, graph, 0) == cudaSuccess;
  if (graph != nullptr) {
    cudaGraphDestroy(graph);
  }
  cudaGetLastError();
  if (!made) {
    return nullptr;
  }
  return {new cudaGraphExec_t(ready), [](cudaGraphExec_t* old) {
            cudaGraphExecDestroy(*old);
            delete old;
          }};
}

} // namespace

core::Expected<Timing> timeRuns(const Prepared& prepared) {
  const Stream stream;
  auto error = stream.error;
  // Inputs were filled on another stream, for which this one does not wait.
  error = error == cudaSuccess ? cudaDeviceSynchronize() : error;
  static bool awake = false; // cases follow each other closely
  if (!awake && error == cudaSuccess) {
    error = wake(prepared.start, stream.stream);
    awake = true;
  }
  for (int i = 0; i < kWarmRuns && error == cudaSuccess; ++i) {
    error = prepared.start(i, stream.stream);
  }
  Timing timing;
  std::vector<double> first;
  error = error == cudaSuccess
              ? timeEach(prepared.start, kTrialRuns, stream.stream, first, timing.clocks)
              : error;
  if (error != cudaSuccess) {
    return core::failure(cudaProblem("warming up", error));
  }
  const double once = std::max(1.0, *std::min_element(first.begin(), first.end()));
  const auto plan = planTiming(once);
  timing.how = "events";
  Start start = prepared.start;
  double inOne = 1;
  if (plan.graph) {
    if (const auto graph = capture(prepared.start, stream.stream)) {
      start = [graph](int, cudaStream_t on) { return cudaGraphLaunch(*graph, on); };
      inOne = kInGraph;
      timing.how = "graph of 20";
      error = start(0, stream.stream); // the first launch uploads the graph
    }
  }
  error = error == cudaSuccess
              ? timeEach(start, plan.samples, stream.stream, timing.us, timing.clocks)
              : error;
  if (error != cudaSuccess) {
    return core::failure(cudaProblem("timing", error));
  }
  for (double& us : timing.us) {
    us /= inOne;
  }
  std::sort(timing.us.begin(), timing.us.end());
  return timing;
}

} // namespace einsight::validation::cuda
