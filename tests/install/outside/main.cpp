#include <explore/point.hpp>
#include <iostream>

int main() {
  const auto point = einsight::explore::prepare({"bert", "fusemax", "", {{"L", 1024}}, {}, {}});
  if (!point) {
    std::cerr << einsight::core::render(point.error());
    return 2;
  }
  std::cout.precision(17);
  std::cout << einsight::explore::run(*point)->cycles.value() << "\n";
}
