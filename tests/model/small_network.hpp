// A network on the CPU with random weights over a few random rows, small enough for finite differences.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/reference_model.hpp"
#include "src/model/layout.hpp"
#include "src/model/network.hpp"
#include "src/model/parameters.hpp"

namespace cuvae::test {

class SmallNetwork {
 public:
  static constexpr std::int64_t kDataRows = 24;
  static constexpr std::int64_t kStep = 17;  // of the noise

  // `pass_rows`: the most rows of a pass.
  SmallNetwork(const ModelConfig& config, std::int64_t pass_rows, const TrainConfig& train);
  SmallNetwork(const ModelConfig& config, std::int64_t pass_rows, Objective objective = Objective::elbo,
               std::int32_t samples = 1);

  // Forward and backward over data rows row(first) .. row(first + active - 1), as part of a batch of `batch`
  // rows.
  struct Pass {
    std::int64_t first = 0, active = 0, batch = 0;
    double kl_weight = 1.0;
    GradientMode mode = GradientMode::overwrite;
  };
  void run(const Pass& pass);

  // What the last pass reports, the mean over its rows.
  [[nodiscard]] double reported_objective();

  // The data-set row at a position: neither contiguous nor in order.
  [[nodiscard]] static std::int64_t row(std::int64_t position) { return (5 * position + 3) % kDataRows; }

  [[nodiscard]] const model::Layout& layout() const { return layout_; }
  [[nodiscard]] std::vector<float> gradient_arena() const {
    return parameters_.download(parameters_.arenas().gradients);
  }
  [[nodiscard]] std::vector<Parameter> weights() const;
  void set_weights(const std::vector<Parameter>& weights);
  [[nodiscard]] model::Network& network() { return network_; }

  // The same objective in double, the mean over positions 0 .. rows - 1, as a function of tensors whose
  // gradient is the network's where tensors is `held`: what a gradient holds still is that of `held`.
  struct Wanted {
    std::int64_t rows = 0;
    double kl_weight = 1.0;
    enum class Of { encoder, decoder } of = Of::decoder;  // whose gradient; it matters to dreg alone
  };
  [[nodiscard]] double objective(const Tensors& tensors, const Tensors& held, const Wanted& wanted) const;
  [[nodiscard]] RowLoss row_loss(const Tensors& tensors, std::int64_t position,
                                 std::uint32_t sample = 0) const;
  // Of every sample, with q's density that of `held`.
  [[nodiscard]] std::vector<RowLoss> draws(const Tensors& tensors, const Tensors& held,
                                           std::int64_t position) const;

 private:
  [[nodiscard]] std::vector<double> data_row(std::int64_t position) const;
  // Of rows with the label of that one.
  [[nodiscard]] ReferenceModel model_at(const Tensors& tensors, std::int64_t position) const;
  [[nodiscard]] double row_objective(const Tensors& tensors, const Tensors& held, const Wanted& wanted,
                                     std::int64_t position) const;
  // Of the rows as one batch, besides their own.
  [[nodiscard]] double batch_objective(const Tensors& tensors, const Wanted& wanted) const;

  ModelConfig config_;
  TrainConfig train_;
  model::Sampling sampling_;
  std::unique_ptr<Backend> backend_;
  model::Layout layout_;
  model::Parameters parameters_;
  model::Network network_;
  std::vector<float> data_, labels_;
};

}  // namespace cuvae::test
