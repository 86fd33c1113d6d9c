// The CPU as an execution space of BackendOn: memory is host memory, every call is done when it returns.
// Included only by cpu_backend.cpp (see pack.hpp).
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "kernels/ops/binarize.hpp"
#include "src/cpu/gemm.hpp"
#include "src/cpu/group_loop.hpp"
#include "src/cpu/loops.hpp"
#include "src/cpu/memory.hpp"
#include "src/cpu/services.hpp"
#include "src/cpu/sums.hpp"

namespace cuvae::cpu::CUVAE_CPU_TARGET {

class CpuExec {
 public:
  CpuExec(Device device, Products products) : device_(device), products_(products) {}

  [[nodiscard]] Device device() const { return device_; }
  [[nodiscard]] std::byte* allocate(std::int64_t bytes) { return allocate_zeroed(bytes); }
  void release(std::byte* memory) noexcept { release_memory(memory); }
  void upload(void* to, const void* from, std::int64_t bytes) {
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
  }
  void download(void* to, const void* from, std::int64_t bytes) { upload(to, from, bytes); }
  void synchronize() {}
  [[nodiscard]] bool reads_host_memory() const { return true; }
  [[nodiscard]] std::int64_t available_memory() const { return cpu::available_memory(); }
  [[nodiscard]] std::unique_ptr<Staging> staging(std::int64_t bytes) { return make_staging(bytes); }
  [[nodiscard]] std::unique_ptr<Recording> record(std::function<void()> work) {
    return make_recording(std::move(work));
  }
  [[nodiscard]] std::int64_t steps_per_launch() const { return 1; }
  [[nodiscard]] ops::Element product_element() const { return ops::Element::f32; }
  [[nodiscard]] std::string product_plans() const { return {}; }
  void restore_product_plans(const std::string&) {}  // there is no choice
  [[nodiscard]] std::int64_t scratch_bytes(std::int64_t size) const {
    return (size / kElementsPerPiece + 1) * static_cast<std::int64_t>(sizeof(double));
  }
  [[nodiscard]] std::int64_t first_non_finite(const float* values, std::int64_t size) const {
    return cpu::first_non_finite(values, size);
  }

  template <class Op>
  void row_map_reduce(const Op& op, const ops::RowIo<Op::kIn, Op::kOut>& io, PassContext pass,
                      const ops::NoiseSource& noise) {
    CUVAE_CPU_TARGET::row_map_reduce(op, io, pass, noise, device_.threads);
  }

  template <class Op>
  void row_sum(const Op& op, const ops::RowSumIo<Op::kIn, Op::kOut>& io, PassContext pass,
               const ops::NoiseSource& noise) {
    CUVAE_CPU_TARGET::row_sum(op, io, pass, noise, device_.threads);
  }

  template <class LogWeight>
  void weigh(const LogWeight& op, const ops::WeighIo& io, PassContext pass) {
    CUVAE_CPU_TARGET::weigh(op, io, pass);
  }

  template <class Op>
  void group_map_reduce(const Op& op, const ops::RowIo<Op::kIn, 1>& io, std::int32_t categories,
                        PassContext pass) {
    CUVAE_CPU_TARGET::group_map_reduce(op, io, categories, pass, device_.threads);
  }

  template <class Op>
  void map(const Op& op, const ops::MapIo<Op::kIn, Op::kOut>& io, const ops::StepState* state) {
    const ops::StepState none;
    if (state == nullptr || state->finite != 0)
      CUVAE_CPU_TARGET::map(op, io, state == nullptr ? none : *state, device_.threads);
  }

  void column_sum(Matrix matrix, float* sums, GradientMode mode, PassContext) {
    CUVAE_CPU_TARGET::column_sum(matrix, sums, mode, device_.threads);
  }

  void add_losses(const Backend::RowLosses& losses, PassContext pass) {
    const auto total_of = [](const float* values, std::int64_t count) {
      double sum = 0;
      for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]);
      return sum;
    };
    const std::int64_t all = losses.rows * pass.samples;
    const double nll = total_of(losses.nll, all) / pass.samples, kl = total_of(losses.kl, all) / pass.samples;
    const double objective = losses.objective == nullptr ? ops::negative_elbo(*pass.state, nll, kl)
                                                         : total_of(losses.objective, losses.rows);
    const double extra = losses.extra == nullptr ? 0.0 : total_of(losses.extra, losses.extras);
    ops::AddLosses{nll, kl, objective + extra}(*pass.state);
  }

  void end_step(const float* values, std::int64_t size, std::byte* scratch, double clip_norm,
                ops::StepState* state) {
    const double sum = sum_of_squares(values, size, reinterpret_cast<double*>(scratch), device_.threads);
    ops::EndStep{sum, clip_norm}(*state);
  }

  void broadcast(const float* value, float* values, std::int32_t cols) {
    for (std::int32_t col = 0; col < cols; ++col) values[col] = *value;
  }

  void total(const float* values, std::int32_t cols, float* sum, GradientMode mode) {
    double all = mode == GradientMode::accumulate ? static_cast<double>(*sum) : 0.0;
    for (std::int32_t col = 0; col < cols; ++col) all += static_cast<double>(values[col]);
    *sum = static_cast<float>(all);
  }

  [[nodiscard]] static constexpr bool offers(const Gemm&) { return false; }
  void gemm(const Gemm& product) { cpu::gemm(product, device_.threads, products_); }
  template <class Work>
  void aside(const Work& work) {
    work();
  }
  void join_but_last() {}

  void begin_pass(const ops::BeginPass& move, PassContext pass, const ops::RowOrder& order,
                  std::int64_t rows) {
    ops::StepState& state = *pass.state;
    move(state);
    for (std::int64_t row = 0; row < rows; ++row) {
      pass.row_ids[row] =
          row < state.pass.active_rows ? order.row(state.pass.first_position + row, state.epoch) : 0;
    }
  }

  template <class Rule>
  void load_input(const Rule& rule, const RowSource& source, Backend::Gather gather, PassContext pass,
                  const ops::NoiseSource& noise, Matrix x, Matrix) {
    const std::int64_t active = pass.state->pass.active_rows;
    for_each_row(x.rows, x.cols, device_.threads, [&](std::int64_t row) {
      const std::int64_t from = gather == Backend::Gather::by_row_id ? pass.row_ids[row] : row;
      gather_row(source, from, row < active ? x.cols : 0, x.floats() + row * x.ld, ops::padded(x.cols));
    });
    if constexpr (!std::is_same_v<Rule, ops::KeepValue>) {
      row_map_reduce(rule,
                     ops::RowIo<1, 1>{{x.in()}, {x.out()}, nullptr, x.rows, x.cols, ops::padded(x.cols)},
                     pass, noise);
    }
  }

 private:
  // `cols` values, then zeros up to `width`.
  static void gather_row(const RowSource& source, std::int64_t from, std::int32_t cols, float* to,
                         std::int32_t width) {
    std::int32_t col = 0;
    if (source.element == ops::Element::u8) {
      const auto* values = static_cast<const std::uint8_t*>(source.values) + from * source.ld;
      for (; col < cols; ++col) to[col] = static_cast<float>(values[col]) * source.scale;
    } else {
      const auto* values = static_cast<const float*>(source.values) + from * source.ld;
      for (; col < cols; ++col) to[col] = values[col] * source.scale;
    }
    for (; col < width; ++col) to[col] = 0.0f;
  }

  Device device_;
  Products products_;
};

}  // namespace cuvae::cpu::CUVAE_CPU_TARGET
