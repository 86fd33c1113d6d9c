#include "bench/kernels/ceilings.hpp"

#include <algorithm>
#include <vector>

#include "bench/kernels/operands.hpp"

namespace cuvae::bench {
namespace {

constexpr int kReplays = 5;

// The fastest of some replays: a ceiling is what the machine can do, not what it does on a bad day.
double best_seconds(Machine& machine, Recording& work) {
  machine.seconds(work);
  double best = 1e30;
  for (int i = 0; i < kReplays; ++i) best = std::min(best, machine.seconds(work));
  return best;
}

// Of one loop, recorded as often as it takes for the stopwatch.
double best_seconds(Machine& machine, const std::function<void()>& loop) {
  constexpr int kMost = 1000;
  const auto times = [&](int count) {
    return machine.record_loops([loop, count] {
      for (int i = 0; i < count; ++i) loop();
    });
  };
  const double once = best_seconds(machine, *times(1));
  const int count = static_cast<int>(
      std::clamp(machine.facts().seconds_per_sample / std::max(once, 1e-9), 1.0, double{kMost}));
  return best_seconds(machine, *times(count)) / count;
}

// A dense layer of large matrices, in the form that products read.
double product_rate(Machine& machine, std::int32_t size) {
  Backend& backend = machine.backend();
  const Type type = backend.product_element() == ops::Element::bf16 ? Type::bf16 : Type::fp32;
  const Operand matrix{Stored::as_type, -1, 1}, bias{Stored::fp32, -1, 1, true},
      product_bias{Stored::as_type, -1, 1, true};
  const std::vector<Operand> all{matrix, matrix, matrix, bias, product_bias};
  const Operands operands(backend, Operands::layout(all, {size, size}, type));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Matrix to = operands[i];
    Values(all[i], type, i).upload(backend, static_cast<std::byte*>(to.data), to.rows * to.ld);
  }
  const Backend::Buffer state = backend.allocate(sizeof(ops::StepState));
  const PassContext pass{reinterpret_cast<ops::StepState*>(state.get()), nullptr};
  ops::StepState active;
  active.pass.active_rows = size;
  backend.upload(pass.state, &active, sizeof(active));
  const DenseWeights weights{operands[1], operands[3].floats(), operands[4].data};
  const auto layer = [&] {
    backend.dense_forward(pass, operands[0], weights, LayerFunction::identity, {operands[2], {}, {}});
  };
  layer();  // chooses its algorithm
  backend.synchronize();
  const double seconds = best_seconds(machine, *backend.record(layer));
  return 2.0 * size * size * static_cast<double>(size) / seconds;
}

}  // namespace

Ceilings measure_ceilings(Machine& machine) {
  const Facts facts = machine.facts();
  Backend& backend = machine.backend();
  const std::int64_t bytes = std::min(facts.ceiling_bytes, backend.available_memory() / 4) / 4096 * 4096;
  const std::int64_t cached = std::min(facts.cache_bytes / 4, bytes) / 4096 * 4096;
  Ceilings ceilings;
  {
    const Backend::Buffer from = backend.allocate(bytes), to = backend.allocate(bytes),
                          rest = backend.allocate(256);
    auto* sink = reinterpret_cast<float*>(rest.get());
    machine.fill(from.get(), bytes);  // pages that were never written are one page
    backend.synchronize();
    const auto rate = [&](double amount, const std::function<void()>& loop) {
      return amount / best_seconds(machine, loop);
    };
    const auto size = static_cast<double>(bytes);
    for (const CopyBy way : kCopies) {
      const auto copied = [&](std::int64_t count) {
        return rate(2 * static_cast<double>(count), [&] { machine.copy(way, to.get(), from.get(), count); });
      };
      ceilings.copy = std::max(ceilings.copy, copied(bytes));
      ceilings.copy_in_cache = std::max(ceilings.copy_in_cache, copied(cached));
    }
    ceilings.read = rate(size, [&] { machine.read(from.get(), bytes, sink); });
    ceilings.fill = rate(size, [&] { machine.fill(to.get(), bytes); });
    const auto adds = static_cast<double>(machine.multiply_adds(sink)),
               exps = static_cast<double>(machine.exponentials(sink)),
               divisions = static_cast<double>(machine.divisions(sink));
    ceilings.flops = rate(2 * adds, [&] { machine.multiply_adds(sink); });
    ceilings.exponentials = rate(exps, [&] { machine.exponentials(sink); });
    ceilings.divisions = rate(divisions, [&] { machine.divisions(sink); });
    ceilings.launch = best_seconds(machine, [&] { machine.nothing(); });
  }
  ceilings.products = product_rate(machine, facts.product_size);
  return ceilings;
}

}  // namespace cuvae::bench
