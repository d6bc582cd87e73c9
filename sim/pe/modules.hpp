#pragma once
#include <cstdint>

/// The SystemC modules of processing elements: elaborated once per process together with those of
/// `cycle` (a second elaboration is an error of the library) and used for every array after that.
namespace einsight::sim::cells {

/// Processing elements that the arrays of a machine may have together.
inline constexpr int kCells = 640;

/// What a module drives: ordinary code.
class Client {
public:
  virtual ~Client() = default;
  /// The PE's clock ticks, or something has arrived.
  virtual void act(int cell, std::int64_t now) = 0;
};

/// Makes the modules. Called once, by the kernel, before anything runs.
void elaborate();
/// Modules act on this client until the next call; null at the end of a run.
void use(Client* client);
/// The PE acts after that many ticks, or earlier if that was asked for before.
void wakeAfter(int cell, std::int64_t ticks);
/// The PE acts again in this moment.
void wakeNow(int cell);

} // namespace einsight::sim::cells
