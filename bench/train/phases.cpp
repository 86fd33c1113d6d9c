#include "bench/train/phases.hpp"

#include <algorithm>
#include <chrono>

#include "src/cpu/gemm.hpp"
#include "src/train/schedule.hpp"
#include "src/train/trainer_impl.hpp"

namespace cuvae::bench {

PhasedStep::PhasedStep(const ModelConfig& model, const TrainConfig& train, const Dataset& data, int threads)
    : trainer_(model, train, Device::cpu(threads)),
      feed_(*trainer_.impl().backend, data, trainer_.impl().pass_rows, trainer_.impl().pass_rows),
      order_{0, data.rows(), 0, data.rows(), ops::RowOrder::Visit::shuffled} {
  Trainer::Impl& t = trainer_.impl();
  if (!feed_.is_resident()) throw Error(Errc::invalid_argument, "bench: needs data of u8 or native f32");
  feed_.connect(t.network, 0, 0);
  plan_ = train::Schedule(t.train_config, data.rows()).step(0, 0).front();
  phases_.push_back({"begin the pass, pick rows",
                     [&, this] { t.backend->begin_pass(t.network.pass(), &plan_, order_, t.pass_rows); }});
  phases_.insert(phases_.end(), t.forward.begin(), t.forward.end());
  phases_.insert(phases_.end(), t.first_backward.begin(), t.first_backward.end());
  phases_.push_back(
      {"gradient norm", [&] { t.backend->end_step(t.network.pass(), t.parameters.arenas(), 0); }});
  phases_.push_back(
      {"optimizer", [&] { t.backend->update(t.network.pass(), t.parameters.arenas(), t.train_config); }});
}

void PhasedStep::begin(std::int64_t step) {
  ops::StepState state;
  state.step = step;
  trainer_.impl().network.set_state(state);
}

double products_alone(int threads, std::int64_t steps) {
  constexpr std::int64_t kBatch = 128;
  // As (out, in), padded as the model pads them. The first layer has no input gradient.
  const std::pair<std::int64_t, std::int64_t> layers[] = {{400, 784}, {48, 400}, {400, 24}, {784, 400}};
  std::vector<float> x(kBatch * 784, 0.5f), y(kBatch * 784, 0.25f), w(784 * 400, 0.125f), out(784 * 400);
  const auto gemm = [threads](const Gemm& call) { cpu::gemm(call, threads, Products::fastest); };
  std::vector<double> times;
  for (std::int64_t step = 0; step < steps; ++step) {
    const auto start = std::chrono::steady_clock::now();
    for (const auto& [m, k] : layers) {
      gemm({.m = kBatch,
            .n = m,
            .k = k,
            .a = {x.data(), k},
            .b = {w.data(), k},
            .layout_b = Layout::transposed,
            .c = {out.data(), m}});
      gemm({.m = m,
            .n = k,
            .k = kBatch,
            .a = {y.data(), m},
            .layout_a = Layout::transposed,
            .b = {x.data(), k},
            .c = {out.data(), k}});
      if (k == 784) continue;
      gemm({.m = kBatch, .n = k, .k = m, .a = {y.data(), m}, .b = {w.data(), k}, .c = {out.data(), k}});
    }
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  return times[times.size() / 2];
}

}  // namespace cuvae::bench
