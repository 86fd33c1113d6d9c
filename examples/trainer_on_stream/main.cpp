// Training on a stream of your own: it is queued behind your work, and your work behind it. Ends with 4 where
// there is no GPU.
#include <cuda_runtime_api.h>

#include <cuvae/cuda.hpp>
#include <cuvae/cuvae.hpp>
#include <iostream>
#include <string>

int main() try {
  cudaStream_t stream = nullptr;  // outlives the trainer
  if (const cudaError_t error = cudaStreamCreate(&stream); error != cudaSuccess)
    throw cuvae::Error(cuvae::Errc::device, std::string("CUDA: ") + cudaGetErrorString(error));

  const cuvae::Dataset shapes = cuvae::Dataset::builtin_shapes(2000);
  cuvae::Trainer trainer =
      cuvae::cuda::make_trainer({.data_dim = shapes.cols(), .latent = 8}, {.epochs = 2}, {.stream = stream});
  const cuvae::FitResult fit = trainer.fit(shapes);
  std::cout << "ELBO " << fit.history.back().train.elbo << " nats per row after " << fit.steps << " steps\n";
} catch (const cuvae::Error& error) {
  std::cerr << error.what() << '\n';
  return 4;
}
