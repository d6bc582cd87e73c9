#include "validation/cuda/gpu/detail/blas.hpp"
#include "validation/cuda/gpu/detail/context.hpp"

/// Matrix products of the vendor's library: what the device reaches on real data.
namespace einsight::validation::cuda {
namespace {

struct Shape {
  int rows;
  int columns;
  int inner;
  int batch;
};

core::Expected<Prepared> prepare(const GpuFacts& facts, const Shape& shape) {
  const auto blas = Blas::get();
  if (!blas) {
    return core::failure(blas.error());
  }
  const auto numbers = [&](int rows, int columns) {
    return static_cast<std::size_t>(shape.batch) * static_cast<std::size_t>(rows) *
           static_cast<std::size_t>(columns);
  };
  auto inputs = makeInputs(numbers(shape.rows, shape.inner), numbers(shape.inner, shape.columns), 0,
                           numbers(shape.rows, shape.columns), false, facts.l2Bytes, nullptr);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  Prepared prepared;
  prepared.out = inputs->out.front();
  prepared.start = [shape, blas = *blas, sets = *inputs](int i, cudaStream_t stream) {
    const auto set = static_cast<std::size_t>(i) % sets.count();
    const BatchedProduct product{false,       false,       shape.rows,    shape.columns,
                                 shape.inner, shape.batch, shape.columns, shape.inner};
    return blas->multiply(product, sets.q[set].as<void>(), sets.k[set].as<void>(),
                          sets.out[set].as<void>(), stream);
  };
  return prepared;
}

} // namespace

std::vector<Micro> blasMicros(const GpuFacts&) {
  std::vector<Micro> micros;
  if (!Blas::get()) {
    return micros;
  }
  for (const Shape shape :
       {Shape{1024, 1024, 1024, 1}, Shape{2048, 2048, 2048, 1}, Shape{4096, 4096, 4096, 1},
        Shape{8192, 8192, 8192, 1}, Shape{16384, 16384, 16384, 1}, Shape{4096, 4096, 64, 16},
        Shape{4096, 4096, 128, 16}}) {
    MicroCase what;
    what.id = "matmul bf16 " + std::to_string(shape.batch) + "x" + std::to_string(shape.rows) +
              "x" + std::to_string(shape.inner) + "x" + std::to_string(shape.columns);
    what.flops =
        2.0 * shape.batch * double(shape.rows) * double(shape.columns) * double(shape.inner);
    micros.push_back({what, [shape](const GpuFacts& facts) { return prepare(facts, shape); }});
  }
  return micros;
}

} // namespace einsight::validation::cuda
