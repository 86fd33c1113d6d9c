// The op behind each optimizer of a configuration.
#pragma once

#include <utility>

#include "cuvae/config.hpp"
#include "cuvae/error.hpp"
#include "kernels/ops/optimizer.hpp"

namespace cuvae {

namespace optimizers {

inline float complement(double beta) { return static_cast<float>(1.0 - beta); }

inline ops::Adam adam(const TrainConfig& config) {
  ops::Adam op;
  op.beta1 = static_cast<float>(config.beta1);
  op.beta2 = static_cast<float>(config.beta2);
  op.one_minus_beta1 = complement(config.beta1);
  op.one_minus_beta2 = complement(config.beta2);
  op.epsilon = static_cast<float>(config.epsilon);
  const bool decoupled = config.optimizer == Optimizer::adamw;
  op.weight_decay = decoupled ? 0.0f : static_cast<float>(config.weight_decay);
  op.decoupled_decay = decoupled ? static_cast<float>(config.weight_decay) : 0.0f;
  return op;
}

inline ops::IwaeAdam iwae_adam(const TrainConfig& config) {
  ops::IwaeAdam op;
  op.beta1 = static_cast<float>(config.beta1);
  op.beta2 = static_cast<float>(config.beta2);
  op.one_minus_beta1 = complement(config.beta1);
  op.one_minus_beta2 = complement(config.beta2);
  op.epsilon = static_cast<float>(config.epsilon);
  op.weight_decay = static_cast<float>(config.weight_decay);
  return op;
}

inline ops::AdaMax adamax(const TrainConfig& config) {
  ops::AdaMax op;
  op.beta1 = static_cast<float>(config.beta1);
  op.beta2 = static_cast<float>(config.beta2);
  op.one_minus_beta1 = complement(config.beta1);
  op.epsilon = static_cast<float>(config.epsilon);
  op.weight_decay = static_cast<float>(config.weight_decay);
  return op;
}

inline ops::RmsProp rmsprop(const TrainConfig& config) {
  ops::RmsProp op;
  op.decay = static_cast<float>(config.beta2);
  op.one_minus_decay = complement(config.beta2);
  op.epsilon = static_cast<float>(config.epsilon);
  op.weight_decay = static_cast<float>(config.weight_decay);
  return op;
}

inline ops::Sgd sgd(const TrainConfig& config) {
  ops::Sgd op;
  op.momentum = static_cast<float>(config.momentum);
  op.weight_decay = static_cast<float>(config.weight_decay);
  return op;
}

}  // namespace optimizers

// use(op). Gradients of adam_normgrad have been divided by their norms before (Backend::normalize).
template <class Use>
void with_optimizer(const TrainConfig& config, Use&& use) {
  switch (config.optimizer) {
    case Optimizer::adam:
    case Optimizer::adamw:
    case Optimizer::adam_normgrad:
      return std::forward<Use>(use)(optimizers::adam(config));
    case Optimizer::sgd:
      return std::forward<Use>(use)(optimizers::sgd(config));
    case Optimizer::iwae_adam:
      return std::forward<Use>(use)(optimizers::iwae_adam(config));
    case Optimizer::rmsprop:
      return std::forward<Use>(use)(optimizers::rmsprop(config));
    case Optimizer::adamax:
      return std::forward<Use>(use)(optimizers::adamax(config));
  }
}

}  // namespace cuvae
