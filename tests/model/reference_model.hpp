// A VAE in plain double precision, written from the formulas of Kingma & Welling (2014) alone: no padding, no
// arena, no batches, none of the engine's code. What the engine computes is held against it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cuvae/config.hpp"
#include "cuvae/vae.hpp"
#include "kernels/ops/noise.hpp"

namespace cuvae::test {

using Tensors = std::map<std::string, std::vector<double>>;  // weights row-major [out, in]

[[nodiscard]] Tensors as_doubles(const std::vector<Parameter>& parameters);

struct Code {
  std::vector<double> mean, log_var;  // log_var after its soft bound
};

// Of z, and of z2 where there is a second stochastic layer.
struct Epsilon {
  std::vector<double> z, top{};
};

// In nats of one row.
struct RowLoss {
  double nll = 0, kl = 0;
};

class ReferenceModel {
 public:
  // Of rows with this label, for a conditional model.
  ReferenceModel(const ModelConfig& config, const Tensors& tensors, std::vector<double> label = {})
      : config_(config), tensors_(tensors), label_(std::move(label)) {}

  [[nodiscard]] Code encode(std::span<const double> x) const;
  // Logits or locations.
  [[nodiscard]] std::vector<double> decode(std::span<const double> z) const;
  [[nodiscard]] std::vector<double> draw(std::span<const double> x, std::span<const double> eps) const;  // z
  // Of a learned prior, one of its components; of a second stochastic layer, q(z2|z) and p(z|z2).
  [[nodiscard]] Code component(std::size_t number) const;
  [[nodiscard]] Code above(std::span<const double> z) const;
  [[nodiscard]] Code below(std::span<const double> z2) const;
  // The mean of p(x|z), of what decode gave.
  [[nodiscard]] std::vector<double> mean(std::span<const double> output) const;
  // With one draw of z = mean + exp(log_var / 2) eps.
  [[nodiscard]] RowLoss loss(std::span<const double> x, std::span<const double> eps) const;
  // The same with the KL of the draw alone, log q(z|x) - log p(z), where q is the density of `code`: this
  // model's own, or that of another.
  [[nodiscard]] RowLoss loss_of_draw(std::span<const double> x, const Epsilon& eps, const Code& code) const;

 private:
  using Values = std::vector<double>;

  [[nodiscard]] Values dense(const std::string& name, std::span<const double> x) const;
  [[nodiscard]] Values hidden(const std::string& side, std::size_t layers, std::span<const double> x) const;
  [[nodiscard]] Code head(const std::string& name, std::span<const double> h) const;
  [[nodiscard]] double log_prior(std::span<const double> z) const;
  // log q(z2|z) - log p(z2) - log p(z|z2)
  [[nodiscard]] double kl_of_top(std::span<const double> z, std::span<const double> eps) const;
  [[nodiscard]] double output_log_var(std::size_t column) const;
  [[nodiscard]] double nll(std::span<const double> output, std::span<const double> x) const;

  const ModelConfig& config_;
  const Tensors& tensors_;
  std::vector<double> label_;
};

// The noise contract's normals for one row, in double.
[[nodiscard]] std::vector<double> normals(const ops::NoiseSource& source, std::uint32_t step,
                                          std::int64_t row, std::int32_t count);

}  // namespace cuvae::test
