// The pictures a model makes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"
#include "src/io/pulse.hpp"

namespace cuvae::cli {

// A grid of samples, count x data_dim values, about as high as wide.
void draw_samples(const std::string& path, std::span<const float> samples, std::int64_t count,
                  ImageShape image, const io::Pulse& pulse = {});
[[nodiscard]] bool samples_fit(std::int64_t count, ImageShape image);

// "28 x 28", "32 x 32, RGB", "32 x 32, RGB, planar"
[[nodiscard]] std::string text_of(ImageShape image);

// The first rows, at most 32 and as many as fit, and below them their reconstructions. Returns how many there
// are; 0, and no file, where not even one fits.
std::int64_t draw_reconstructions(const std::string& path, Vae& vae, const Dataset& data, ImageShape image);

}  // namespace cuvae::cli
