// What settings must hold together; what each must hold alone stands in the schema.
#include "cuvae/error.hpp"
#include "src/config/likelihood.hpp"
#include "src/config/prior.hpp"
#include "src/config/schema.hpp"

namespace cuvae {
namespace {

void require(bool holds, const std::string& why) {
  if (!holds) throw Error(Errc::invalid_argument, why);
}

// Rows of a loop, and elements of a vector that is padded to a multiple of 8, are counted in 31 bits.
constexpr std::int64_t kMostOfAPass = (std::int64_t{1} << 31) - 8;

std::int64_t rows_of_a_pass(const TrainConfig& config) {
  return config.micro_batch > 0 ? config.micro_batch : config.batch;
}

void require_variance_that_fits(const ModelConfig& config) {
  const std::string likelihood(to_string(config.likelihood));
  if (!config::has_variance(config.likelihood)) {
    const bool untouched =
        config.variance == Variance::fixed && config.fixed_variance == ModelConfig().fixed_variance;
    require(untouched, "variance: a " + likelihood +
                           " likelihood has none; leave it out, or choose likelihood gaussian");
  } else if (config.likelihood == Likelihood::discretized_logistic) {
    require(config.variance != Variance::fixed,
            "variance: " + likelihood + " learns its own; choose shared or per-dimension");
  }
}

void require_categories_that_fit(const ModelConfig& config) {
  const std::string given = "categories: " + std::to_string(config.categories);
  if (config.likelihood != Likelihood::categorical) {
    require(config.categories == 0, given + " needs likelihood categorical; with " +
                                        std::string(to_string(config.likelihood)) + ", allowed: 0");
    return;
  }
  require(config.categories >= 2, given +
                                      " makes no group; with likelihood categorical, allowed: 2 or more, "
                                      "a divisor of the data's columns");
  require(config.data_dim % config.categories == 0, given + " does not divide the " +
                                                        std::to_string(config.data_dim) +
                                                        " columns of the data; a row is groups of so many");
}

}  // namespace

void validate(const ModelConfig& config) {
  config::check_each(config);
  require_variance_that_fits(config);
  require_categories_that_fit(config);
  require(config.likelihood == Likelihood::bernoulli || config.binarize == Binarize::none,
          "binarize: " + std::string(to_string(config.binarize)) + " needs likelihood bernoulli; with " +
              std::string(to_string(config.likelihood)) + ", allowed: none");
  require(config.label_dim > 0 || config.label_kind == LabelKind::one_hot,
          "label_kind: there are no labels; set label_dim too");
  require(config.prior != Prior::standard || config.prior_components == ModelConfig().prior_components,
          "prior_components: a standard prior has none; leave it out, or choose prior mixture or vamp");
  require(config.label_dim == 0 || config.prior != Prior::vamp,
          "prior: vamp takes q(z|u) of inputs that have no labels; leave the labels out, or choose prior "
          "standard or mixture");
  if (config.top_latent == 0) {
    require(config.top_hidden.empty(), "top_hidden: there is no second stochastic layer; set top_latent too");
  } else {
    require(config.prior == Prior::standard, "prior: " + std::string(to_string(config.prior)) +
                                                 " goes with one stochastic layer; leave top_latent out, or "
                                                 "choose prior standard");
  }
}

namespace {

// What holds the KL back, one at a time, and what only some objectives have.
void require_losses_of_the_objective(const TrainConfig& config) {
  const TrainConfig usual;
  const std::string objective(to_string(config.objective));
  struct OfTheKl {
    std::string_view name;
    double value;
  };
  std::string_view held_by;
  for (const OfTheKl& setting :
       {OfTheKl{"kl_capacity", config.kl_capacity}, OfTheKl{"free_bits", config.free_bits},
        OfTheKl{"free_bits_total", config.free_bits_total}}) {
    if (setting.value == 0) continue;
    const std::string name(setting.name);
    require(
        config.objective == Objective::elbo,
        name + ": goes with objective elbo, whose KL is in closed form; with " + objective + ", allowed: 0");
    require(config.micro_batch == 0 || config.micro_batch == config.batch,
            name + ": is of the mean KL of a whole batch; leave micro_batch out");
    require(held_by.empty(),
            name + ": the KL is held by " + std::string(held_by) + " already; leave one out");
    held_by = setting.name;
  }
  const bool tc = config.objective == Objective::tc_mws || config.objective == Objective::tc_mss;
  const bool batch_wise = tc || config.objective == Objective::mmd;
  require(tc || config.tc_weight == usual.tc_weight,
          "tc_weight: needs objective tc-mws or tc-mss; with " + objective + ", leave it out");
  require(config.objective == Objective::mmd || config.mmd_weight == usual.mmd_weight,
          "mmd_weight: needs objective mmd; with " + objective + ", leave it out");
  if (!batch_wise) return;
  require(config.samples == 1, "samples: objective " + objective +
                                   " compares the rows of a batch, by one "
                                   "sample of each; allowed: 1");
  require(config.micro_batch == 0 || config.micro_batch == config.batch,
          "micro_batch: objective " + objective + " compares the rows of a whole batch; leave it out");
  require(config.precision != Precision::bf16,
          "precision: objective " + objective + " compares latents in fp32; choose fp32 or tf32");
  require(config.batch >= 2,
          "batch: objective " + objective + " compares the rows of a batch; allowed: 2 or more");
  require(std::int64_t{config.batch} * config.batch <= kMostOfAPass,
          "batch: " + std::to_string(config.batch) +
              " rows make more pairs than a pass can hold; with objective " + objective +
              ", allowed: up to 46340");
}

}  // namespace

void validate(const ModelConfig& model, const TrainConfig& train) {
  validate(model);
  validate(train);
  const std::string objective(to_string(train.objective));
  const bool batch_wise = train.objective == Objective::tc_mws || train.objective == Objective::tc_mss;
  if (train.objective == Objective::elbo || train.objective == Objective::mmd) {
    require(config::has_standard_prior(model),
            "objective: " + objective +
                " takes the KL in closed form, which there is only with a standard prior and one "
                "stochastic layer; choose elbo-sampled or iwae");
  }
  if (train.objective == Objective::stl || train.objective == Objective::dreg || batch_wise) {
    require(model.top_latent == 0,
            "objective: " + objective + " goes with one stochastic layer; choose elbo-sampled or iwae");
  }
  require(
      model.prior == Prior::standard ||
          rows_of_a_pass(train) * train.samples * model.prior_components <= kMostOfAPass,
      "prior_components: " + std::to_string(model.prior_components) +
          " beside each sample are more pairs than a pass can hold; take fewer, or a smaller micro_batch");
}

void validate(const TrainConfig& config) {
  config::check_each(config);
  require(config.optimizer != Optimizer::adam_normgrad || config.clip_norm == 0,
          "clip_norm: adam-normgrad divides each gradient by its norm; leave clip_norm out");
  require(config.kl_cycles == 1 || config.kl_warmup > 0,
          "kl_cycles: " + std::to_string(config.kl_cycles) + " cycles need a kl_warmup, the rise of each");
  require_losses_of_the_objective(config);
  require(config.micro_batch <= config.batch, "micro_batch: " + std::to_string(config.micro_batch) +
                                                  " is more than the batch; allowed: 0 to " +
                                                  std::to_string(config.batch));
  const std::int64_t rows = rows_of_a_pass(config);
  require(rows * config.samples <= kMostOfAPass,
          "samples: " + std::to_string(config.samples) + " of each of " + std::to_string(rows) +
              " rows are more than a pass can hold; take fewer, or a smaller micro_batch");
}

}  // namespace cuvae
