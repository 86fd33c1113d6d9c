// Train, save, load, encode: the whole way through cuvae from another program.
#include <cuvae/cuvae.hpp>
#include <iostream>
#include <vector>

int main() try {
  const cuvae::Dataset shapes = cuvae::Dataset::builtin_shapes(2000);

  cuvae::Trainer trainer({.data_dim = shapes.cols(), .latent = 8}, {.epochs = 2});
  const cuvae::FitResult fit = trainer.fit(shapes);
  trainer.save_model("shapes.safetensors");

  cuvae::Vae vae = cuvae::Vae::load("shapes.safetensors");
  std::vector<float> row(static_cast<std::size_t>(shapes.cols()));
  shapes.read_row(0, row);
  const cuvae::Latents latents = vae.encode(row);

  std::cout << "ELBO " << fit.history.back().train.elbo << " nats per row after " << fit.steps
            << " steps; row 0 is encoded in " << latents.mean.size() << " numbers\n";
} catch (const cuvae::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
