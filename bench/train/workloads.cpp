#include "bench/train/workloads.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>

namespace cuvae::bench {
namespace {

// MNIST where it is ($CUVAE_DATA_DIR/mnist, else ../shared/data/mnist), else pictures of the same size.
Dataset mnist() {
  const char* folder = std::getenv("CUVAE_DATA_DIR");
  const std::filesystem::path file = std::filesystem::path(folder != nullptr ? folder : "../shared/data") /
                                     "mnist" / "train-images-idx3-ubyte.gz";
  return std::filesystem::exists(file) ? Dataset::open(file.string()) : Dataset::builtin_shapes(60000);
}

Dataset noise() {
  constexpr std::int64_t kRows = 8 * 8192;
  constexpr std::int32_t kCols = 16384;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(kRows * kCols));
  std::mt19937_64 draw(1);
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t word = draw();
    std::memcpy(bytes.data() + i, &word, sizeof(word));
  }
  return Dataset::from_bytes(bytes, kCols);
}

Workload workload(std::string name, std::string what, std::int32_t columns, std::vector<std::int32_t> hidden,
                  std::int32_t latent, std::int32_t batch) {
  Workload made;
  made.name = std::move(name);
  made.what = std::move(what);
  made.model.data_dim = columns;
  made.model.encoder_hidden = hidden;
  made.model.decoder_hidden = {hidden.rbegin(), hidden.rend()};
  made.model.latent = latent;
  made.train.batch = batch;
  made.train.epochs = 1'000'000;
  return made;
}

// Weights of dense layers from `in` by way of `hidden` to `out`.
double weights(double in, const std::vector<std::int32_t>& hidden, double out) {
  double sum = 0;
  for (const std::int32_t width : hidden) {
    sum += in * width;
    in = width;
  }
  return sum + in * out;
}

double biases(const std::vector<std::int32_t>& hidden, double out) {
  double sum = out;
  for (const std::int32_t width : hidden) sum += width;
  return sum;
}

}  // namespace

std::vector<Workload> workloads() {
  Workload a = workload("A", "MNIST, 784-400-20, batch 128", 784, {400}, 20, 128);
  a.phases = 7;
  a.data = mnist;
  Workload b = workload("B", "MNIST, 784-200-200-50 tanh, batch 20, one sample", 784, {200, 200}, 50, 20);
  b.model.activation = Activation::tanh;
  b.phases = 10;
  b.data = mnist;
  Workload c = workload("C", "16384-8192-8192-8192-512, batch 8192", 16384, {8192, 8192, 8192}, 512, 8192);
  c.phases = 17;
  c.data = noise;
  return {a, b, c};
}

StepCost cost_of(const Workload& workload, Precision precision) {
  const ModelConfig& model = workload.model;
  const double encoder = weights(model.data_dim, model.encoder_hidden, 2.0 * model.latent);
  const double decoder = weights(model.latent, model.decoder_hidden, model.data_dim);
  const double first = static_cast<double>(model.data_dim) * model.encoder_hidden.front();
  StepCost cost;
  // Forward, gradients of weights, gradients of inputs: the first layer has none of the last.
  cost.flops = 2.0 * workload.train.batch * (3 * (encoder + decoder) - first);
  cost.parameters = encoder + decoder + biases(model.encoder_hidden, 2.0 * model.latent) +
                    biases(model.decoder_hidden, model.data_dim);
  cost.adam_bytes = cost.parameters * (precision == Precision::bf16 ? 30 : 28);
  return cost;
}

double floor_of(const StepCost& cost, const Workload& workload, const Ceilings& ceilings,
                const Facts& facts) {
  const bool stays_in_cache = cost.adam_bytes < static_cast<double>(facts.cache_bytes);
  const double update = cost.adam_bytes / (stays_in_cache ? ceilings.copy_in_cache : ceilings.copy);
  if (facts.device == "cpu") return cost.flops / ceilings.flops + update;
  return workload.phases * ceilings.launch + std::max(cost.flops / ceilings.products, update);
}

}  // namespace cuvae::bench
