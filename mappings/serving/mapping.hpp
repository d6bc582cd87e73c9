#pragma once
#include "core/expected.hpp"
#include "core/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// How a whole model is served on a cluster: which devices do what, in which order, under which
/// rules. docs/serving.md explains each key.
namespace einsight::mappings::serving {

/// What is divided over the devices that compute attention.
enum class Split {
  Heads,   ///< each has some heads of every request: balanced, their number must divide
  Requests ///< each has some requests: any number, but the fullest device decides
};

/// The program around the kernels: calibration constants.
struct Host {
  double stepSeconds = 0;    ///< of an iteration of a batch
  double requestSeconds = 0; ///< of an iteration, for every request of the batch
};

/// Kernels of one layer, for what their launches take.
struct Kernels {
  double before = 5; ///< until attention
  double attention = 2;
  double after = 6;
  std::optional<double> launchSeconds; ///< of each; empty: as the GPU states
};

/// Heads of which only the first and the last tokens are kept.
/// Source: Xiao et al. (arXiv 2410.10819) section 2.
struct Streaming {
  double share = 0; ///< of all heads
  std::int64_t first = 0, last = 0;
};

/// Keys and values lie in a CPU's memory, and a few are looked up for each query head; the first
/// and the last tokens stay on the GPU. Source: Liu et al. (arXiv 2409.10516) section 3.
struct Retrieval {
  std::string on; ///< group of the cluster
  std::int64_t first = 0, last = 0;
  /// Keys that are looked at, as a share of all, at a number of tokens; between the given numbers
  /// the share is a power of the number.
  std::vector<std::pair<double, double>> looked;
  double keyBytes = 4;    ///< of an element of a key
  double dependent = 0;   ///< dependent accesses to memory per key; 0: keys are scanned in order
  double callSeconds = 0; ///< of a layer, on the host: a calibration constant
};

struct Mapping {
  std::string name, summary, source, file;
  std::string projections;   ///< group whose devices hold the weights; empty: the only GPUs
  std::string attention;     ///< group that holds keys and values; empty: as projections
  std::int64_t batches = 1;  ///< in flight; with an attention group, on batches - 1 replicas
  bool queriesFirst = false; ///< queries are sent before keys and values are computed
  Split split = Split::Heads;
  double memoryShare = 0.9;        ///< of a device's memory that is used
  double reservedBytes = 0;        ///< of that, per device, for what is neither weights nor keys
  std::int64_t mostRequests = 256; ///< at once
  std::int64_t chunkTokens = 2048; ///< of an iteration
  bool decodeOnly = false;         ///< keys and values of prompts come from elsewhere
  Host host;
  Kernels kernels;
  std::optional<Streaming> streaming;
  std::optional<Retrieval> retrieval;
  core::Where where;
};

/// Reads a mapping file of kind serving; `settings` replace numbers of the file by their path
/// ("batches", "host.step", in s and B). All problems at once.
core::Expected<Mapping> readMapping(const std::filesystem::path& file,
                                    const core::Settings& settings = {},
                                    const std::vector<std::filesystem::path>& catalogue = {});

} // namespace einsight::mappings::serving
