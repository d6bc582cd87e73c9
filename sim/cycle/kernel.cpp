#include "sim/cycle/kernel.hpp"

#include "sim/pe/modules.hpp"

#define SC_INCLUDE_DYNAMIC_PROCESSES // before <systemc>: processes are spawned after elaboration
#include <systemc>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

namespace einsight::sim::kernel {
namespace {

Client* client = nullptr;
sc_core::sc_time start;
bool timeIsFull = false;

/// Separates deciding from seeing: what modules do in a delta cycle is applied in its update phase,
/// so the order in which SystemC calls them cannot matter.
class Board : public sc_core::sc_prim_channel {
public:
  Board() : sc_core::sc_prim_channel("board") {}
  void acted() { request_update(); }

private:
  void update() override { client->settle(now()); }
};

struct Resource {
  sc_core::sc_event done;
  sc_core::sc_event wake;

  Resource(int number, Board& board) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&done);
    options.set_sensitivity(&wake);
    sc_core::sc_spawn(
        [number, &board] {
          client->step(number, now());
          board.acted();
        },
        nullptr, &options);
  }
};

/// The delay line, and the resources behind it.
struct Pool {
  Board board;
  std::vector<std::unique_ptr<Resource>> resources;

  void holdAtLeast(int count) {
    for (int i = static_cast<int>(resources.size()) + kDelayLine; i < count; ++i) {
      resources.push_back(std::make_unique<Resource>(i, board));
    }
  }
  Resource& at(int resource) { return *resources[static_cast<std::size_t>(resource - kDelayLine)]; }
};

/// Lives as long as the process: SystemC objects must not be destroyed after its own globals.
Pool& pool() {
  static Pool* const only = [] {
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    auto* made = new Pool; // NOLINT(cppcoreguidelines-owning-memory): see above
    cells::elaborate();
    sc_core::sc_start(sc_core::SC_ZERO_TIME); // elaborates
    return made;
  }();
  return *only;
}

} // namespace

std::int64_t now() {
  return static_cast<std::int64_t>((sc_core::sc_time_stamp() - start).value());
}

void acted() {
  pool().board.acted();
}

void run(Client& target, int count) {
  auto& all = pool();
  all.holdAtLeast(count);
  client = &target;
  timeIsFull = false;
  start = sc_core::sc_time_stamp();
  for (int i = 0; i < count; ++i) {
    all.at(i).wake.notify(sc_core::SC_ZERO_TIME);
  }
  sc_core::sc_start();
  for (auto& resource : all.resources) {
    resource->done.cancel();
    resource->wake.cancel();
  }
  client = nullptr;
}

void stop() {
  sc_core::sc_pause();
}

void wakeAfter(int resource, std::int64_t ticks) {
  // As many as both SystemC and now() can count.
  const auto left = (sc_core::sc_max_time() - sc_core::sc_time_stamp()).value();
  const auto counted = static_cast<sc_dt::uint64>(std::numeric_limits<std::int64_t>::max() - now());
  const auto room = std::min<sc_dt::uint64>(left, counted);
  if (static_cast<sc_dt::uint64>(ticks) > room) {
    timeIsFull = true;
    stop();
    return;
  }
  auto& event = pool().at(resource).done;
  event.notify(sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(ticks)));
}

bool outOfTime() {
  return timeIsFull;
}

void wakeNow(int resource) {
  pool().at(resource).wake.notify(sc_core::SC_ZERO_TIME);
}

} // namespace einsight::sim::kernel

/// libsystemc's own main wants it; this program has its own main and never calls it.
int sc_main(int /*argc*/, char* /*argv*/[]) {
  return 0;
}
