#include "sim/pe/modules.hpp"

#include "sim/cycle/kernel.hpp"

#include <systemc>

#include <memory>
#include <vector>

namespace einsight::sim::cells {
namespace {

Client* client = nullptr;

/// One processing element. Its registers and links are in sim/pe/array.hpp; what it sends can be
/// seen a hop later at the earliest, so the order in which SystemC calls the PEs cannot matter.
class CellModule : public sc_core::sc_module {
public:
  sc_core::sc_event clock;

  SC_HAS_PROCESS(CellModule);
  CellModule(const sc_core::sc_module_name& name, int number)
      : sc_core::sc_module(name), number_(number) {
    SC_METHOD(step);
    sensitive << clock;
    dont_initialize();
  }

private:
  void step() {
    client->act(number_, kernel::now());
    kernel::acted();
  }
  int number_;
};

std::vector<std::unique_ptr<CellModule>>& pool() {
  static auto* const only = new std::vector<std::unique_ptr<CellModule>>; // lives as SystemC does
  return *only;
}

sc_core::sc_event& clockOf(int cell) {
  return pool()[static_cast<std::size_t>(cell)]->clock;
}

} // namespace

void elaborate() {
  for (int i = 0; i < kCells; ++i) {
    pool().push_back(std::make_unique<CellModule>(
        sc_core::sc_module_name(sc_core::sc_gen_unique_name("pe")), i));
  }
}

void use(Client* target) {
  client = target;
  for (auto& module : pool()) {
    module->clock.cancel();
  }
}

void wakeAfter(int cell, std::int64_t ticks) {
  clockOf(cell).notify(sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(ticks)));
}

void wakeNow(int cell) {
  clockOf(cell).notify(sc_core::SC_ZERO_TIME);
}

} // namespace einsight::sim::cells
