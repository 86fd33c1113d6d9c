#include "train/kinds_of_jobs.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "src/config/likelihood.hpp"

namespace cuvae::test {

std::vector<NamedJob> with_every_activation(const Job& job) {
  std::vector<NamedJob> all;
  for (const Activation activation : {Activation::relu, Activation::tanh, Activation::gelu, Activation::silu,
                                      Activation::softplus, Activation::glu}) {
    all.push_back({std::string(to_string(activation)), job});
    all.back().job.model.activation = activation;
  }
  return all;
}

namespace {

// Each row as shares of one group.
Dataset as_shares(const Dataset& data) {
  std::vector<float> all;
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    std::vector<float> values(static_cast<std::size_t>(data.cols()));
    data.read_row(row, values);
    const float sum = std::accumulate(values.begin(), values.end(), 0.0f);
    for (const float value : values) all.push_back(value / sum);
  }
  return Dataset::from_values(all, data.cols());
}

}  // namespace

std::vector<NamedJob> with_every_likelihood(const Job& job) {
  std::vector<NamedJob> all{{"binarized", job}};
  all.back().job.model.binarize = Binarize::dynamic;
  for (const Variance variance : {Variance::fixed, Variance::shared, Variance::per_dimension}) {
    all.push_back({std::string(to_string(variance)), job});
    all.back().job.model.likelihood = Likelihood::gaussian;
    all.back().job.model.variance = variance;
  }
  for (const Likelihood likelihood : {Likelihood::continuous_bernoulli, Likelihood::laplace,
                                      Likelihood::discretized_logistic, Likelihood::categorical}) {
    all.push_back({std::string(to_string(likelihood)), job});
    ModelConfig& model = all.back().job.model;
    model.likelihood = likelihood;
    if (config::has_variance(likelihood)) model.variance = Variance::shared;
    if (likelihood != Likelihood::categorical) continue;
    model.categories = model.data_dim;
    all.back().job.data = as_shares(job.data);
    if (job.validation) all.back().job.validation = as_shares(*job.validation);
  }
  return all;
}

std::vector<NamedJob> with_every_optimizer(const Job& job) {
  std::vector<NamedJob> all;
  for (const Optimizer optimizer : {Optimizer::adam, Optimizer::adamw, Optimizer::sgd, Optimizer::iwae_adam,
                                    Optimizer::rmsprop, Optimizer::adamax, Optimizer::adam_normgrad}) {
    all.push_back({std::string(to_string(optimizer)), job});
    TrainConfig& train = all.back().job.train;
    train.optimizer = optimizer;
    train.micro_batch = 7;
    if (optimizer != Optimizer::adam_normgrad) train.clip_norm = 0.5;
    // It corrects no bias: its first steps are longer than Adam's, by 1 / sqrt(1 - beta2).
    if (optimizer == Optimizer::rmsprop) train.learning_rate /= 30;
  }
  return all;
}

std::vector<NamedJob> with_every_objective(const Job& job) {
  std::vector<NamedJob> all;
  const auto add = [&](const std::string& name, Objective objective,
                       std::int32_t samples = 1) -> TrainConfig& {
    all.push_back({name, job});
    TrainConfig& train = all.back().job.train;
    train.objective = objective;
    train.samples = samples;
    return train;
  };
  for (const Objective objective : {Objective::elbo_sampled, Objective::stl})
    add(std::string(to_string(objective)), objective);
  for (const Objective objective :
       {Objective::elbo, Objective::elbo_sampled, Objective::stl, Objective::iwae, Objective::dreg})
    add(std::string(to_string(objective)) + " of 5", objective, 5);
  add("tc-mws", Objective::tc_mws).tc_weight = 6;
  add("tc-mss", Objective::tc_mss).tc_weight = 6;
  add("mmd", Objective::mmd).mmd_weight = 10;
  add("free bits", Objective::elbo).free_bits = 0.1;
  add("free bits of 5", Objective::elbo, 5).free_bits = 0.1;
  add("free bits in total", Objective::elbo).free_bits_total = 0.3;
  TrainConfig& capacity = add("capacity that rises", Objective::elbo);
  capacity.kl_capacity = 0.8;
  capacity.kl_warmup = 0.75;
  return all;
}

std::vector<NamedJob> with_every_prior(const Job& job) {
  std::vector<NamedJob> all;
  for (const auto& [name, model] : with_every_other_prior(job.model)) {
    for (const Objective objective :
         {Objective::elbo_sampled, Objective::iwae, Objective::dreg, Objective::tc_mss}) {
      const bool of_one_layer = objective == Objective::dreg || objective == Objective::tc_mss;
      if (model.top_latent > 0 && of_one_layer) continue;
      all.push_back({name + ", " + std::string(to_string(objective)), job});
      all.back().job.model = model;
      all.back().job.train.objective = objective;
      if (objective == Objective::iwae || objective == Objective::dreg) all.back().job.train.samples = 3;
      if (objective == Objective::tc_mss) all.back().job.train.tc_weight = 6;
    }
  }
  return all;
}

bool takes(const Job& job, Precision precision) {
  const Objective objective = job.train.objective;
  return precision != Precision::bf16 ||
         (objective != Objective::tc_mws && objective != Objective::tc_mss && objective != Objective::mmd);
}

std::vector<NamedJob> with_every_label(const Job& job) {
  std::vector<NamedJob> all{{"classes", with_classes(job)}, {"numbers", with_numbers(job)}};
  all.push_back({"no hidden layers", with_numbers(job)});
  all.back().job.model.encoder_hidden = all.back().job.model.decoder_hidden = {};
  for (const auto& [name, model] : with_every_other_prior(with_classes(job).model)) {
    if (model.prior == Prior::vamp) continue;
    all.push_back({name + " and samples", with_classes(job)});
    all.back().job.model = model;
    all.back().job.train.objective = Objective::iwae;
    all.back().job.train.samples = 3;
  }
  return all;
}

std::vector<NamedJob> with_every_width(const Job& job) {
  std::vector<NamedJob> all;
  for (const std::int32_t latent : {1, 3, 50}) {
    all.push_back({"Z = " + std::to_string(latent), job});
    all.back().job.model.latent = latent;
  }
  all.push_back({"no hidden layers", job});
  all.back().job.model.encoder_hidden = all.back().job.model.decoder_hidden = {};
  return all;
}

void expect_near(const std::vector<EpochMetrics>& actual, const std::vector<EpochMetrics>& expected,
                 double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_NEAR(actual[i].train.elbo, expected[i].train.elbo, tolerance) << "epoch " << i + 1;
    EXPECT_NEAR(actual[i].train.kl, expected[i].train.kl, tolerance) << "epoch " << i + 1;
    EXPECT_NEAR(actual[i].objective, expected[i].objective, tolerance) << "epoch " << i + 1;
    EXPECT_EQ(actual[i].step, expected[i].step);
    EXPECT_EQ(actual[i].skipped_updates, expected[i].skipped_updates);
  }
}

}  // namespace cuvae::test
