// A Trainer on the caller's stream and memory (cuvae/cuda.hpp).
#include "cuvae/cuda.hpp"
#include "src/backend/backend.hpp"
#include "src/train/trainer_impl.hpp"

namespace cuvae::cuda {

Trainer make_trainer(const ModelConfig& model, const TrainConfig& train, const Resources& resources) {
  return Trainer(Trainer::Impl::on(make_backend(resources, {.precision = train.precision}), model, train));
}

}  // namespace cuvae::cuda
