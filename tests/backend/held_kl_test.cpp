// A KL that is held, and the gradient that its gates let through, against plain loops in double.
#include <algorithm>

#include "backend/batch.hpp"
#include "backend/on_each_machine.hpp"

namespace cuvae::test {
namespace {

class HeldKl : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, HeldKl, testing::ValuesIn(machines()), machine_name);

// The KL of each element, and of each dimension in the mean over the batch.
struct Kl {
  std::vector<Expected> elements, sums;
  std::vector<double> means;
  double total = 0;
};

Kl kl_of(const Batch& batch, const Values& mean, const Values& log_var) {
  Kl kl{{}, std::vector<Expected>(batch.cols), std::vector<double>(batch.cols)};
  for (std::size_t row = 0; row < batch.rows; ++row) {
    for (std::size_t d = 0; d < batch.cols; ++d) {
      const std::size_t i = row * batch.cols + d;
      const double m = wide(mean[i]), v = ops::soft_bound(wide(log_var[i])).value;
      Expected element;
      if (row < batch.active)
        element = {0.5 * (m * m + std::exp(v) - 1 - v), (1 + std::abs(v)) * (m * m + std::exp(v) + 1)};
      kl.elements.push_back(element);
      kl.sums[d] += element;
    }
  }
  for (std::size_t d = 0; d < batch.cols; ++d) {
    kl.means[d] = batch.active == 0 ? 0 : kl.sums[d].value / static_cast<double>(batch.active);
    kl.total += kl.means[d];
  }
  return kl;
}

// Between two dimensions, so that one is held and another is not.
double least_between(std::vector<double> means) {
  std::ranges::sort(means);
  const std::size_t middle = means.size() / 2;
  return means.size() == 1 ? means[0] / 2 : (means[middle - 1] + means[middle]) / 2;
}

struct Held {
  const char* name;
  KlHold hold;
  double capacity;
};

std::vector<Held> holds(const Kl& kl) {
  using Form = KlHold::Form;
  const auto least = [](double value) { return static_cast<float>(value); };
  return {{"each dimension", {Form::dimensions, least(least_between(kl.means))}, 0},
          {"each dimension, far below", {Form::dimensions, least(1000)}, 0},
          {"total above", {Form::total, least(kl.total / 2)}, 0},
          {"total below", {Form::total, least(kl.total * 2)}, 0},
          {"capacity above", {Form::capacity, 0}, kl.total * 2},
          {"capacity below", {Form::capacity, 0}, kl.total / 2}};
}

TEST_P(HeldKl, IsThatOfEachDimensionOrOfAll) {
  const auto on = backend();
  for (const Shape& shape : kBatches) {
    if (shape.active_rows == 0) continue;  // there is no mean to hold
    Batch drawing(*on, shape);
    const Values mean = drawing.draw(kValue), log_var = drawing.draw(kLogVarNear);
    const Kl kl = kl_of(drawing, mean, log_var);
    for (const Held& held : holds(kl)) {
      SCOPED_TRACE(name_of(shape) + ", " + held.name);
      ops::StepState state = Batch::state(shape);
      state.pass.kl_capacity = static_cast<float>(held.capacity);
      const Pass pass(*on, state, some_row_ids(shape.rows));
      const Tensor mean_in = drawing.matrix(mean), log_var_in = drawing.matrix(log_var);
      const Tensor elements = drawing.matrix(), sums = drawing.vector(drawing.cols),
                   total = drawing.vector(1), gates = drawing.vector(Values(drawing.cols, -7.0f)),
                   extra = drawing.vector(1);
      on->hold_kl(pass.context(), held.hold, mean_in.matrix(), log_var_in.matrix(),
                  {elements.matrix(), sums.data(), total.data(), gates.data(), extra.data()});
      expect_all_close(elements.values(), kl.elements, "element");
      expect_all_close(sums.values(), kl.sums, "sum");
      std::vector<double> wanted_gates(drawing.cols);
      double wanted_total = 0;
      for (std::size_t d = 0; d < drawing.cols; ++d) {
        const double least = wide(held.hold.least);
        if (held.hold.form == KlHold::Form::dimensions) {
          wanted_gates[d] = kl.means[d] > least ? 1 : 0;
          wanted_total += std::max(kl.means[d], least);
        } else if (held.hold.form == KlHold::Form::total) {
          wanted_gates[d] = kl.total > least ? 1 : 0;
          wanted_total = std::max(kl.total, least);
        } else {
          wanted_gates[d] = kl.total > held.capacity ? 1 : -1;
          wanted_total = std::abs(kl.total - held.capacity);
        }
      }
      const Values computed = gates.values();
      for (std::size_t d = 0; d < drawing.cols; ++d) EXPECT_EQ(wide(computed[d]), wanted_gates[d]) << d;
      const double rows = static_cast<double>(drawing.active),
                   wanted_extra = rows * drawing.kl_weight() * (wanted_total - kl.total);
      EXPECT_NEAR(wide(extra.values()[0]), wanted_extra,
                  1e-5 * rows * (1 + kl.total + std::abs(wanted_total)));
      expect_clean(elements);
      expect_clean(gates);
      EXPECT_TRUE(sums.surroundings_are_untouched() && total.surroundings_are_untouched());
      EXPECT_TRUE(extra.surroundings_are_untouched());
    }
  }
}

// Gates of a held KL scale its gradient alone, not that of the rest; of one sample and of several.
TEST_P(HeldKl, LetsItsGradientThroughItsGates) {
  const auto on = backend();
  for (const Shape& shape : kBatches) {
    for (const std::int32_t samples : {1, 3, 40}) {
      if (samples == 40 && shape.rows > 12) continue;
      SCOPED_TRACE(name_of(shape) + ", " + std::to_string(samples) + " samples");
      const auto k = static_cast<std::size_t>(samples);
      Batch batch(*on, shape);
      const Values mean = batch.draw(kValue), log_var = batch.draw(kLogVarNear),
                   d_z = batch.draw(kGradient, k);
      Values gates;
      for (std::size_t d = 0; d < batch.cols; ++d) gates.push_back(static_cast<float>(d % 3) - 1);
      const Tensor mean_in = batch.matrix(mean), log_var_in = batch.matrix(log_var),
                   d_z_in = batch.matrix(d_z), gates_in = batch.vector(gates), d_mean = batch.matrix(),
                   d_log_var = batch.matrix();
      on->latent_backward(batch.pass(samples), {.gates = gates_in.data()}, mean_in.matrix(),
                          log_var_in.matrix(), d_z_in.matrix(), nullptr, kNoiseSource, d_mean.matrix(),
                          d_log_var.matrix());
      std::vector<Expected> wanted_mean(mean.size()), wanted_log_var(mean.size());
      for (std::size_t i = 0; i < batch.active * batch.cols; ++i) {
        const std::size_t row = i / batch.cols, d = i % batch.cols;
        const ops::Bounded<double> v = ops::soft_bound(wide(log_var[i]));
        const double kl = batch.kl_weight() * batch.row_weight() * wide(gates[d]);
        for (std::size_t s = 0; s < k; ++s) {
          ops::NoiseSource noise = kNoiseSource;
          noise.sample += static_cast<std::uint32_t>(s);
          const double eps = noise_at(ops::Noise::normal, noise, table_state().step,
                                      some_row_ids(shape.rows)[row], static_cast<std::int32_t>(d));
          const double through_z = wide(d_z[(row * k + s) * batch.cols + d]);
          const double of_sample = through_z * 0.5 * std::exp(0.5 * v.value) * eps;
          wanted_mean[i] +=
              {through_z + kl * wide(mean[i]), std::abs(through_z) + std::abs(kl * wide(mean[i]))};
          wanted_log_var[i] +=
              {(of_sample + 0.5 * kl * (std::exp(v.value) - 1)) * v.derivative,
               std::abs(through_z) * std::exp(0.5 * v.value) * (4 + std::abs(eps)) + std::exp(v.value) + 1};
        }
      }
      expect_all_close(d_mean.values(), wanted_mean, "d_mean");
      expect_all_close(d_log_var.values(), wanted_log_var, "d_log_var");
      expect_zeros_beyond(batch, d_mean.values(), "d_mean");
      expect_zeros_beyond(batch, d_log_var.values(), "d_log_var");
      expect_clean(d_mean);
      expect_clean(d_log_var);
    }
  }
}

}  // namespace
}  // namespace cuvae::test
