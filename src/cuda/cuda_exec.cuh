// A GPU as an execution space of BackendOn. Calls are queued on one stream, or, while a step is recorded, on
// the stream that is captured; weight gradients go to a branch of it.
#pragma once

#include <functional>
#include <memory>
#include <new>
#include <string>

#include "kernels/cuda/map.cuh"
#include "kernels/cuda/step.cuh"
#include "kernels/cuda/weigh.cuh"
#include "src/backend/backend.hpp"
#include "src/backend/gemm.hpp"
#include "src/cuda/branches.hpp"
#include "src/cuda/context.hpp"
#include "src/cuda/gemm_plans.hpp"
#include "src/cuda/graph.hpp"
#include "src/cuda/loops.cuh"
#include "src/cuda/pinned_staging.hpp"
#include "src/cuda/reductions.hpp"

namespace cuvae::cuda {

class CudaExec {
 public:
  CudaExec(const Resources& resources, Precision precision)
      : context_(std::make_unique<Context>(resources)),
        library_(make_library(*context_)),
        plans_(std::make_unique<GemmPlans>(*library_)),
        branches_(std::make_unique<Branches>(*context_, overlap_on(*context_))),
        precision_(precision) {}

  [[nodiscard]] Device device() const { return Device::cuda(context_->device()); }
  [[nodiscard]] bool reads_host_memory() const { return false; }
  [[nodiscard]] std::int64_t steps_per_launch() const { return 16; }
  [[nodiscard]] ops::Element product_element() const {
    return precision_ == Precision::bf16 ? ops::Element::bf16 : ops::Element::f32;
  }
  [[nodiscard]] std::string product_plans() const { return plans_->text(); }
  void restore_product_plans(const std::string& plans) {
    const OnDevice guard(context_->device());
    plans_->restore(plans);
  }

  [[nodiscard]] std::int64_t available_memory() const {
    const OnDevice guard(context_->device());
    return context_->available_memory();
  }
  [[nodiscard]] std::byte* allocate(std::int64_t bytes) {
    const OnDevice guard(context_->device());
    const auto size = static_cast<std::size_t>(bytes > 0 ? bytes : 1);
    std::byte* memory = context_->memory().allocate(size);
    CUVAE_CUDA_CHECK(cudaMemsetAsync(memory, 0, size, context_->main()));
    return memory;
  }
  void release(std::byte* memory) noexcept {
    const OnDevice guard(context_->device(), std::nothrow);
    branches_->join(std::nothrow);
    context_->memory().release(memory);
  }

  // Wait, so that the host may use its side again.
  void upload(void* to, const void* from, std::int64_t bytes) {
    copy(to, from, bytes, cudaMemcpyHostToDevice);
  }
  void download(void* to, const void* from, std::int64_t bytes) {
    copy(to, from, bytes, cudaMemcpyDeviceToHost);
  }
  void synchronize() {
    const OnDevice guard(context_->device());
    branches_->join();
    CUVAE_CUDA_CHECK(cudaStreamSynchronize(context_->main()));
  }

  [[nodiscard]] std::unique_ptr<Staging> staging(std::int64_t bytes) {
    return make_pinned_staging(*context_, bytes);
  }
  [[nodiscard]] std::unique_ptr<Recording> record(const std::function<void()>& work) {
    const Branches::Capturing capturing(*branches_);
    return record_graph(*context_, work);
  }

  [[nodiscard]] std::int64_t scratch_bytes(std::int64_t size) const {
    const OnDevice guard(context_->device());
    return kSumBytes + static_cast<std::int64_t>(square_sum_scratch(size));
  }
  [[nodiscard]] std::int64_t first_non_finite(const float* values, std::int64_t size) {
    const OnDevice guard(context_->device());
    return cuda::first_non_finite(values, size, context_->memory(), context_->main());
  }

  void begin_pass(const ops::BeginPass& move, PassContext pass, const ops::RowOrder& order,
                  std::int64_t rows) {
    const OnDevice guard(context_->device());
    branches_->join();
    launch(begin_pass_kernel, 1, kBlockThreads, branches_->own(), move, pass.state, order, pass.row_ids,
           rows);
  }

  template <class Op>
  void row_map_reduce(const Op& op, const ops::RowIo<Op::kIn, Op::kOut>& io, PassContext pass,
                      const ops::NoiseSource& noise) {
    const OnDevice guard(context_->device());
    run_row_op(op, io, row_pass_of(pass, noise), branches_->own());
  }

  template <class Op>
  void row_sum(const Op& op, const ops::RowSumIo<Op::kIn, Op::kOut>& io, PassContext pass,
               const ops::NoiseSource& noise) {
    const OnDevice guard(context_->device());
    run_row_sum(op, io, row_pass_of(pass, noise), branches_->own());
  }

  template <class LogWeight>
  void weigh(const LogWeight& op, const ops::WeighIo& io, PassContext pass) {
    const OnDevice guard(context_->device());
    cuda::weigh(op, io, row_pass_of(pass, {}), branches_->own());
  }

  template <class Op>
  void group_map_reduce(const Op& op, const ops::RowIo<Op::kIn, 1>& io, std::int32_t categories,
                        PassContext pass) {
    const OnDevice guard(context_->device());
    run_group_op(op, io, categories, row_pass_of(pass, {}), branches_->own());
  }

  template <class Rule>
  void load_input(const Rule& rule, const RowSource& source, Backend::Gather gather, PassContext pass,
                  const ops::NoiseSource& noise, Matrix x, Matrix product_x) {
    const OnDevice guard(context_->device());
    run_load_input(rule, source, gather, pass, noise, x, product_x, branches_->own());
  }

  template <class Op>
  void map(const Op& op, const ops::MapIo<Op::kIn, Op::kOut>& io, const ops::StepState* state) {
    const OnDevice guard(context_->device());
    cuda::map(op, io, state, branches_->own());
  }

  void column_sum(Matrix matrix, float* sums, GradientMode mode, PassContext) {
    const OnDevice guard(context_->device());
    run_column_sum(matrix, sums, mode, branches_->own());
  }

  void add_losses(const Backend::RowLosses& losses, PassContext pass) {
    const OnDevice guard(context_->device());
    launch(add_losses_kernel, 1, kBlockThreads, branches_->own(),
           RowLosses{losses.nll, losses.kl, losses.objective, losses.rows, pass.samples, losses.extra,
                     losses.extras},
           pass.state);
  }

  void end_step(const float* values, std::int64_t size, std::byte* scratch, double clip_norm,
                ops::StepState* state) {
    const OnDevice guard(context_->device());
    branches_->join();
    auto* sum = reinterpret_cast<double*>(scratch);
    sum_of_squares(values, size, scratch + kSumBytes, sum, branches_->foreign());
    launch(end_step_kernel, 1, 32, branches_->own(), sum, clip_norm, state);
  }

  void broadcast(const float* value, float* values, std::int32_t cols) {
    const OnDevice guard(context_->device());
    launch(broadcast_kernel, 1, kBlockThreads, branches_->own(), value, values, cols);
  }
  void total(const float* values, std::int32_t cols, float* sum, GradientMode mode) {
    const OnDevice guard(context_->device());
    launch(total_kernel, 1, kBlockThreads, branches_->own(), values, cols, sum, sum_mode(mode));
  }

  [[nodiscard]] bool offers(const Gemm& product) {
    const OnDevice guard(context_->device());
    return plans_->offers(problem_of(product, precision_));
  }
  void gemm(const Gemm& product) {
    const OnDevice guard(context_->device());
    const Problem problem = problem_of(product, precision_);
    const Algorithm& algorithm = plans_->plan(problem);
    library_->multiply(product, problem, algorithm, branches_->workspace(), branches_->foreign());
  }

  template <class Work>
  void aside(const Work& work) {
    const OnDevice guard(context_->device());
    Branches::Aside branch(*branches_);
    work();
    branch.end();
  }
  void join_but_last() {
    const OnDevice guard(context_->device());
    branches_->join_but_last();
  }

 private:
  static constexpr std::int64_t kSumBytes = 256;  // the sum itself, before the scratch of its reduction

  [[nodiscard]] static RowPass row_pass_of(PassContext pass, const ops::NoiseSource& noise) {
    return {.state = pass.state,
            .row_ids = pass.row_ids,
            .noise = noise,
            .samples = pass.samples,
            .all_rows = pass.rows == PassContext::Rows::all};
  }

  // A handle of cuBLASLt belongs to the device that is current when it is made.
  [[nodiscard]] static std::unique_ptr<LtLibrary> make_library(const Context& context) {
    const OnDevice guard(context.device());
    return std::make_unique<LtLibrary>(context.properties().name, context.workspace_bytes());
  }

  // Kernels wait for the one before only in code for 9.0 and later, which a build for older GPUs does not
  // have.
  [[nodiscard]] static Overlap overlap_on(const Context& context) {
    const OnDevice guard(context.device());
    cudaFuncAttributes attributes{};
    CUVAE_CUDA_CHECK(cudaFuncGetAttributes(&attributes, begin_pass_kernel));
    return context.properties().major >= 9 && attributes.ptxVersion >= 90 ? Overlap::allowed : Overlap::none;
  }

  void copy(void* to, const void* from, std::int64_t bytes, cudaMemcpyKind kind) {
    const OnDevice guard(context_->device());
    branches_->join();
    CUVAE_CUDA_CHECK(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), kind, context_->main()));
    synchronize();
  }

  // Pointers, so that an exec can be moved into its backend and what refers to them stays right.
  std::unique_ptr<Context> context_;
  std::unique_ptr<LtLibrary> library_;
  std::unique_ptr<GemmPlans> plans_;
  std::unique_ptr<Branches> branches_;
  Precision precision_;
};

}  // namespace cuvae::cuda
