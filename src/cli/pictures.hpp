// The pictures a model makes.
#pragma once

#include <cstdint>
#include <string>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"

namespace cuvae::cli {

// A grid of `count` samples, about as high as wide.
void draw_samples(const std::string& path, Vae& vae, std::int64_t count, std::uint64_t seed,
                  ImageShape image);

// The first rows, at most 32, and below them their reconstructions. Returns how many there are.
std::int64_t draw_reconstructions(const std::string& path, Vae& vae, const Dataset& data, ImageShape image);

}  // namespace cuvae::cli
