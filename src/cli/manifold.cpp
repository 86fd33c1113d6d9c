// cuvae manifold: all that a model of two latent dimensions draws (Kingma & Welling, 2014, figure 4).
#include <algorithm>
#include <cmath>
#include <numbers>

#include "src/cli/array_out.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/latent_grid.hpp"
#include "src/cli/output.hpp"
#include "src/config/prior.hpp"

namespace cuvae::cli {
namespace {

struct Request {
  ModelUse use;
  std::int64_t steps = 20;
};

CommandLine command_line(Request& request) {
  CommandLine line("cuvae manifold CHECKPOINT --out FILE [options]",
                   "Decodes the plane of a model with 2 latent dimensions, where the prior has as\n"
                   "much of its mass between any two lines of points. The first dimension grows to\n"
                   "the right, the second upwards.",
                   "  cuvae manifold runs/plane/model.safetensors --out plane.png\n"
                   "  cuvae manifold runs/plane/model.safetensors --steps 50 --out plane.npy\n");
  add_checkpoint(line, request.use);
  line.heading("options");
  add_out(line, request.use, ".png: a grid; .npy, .npz, .csv: numbers");
  line.setting(config::integer_key<Request>(config::Group::run, {"steps", "N", "along each dimension"},
                                            &Request::steps, kSteps),
               request);
  add_label(line, request.use);
  line.setting(layout_key<ModelUse>(), request.use);
  add_machine(line, request.use);
  return line;
}

// The z that a standard Gaussian leaves below it with this probability. Newton's method from 0 comes nearer
// from one side and never oversteps, as the distribution function is concave above 0 and convex below.
double gaussian_quantile(double probability) {
  double z = 0, last = -1;
  while (std::abs(z - last) > 1e-12) {
    last = z;
    const double below = 0.5 * std::erfc(-z / std::numbers::sqrt2);
    const double density = std::exp(-0.5 * z * z) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    z += (probability - below) / density;
  }
  return z;
}

LatentGrid grid_of(std::int64_t steps, const std::vector<float>& label) {
  const auto quantile = [steps](std::int64_t step) {
    return static_cast<float>(
        gaussian_quantile((static_cast<double>(step) + 0.5) / static_cast<double>(steps)));
  };
  return {"decode", steps, steps, [=](std::int64_t row, std::int64_t column, const LatentGrid::Point& point) {
            point.z[0] = quantile(column);
            point.z[1] = quantile(steps - 1 - row);
            std::ranges::copy(label, point.label.begin());
          }};
}

}  // namespace

ExitCode run_manifold(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  const FileFormat format = format_of(request.use.out);
  Vae vae = load_model(request.use);
  if (const std::int32_t latent = vae.config().latent; latent != 2)
    throw Error(Errc::invalid_argument,
                request.use.checkpoint + ": has " + std::to_string(latent) + " latent dimension" +
                    (latent == 1 ? "" : "s") + ", a manifold needs 2" +
                    "\nDraw one dimension at a time with cuvae traverse, or train with --latent 2.");
  if (!config::has_standard_prior(vae.config()))
    throw Error(Errc::invalid_argument,
                request.use.checkpoint +
                    ": has a learned prior, a manifold has its points where N(0, I) has" +
                    "\nDraw samples with cuvae sample, or train with --prior standard and one layer.");
  const LatentGrid grid = grid_of(request.steps, label_of(request.use, vae));
  format == FileFormat::png ? write_grid_png(request.use, vae, grid)
                            : write_grid_rows(request.use, vae, grid);
  print_done(request.use.out, std::to_string(request.steps) + " x " + std::to_string(request.steps) +
                                  " points: " + request.use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
