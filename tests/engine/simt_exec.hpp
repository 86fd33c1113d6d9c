// The CUDA engine on the host: its loops and kernels, run thread by thread (tests/simt), behind the same
// seam. What is missing is CUDA itself: streams, graphs, cuBLASLt.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "engine/host_gemm.hpp"
#include "kernels/cuda/map.cuh"
#include "kernels/cuda/step.cuh"
#include "src/backend/backend.hpp"
#include "src/cpu/memory.hpp"
#include "src/cpu/services.hpp"
#include "src/cuda/loops.cuh"

namespace cuvae::test {

struct SimtOptions {
  ops::Element products = ops::Element::f32;
  std::set<Epilogue> offers{};  // of the library that is not there
  std::int64_t steps_per_launch = 4;
  std::int64_t available_memory = std::int64_t{1} << 40;  // 0: no data is resident
};

class SimtExec {
 public:
  explicit SimtExec(const SimtOptions& options) : options_(options) {}

  [[nodiscard]] Device device() const { return Device::cpu(1); }
  [[nodiscard]] bool reads_host_memory() const { return false; }
  [[nodiscard]] std::int64_t available_memory() const { return options_.available_memory; }
  [[nodiscard]] std::int64_t steps_per_launch() const { return options_.steps_per_launch; }
  [[nodiscard]] ops::Element product_element() const { return options_.products; }
  [[nodiscard]] std::string product_plans() const { return {}; }
  void restore_product_plans(const std::string&) {}
  [[nodiscard]] std::byte* allocate(std::int64_t bytes) { return cpu::allocate_zeroed(bytes); }
  void release(std::byte* memory) noexcept { cpu::release_memory(memory); }
  void upload(void* to, const void* from, std::int64_t bytes) {
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
  }
  void download(void* to, const void* from, std::int64_t bytes) { upload(to, from, bytes); }
  void synchronize() {}
  [[nodiscard]] std::unique_ptr<Staging> staging(std::int64_t bytes) { return cpu::make_staging(bytes); }
  [[nodiscard]] std::unique_ptr<Recording> record(std::function<void()> work) {
    return cpu::make_recording(std::move(work));
  }
  [[nodiscard]] std::int64_t scratch_bytes(std::int64_t) const { return 8; }
  [[nodiscard]] std::int64_t first_non_finite(const float* values, std::int64_t size) {
    return cpu::first_non_finite(values, size);
  }

  void begin_pass(const ops::BeginPass& move, PassContext pass, const ops::RowOrder& order,
                  std::int64_t rows) {
    cuda::launch(cuda::begin_pass_kernel, 1, cuda::kBlockThreads, {}, move, pass.state, order, pass.row_ids,
                 rows);
  }
  void add_losses(const float* row_nll, const float* row_kl, std::int64_t rows, ops::StepState* state) {
    cuda::launch(cuda::add_losses_kernel, 1, cuda::kBlockThreads, {}, row_nll, row_kl, rows, state);
  }
  void end_step(const float* gradients, std::int64_t size, std::byte* scratch, double clip_norm,
                ops::StepState* state) {
    double& sum = *reinterpret_cast<double*>(scratch);
    sum = 0;
    for (std::int64_t i = 0; i < size; ++i)
      sum += static_cast<double>(gradients[i]) * static_cast<double>(gradients[i]);
    cuda::launch(cuda::end_step_kernel, 1, 32, {}, &sum, clip_norm, state);
  }

  template <class Op>
  void row_map_reduce(const Op& op, const ops::RowIo<Op::kIn, Op::kOut>& io, PassContext pass,
                      const ops::NoiseSource& noise) {
    cuda::run_row_op(op, io, {.state = pass.state, .row_ids = pass.row_ids, .noise = noise}, {});
  }
  template <class Rule>
  void load_input(const Rule& rule, const RowSource& source, Backend::Gather gather, PassContext pass,
                  const ops::NoiseSource& noise, Matrix x, Matrix product_x) {
    cuda::run_load_input(rule, source, gather, pass, noise, x, product_x, {});
  }
  template <class Op>
  void map(const Op& op, const ops::MapIo<Op::kIn, Op::kOut>& io, const ops::StepState* state) {
    cuda::map(op, io, state, {});
  }
  void column_sum(Matrix matrix, float* sums, GradientMode mode, PassContext) {
    cuda::run_column_sum(matrix, sums, mode, {});
  }
  void broadcast(const float* value, float* values, std::int32_t cols) {
    cuda::launch(cuda::broadcast_kernel, 1, cuda::kBlockThreads, {}, value, values, cols);
  }
  void total(const float* values, std::int32_t cols, float* sum, GradientMode mode) {
    cuda::launch(cuda::total_kernel, 1, cuda::kBlockThreads, {}, values, cols, sum, cuda::sum_mode(mode));
  }

  [[nodiscard]] bool offers(const Gemm& product) const {
    return product.epilogue == Epilogue::none || options_.offers.contains(product.epilogue);
  }
  void gemm(const Gemm& product) { host_gemm(product); }
  template <class Work>
  void aside(const Work& work) {
    work();
  }
  void join_but_last() {}

 private:
  SimtOptions options_;
};

}  // namespace cuvae::test
