#include "bench/kernels/cuda/cuda_machine.hpp"

#include <algorithm>
#include <bit>
#include <fstream>

#include "bench/kernels/cuda/cuda_loops.hpp"
#include "src/cuda/context.hpp"
#include "src/cuda/graph.hpp"

namespace cuvae::bench {
namespace {

using cuda::Event, cuda::OnDevice;

Event make_timer() {
  cudaEvent_t event = nullptr;
  CUVAE_CUDA_CHECK(cudaEventCreateWithFlags(&event, 0));
  return Event(event);
}

// "580.65.06" where the kernel module tells, else the CUDA release that it supports.
std::string driver_version() {
  std::ifstream file("/proc/driver/nvidia/version");
  std::string line;
  std::getline(file, line);
  for (std::size_t at = 0; at + 1 < line.size(); ++at) {
    if (line[at] != ' ' || line[at + 1] < '0' || line[at + 1] > '9') continue;
    const std::string word = line.substr(at + 1, line.find(' ', at + 1) - at - 1);
    if (word.find('.') != std::string::npos) return word;
  }
  int version = 0;
  CUVAE_CUDA_CHECK(cudaDriverGetVersion(&version));
  return "of CUDA " + std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

class CudaMachine final : public Machine {
 public:
  CudaMachine(int device, Precision precision)
      : device_(device),
        context_(cuda::Resources{.device = device}),
        backend_(cuvae::make_backend(cuda::Resources{.device = device, .stream = context_.main()},
                                     {.precision = precision})),
        current_(context_.main()) {
    const OnDevice guard(device_);
    start_ = make_timer();
    stop_ = make_timer();
  }

  Facts facts() const override {
    const cudaDeviceProp& gpu = context_.properties();
    const std::int64_t cache = gpu.l2CacheSize;
    return {.device = to_string(Device::cuda(device_)),
            .name = gpu.name,
            .driver = driver_version(),
            .cache_bytes = cache,
            .cold_bytes = 4 * cache,
            .ceiling_bytes = 80 * cache,  // 4 GB of 50 MB
            .product_size = static_cast<std::int32_t>(
                std::bit_floor(static_cast<unsigned>(std::min(64 * gpu.multiProcessorCount, 8192)))),
            .seconds_per_sample = 1e-3};
  }
  Backend& backend() override { return *backend_; }

  // Behind a kernel that keeps the device busy until all is queued, so that the host's launches are not
  // timed.
  double seconds(Recording& work) override {
    const OnDevice guard(device_);
    backend_->synchronize();
    cuda_loops::wait(kCyclesToQueue, context_.main());
    CUVAE_CUDA_CHECK(cudaEventRecord(start_.get(), context_.main()));
    work.replay();
    CUVAE_CUDA_CHECK(cudaEventRecord(stop_.get(), context_.main()));
    return elapsed();
  }

  double clock() override {
    const OnDevice guard(device_);
    constexpr std::int64_t kCycles = 2'000'000;
    backend_->synchronize();
    CUVAE_CUDA_CHECK(cudaEventRecord(start_.get(), context_.main()));
    cuda_loops::wait(kCycles, context_.main());
    CUVAE_CUDA_CHECK(cudaEventRecord(stop_.get(), context_.main()));
    return static_cast<double>(kCycles) / elapsed();
  }

  std::unique_ptr<Recording> record_loops(const std::function<void()>& work) override {
    const OnDevice guard(device_);
    const Capturing capturing{*this};
    return cuda::record_graph(context_, work);
  }
  void copy(CopyBy way, void* to, const void* from, std::int64_t bytes) override {
    const OnDevice guard(device_);
    if (way != CopyBy::system)
      return cuda_loops::copy(static_cast<float*>(to), static_cast<const float*>(from), bytes / 4, current_);
    CUVAE_CUDA_CHECK(
        cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice, current_));
  }
  void read(const void* from, std::int64_t bytes, float* sink) override {
    const OnDevice guard(device_);
    cuda_loops::read(static_cast<const float*>(from), bytes / 4, sink, current_);
  }
  void fill(void* to, std::int64_t bytes) override {
    const OnDevice guard(device_);
    cuda_loops::fill(static_cast<float*>(to), bytes / 4, current_);
  }
  void step(const Step& step, Matrix a, Matrix b, Matrix out, PassContext pass) override {
    const OnDevice guard(device_);
    cuda_loops::step(step, a, b, out, pass, current_);
  }
  void row_sum(Matrix values, float* sums) override {
    const OnDevice guard(device_);
    cuda_loops::row_sum(values, sums, current_);
  }
  void gather(const RowSource& source, Matrix out, PassContext pass) override {
    const OnDevice guard(device_);
    cuda_loops::gather(source, out, pass, current_);
  }
  void nothing() override {
    const OnDevice guard(device_);
    cuda_loops::nothing(current_);
  }
  std::int64_t multiply_adds(float* sink) override {
    const OnDevice guard(device_);
    return cuda_loops::multiply_adds(sink, context_.properties().multiProcessorCount, current_);
  }
  std::int64_t exponentials(float* sink) override {
    const OnDevice guard(device_);
    return cuda_loops::exponentials(sink, context_.properties().multiProcessorCount, current_);
  }
  std::int64_t divisions(float* sink) override {
    const OnDevice guard(device_);
    return cuda_loops::divisions(sink, context_.properties().multiProcessorCount, current_);
  }

 private:
  static constexpr std::int64_t kCyclesToQueue = 100'000;  // some 55 us

  struct Capturing {
    CudaMachine& machine;
    explicit Capturing(CudaMachine& of) : machine(of) { machine.current_ = machine.context_.capture(); }
    ~Capturing() { machine.current_ = machine.context_.main(); }
    Capturing(const Capturing&) = delete;
    Capturing& operator=(const Capturing&) = delete;
  };

  double elapsed() {
    CUVAE_CUDA_CHECK(cudaEventSynchronize(stop_.get()));
    float milliseconds = 0;
    CUVAE_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, start_.get(), stop_.get()));
    return static_cast<double>(milliseconds) * 1e-3;
  }

  int device_;
  cuda::Context context_;  // its stream is the backend's too
  std::unique_ptr<Backend> backend_;
  cudaStream_t current_;
  Event start_, stop_;
};

}  // namespace

std::unique_ptr<Machine> make_cuda_machine(int device, Precision precision) {
  return std::make_unique<CudaMachine>(device, precision);
}

}  // namespace cuvae::bench
