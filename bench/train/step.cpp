// Time of one training step of the reference job (784-400-20-400-784 ReLU, Bernoulli, Adam, batch 128), of
// its matrix products alone, and of each phase: bench_step DATA [STEPS] [THREADS].
//
// Prints one JSON object; every figure is a median over steps, in milliseconds.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "cuvae/cuvae.hpp"
#include "src/cpu/cpu.hpp"
#include "src/cpu/gemm.hpp"
#include "src/train/feed.hpp"
#include "src/train/schedule.hpp"
#include "src/train/trainer_impl.hpp"

namespace {

using namespace cuvae;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBatch = 128;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0.0 : values[values.size() / 2];
}

// The products of one step: forward, weight gradient, input gradient of each layer (the first has no input
// gradient). Layers as (out, in), padded as the model pads them.
double products_alone(int threads, std::int64_t steps) {
  const std::pair<std::int64_t, std::int64_t> layers[] = {{400, 784}, {48, 400}, {400, 24}, {784, 400}};
  std::vector<float> x(kBatch * 784, 0.5f), y(kBatch * 784, 0.25f), w(784 * 400, 0.125f), out(784 * 400);
  std::vector<double> times;
  for (std::int64_t step = 0; step < steps; ++step) {
    const auto start = Clock::now();
    for (const auto& [m, k] : layers) {
      cpu::gemm({.m = kBatch,
                 .n = m,
                 .k = k,
                 .a = {x.data(), k},
                 .b = {w.data(), k},
                 .layout_b = Layout::transposed,
                 .c = {out.data(), m}},
                threads, Products::fastest);
      cpu::gemm({.m = m,
                 .n = k,
                 .k = kBatch,
                 .a = {y.data(), m},
                 .layout_a = Layout::transposed,
                 .b = {x.data(), k},
                 .c = {out.data(), k}},
                threads, Products::fastest);
      if (k == 784) continue;
      cpu::gemm({.m = kBatch, .n = k, .k = m, .a = {y.data(), m}, .b = {w.data(), k}, .c = {out.data(), k}},
                threads, Products::fastest);
    }
    times.push_back(milliseconds_since(start));
  }
  return median(times);
}

TrainConfig reference_training() {
  TrainConfig config;
  config.epochs = 1000;
  return config;
}

double whole_step(const ModelConfig& model, const Dataset& data, int threads, std::int64_t steps) {
  Trainer trainer(model, reference_training(), Device::cpu(threads));
  std::vector<double> times;
  auto last = Clock::now();
  trainer.fit(data, [&](const Progress& progress) {
    if (progress.event == Progress::Event::step && progress.step > 20)
      times.push_back(milliseconds_since(last));
    last = Clock::now();
    return static_cast<std::int64_t>(times.size()) < steps ? Control::proceed : Control::stop;
  });
  return median(times);
}

std::vector<std::pair<std::string, double>> phases(const ModelConfig& model, const Dataset& data, int threads,
                                                   std::int64_t steps) {
  Trainer trainer(model, reference_training(), Device::cpu(threads));
  Trainer::Impl& t = trainer.impl();
  const train::Feed feed(*t.backend, data, t.pass_rows, t.pass_rows);
  if (!feed.is_resident()) throw Error(Errc::invalid_argument, "bench_step: needs data of u8 or native f32");
  feed.connect(t.network, 0, 0);
  const ops::PassPlan plan = train::Schedule(t.train_config, data.rows()).step(0, 0).front();
  const ops::RowOrder order{0, data.rows(), 0, data.rows(), ops::RowOrder::Visit::shuffled};
  std::vector<model::Phase> all{{"begin the pass, pick rows", [&] {
                                   t.backend->begin_pass(t.network.pass(), &plan, order, t.pass_rows);
                                 }}};
  all.insert(all.end(), t.forward.begin(), t.forward.end());
  all.insert(all.end(), t.first_backward.begin(), t.first_backward.end());
  all.push_back({"gradient norm", [&] { t.backend->end_step(t.network.pass(), t.parameters.arenas(), 0); }});
  all.push_back(
      {"optimizer", [&] { t.backend->update(t.network.pass(), t.parameters.arenas(), t.train_config); }});
  std::vector<std::vector<double>> times(all.size());
  for (std::int64_t step = 0; step < steps; ++step) {
    ops::StepState state;
    state.step = step;
    t.network.set_state(state);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto start = Clock::now();
      all[i].run();
      times[i].push_back(milliseconds_since(start));
    }
  }
  std::vector<std::pair<std::string, double>> medians;
  for (std::size_t i = 0; i < all.size(); ++i) medians.emplace_back(all[i].name, median(times[i]));
  return medians;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string spec = argc > 1 ? argv[1] : "builtin:shapes";
  const std::int64_t steps = argc > 2 ? std::atoll(argv[2]) : 400;
  const int threads = argc > 3 ? std::atoi(argv[3]) : 1;
  const Dataset data = Dataset::open(spec);
  ModelConfig model;
  model.data_dim = data.cols();
  const double step = whole_step(model, data, threads, steps);
  const double products = products_alone(threads, steps);
  std::cout << "{\"threads\": " << threads << ", \"steps\": " << steps << ", \"ms_per_step\": " << step
            << ", \"ms_products_alone\": " << products << ", \"ms_target\": " << 1.25 * (products + 0.6)
            << ",\n \"phases\": {";
  const char* separator = "";
  for (const auto& [name, time] : phases(model, data, threads, steps)) {
    std::cout << separator << "\n  \"" << name << "\": " << time;
    separator = ",";
  }
  std::cout << "}}\n";
}
