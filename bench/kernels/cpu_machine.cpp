#include "bench/kernels/cpu_machine.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "bench/kernels/cpu_loops.hpp"
#include "src/cpu/cpu.hpp"

namespace cuvae::cpu {
namespace baseline {
bench::CpuLoops bench_loops();
}
namespace avx2 {
bench::CpuLoops bench_loops();
}
}  // namespace cuvae::cpu

namespace cuvae::bench {
namespace {

using Clock = std::chrono::steady_clock;

CpuLoops best_loops() {
#ifdef CUVAE_HAS_AVX2
  if (cpu::usable_targets().front() == cpu::Target::avx2) return cpu::avx2::bench_loops();
#endif
  return cpu::baseline::bench_loops();
}

double seconds_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Loops final : public Recording {
 public:
  explicit Loops(std::function<void()> work) : work_(std::move(work)) {}
  void replay() override { work_(); }

 private:
  std::function<void()> work_;
};

class CpuMachine final : public Machine {
 public:
  explicit CpuMachine(const Device& device)
      : backend_(make_backend(device)), threads_(backend_->device().threads), loops_(best_loops()) {}

  Facts facts() const override {
    // A virtual machine is often told of a cache that many share.
    constexpr std::int64_t kMostCold = std::int64_t{256} << 20, kUsualCache = std::int64_t{32} << 20;
    const std::int64_t reported = sysconf(_SC_LEVEL3_CACHE_SIZE);
    const std::int64_t cache = reported > 0 ? std::min<std::int64_t>(reported, kUsualCache) : kUsualCache;
    return {.device = "cpu",
            .name = cpu::describe().name + ", " + std::to_string(threads_) +
                    (threads_ == 1 ? " thread" : " threads"),
            .driver = "",
            .cache_bytes = cache,
            .cold_bytes = std::min<std::int64_t>(4 * std::max<std::int64_t>(reported, cache), kMostCold),
            .ceiling_bytes = kMostCold / 2,
            .product_size = 1024,
            .seconds_per_sample = 1e-3};
  }
  Backend& backend() override { return *backend_; }
  double seconds(Recording& work) override {
    return seconds_of([&] { work.replay(); });
  }

  double clock() override {
    constexpr std::int64_t kCycles = 400'000;
    double best = 1e9;
    for (int i = 0; i < 7; ++i) best = std::min(best, seconds_of([] { chain(kCycles); }));
    return static_cast<double>(kCycles) / best;
  }

  std::unique_ptr<Recording> record_loops(const std::function<void()>& work) override {
    return std::make_unique<Loops>(work);
  }
  void copy(CopyBy way, void* to, const void* from, std::int64_t bytes) override {
    auto* target = static_cast<float*>(to);
    const auto* source = static_cast<const float*>(from);
    switch (way) {
      case CopyBy::loop:
        return loops_.copy(target, source, bytes / 4, threads_);
      case CopyBy::past_caches:
        return loops_.copy_past_caches(target, source, bytes / 4, threads_);
      case CopyBy::system:
        std::memcpy(to, from, static_cast<std::size_t>(bytes));  // on one thread
    }
  }
  void read(const void* from, std::int64_t bytes, float* sink) override {
    loops_.read(static_cast<const float*>(from), bytes / 4, sink, threads_);
  }
  void fill(void* to, std::int64_t bytes) override {
    loops_.fill(static_cast<float*>(to), bytes / 4, threads_);
  }
  void step(const Step& step, Matrix a, Matrix b, Matrix out, PassContext pass) override {
    loops_.step(step, a, b, out, pass, threads_);
  }
  void row_sum(Matrix values, float* sums) override { loops_.row_sum(values, sums, threads_); }
  void gather(const RowSource& source, Matrix out, PassContext pass) override {
    RowSource unscaled = source;
    unscaled.scale = 1;
    backend_->load_input(pass, unscaled, Backend::Gather::by_row_id, Binarize::none, {}, out, {});
  }
  void nothing() override {}
  std::int64_t multiply_adds(float* sink) override { return loops_.multiply_adds(sink, threads_); }
  std::int64_t exponentials(float* sink) override { return loops_.exponentials(sink, threads_); }
  std::int64_t divisions(float* sink) override { return loops_.divisions(sink, threads_); }

 private:
  // Additions, each waiting for the one before: a cycle each on every processor since decades.
  static void chain(std::int64_t cycles) {
    std::int64_t value = 1;
    for (std::int64_t i = 0; i < cycles; i += 8) {
      for (int k = 0; k < 8; ++k) {
        value += i;
        asm volatile("" : "+r"(value));
      }
    }
  }

  std::unique_ptr<Backend> backend_;
  int threads_;
  CpuLoops loops_;
};

}  // namespace

std::unique_ptr<Machine> make_cpu_machine(const Device& device) {
  return std::make_unique<CpuMachine>(device);
}

}  // namespace cuvae::bench
