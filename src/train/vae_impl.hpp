// A model on a backend, ready to be used.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cuvae/vae.hpp"
#include "src/backend/backend.hpp"
#include "src/model/layout.hpp"
#include "src/model/network.hpp"
#include "src/model/parameters.hpp"
#include "src/train/evaluator.hpp"

namespace cuvae {

struct Vae::Impl {
  Impl(const ModelConfig& model_config, const Device& wanted);

  // The network for n rows at a time. Its size never changes a row's bits (Products::independent_rows).
  model::Network& network_for(std::int64_t rows);
  // Runs body(network, first, rows) over n rows, as many at a time as the network takes.
  template <class Body>
  void in_batches(std::int64_t rows, const Body& body);
  std::int64_t count_rows(std::span<const float> values, std::int32_t cols, const char* what) const;

  ModelConfig config;
  std::unique_ptr<Backend> backend;  // outlives everything below, which is memory of it
  Device device;
  model::Layout layout;
  model::Parameters parameters;
  std::unique_ptr<model::Network> small, large;
  std::unique_ptr<train::Evaluator> evaluator;
  ImageShape image;
  std::map<std::string, std::string> metadata;
};

}  // namespace cuvae
