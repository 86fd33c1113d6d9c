// cuvae sample: new rows from the prior.
#include <cmath>

#include "src/cli/commands.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/io/npy_writer.hpp"
#include "src/io/png_grid.hpp"

namespace cuvae::cli {
namespace {

struct Request {
  ModelUse use;
  std::int64_t count = 64;
};

CommandLine command_line(Request& request) {
  CommandLine line("cuvae sample CHECKPOINT --out FILE [-n N] [options]",
                   "Draws z from the prior and decodes it: new rows like the data.",
                   "  cuvae sample runs/demo/model.safetensors --out samples.png\n"
                   "  cuvae sample runs/demo/model.safetensors -n 10000 --seed 7 --out samples.npy\n");
  add_checkpoint(line, request.use);
  line.heading("options");
  add_out(line, request.use, "F.png: a grid; F.npy: float32 [N, columns]");
  const auto count =
      config::integer_key<Request>(config::Group::run, {"n", "N", ""}, &Request::count, {1, 1 << 30});
  line.option(
      "-n", "N", CommandLine::with_default("how many", count.format(request)),
      [&, count](const std::string& text) { config::labelled("-n", [&] { count.parse(request, text); }); });
  add_machine(line, request.use);
  return line;
}

// As many rows as columns, or one row fewer.
std::int32_t grid_columns(std::int64_t count) {
  return static_cast<std::int32_t>(std::ceil(std::sqrt(static_cast<double>(count))));
}

}  // namespace

ExitCode run_sample(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  const ModelUse& use = request.use;
  const FileFormat format = format_of(use.out);
  Vae vae = load_model(use);
  if (format == FileFormat::png) {
    const ImageShape image = require_image(use, vae);
    io::write_png_grid(use.out, vae.sample(request.count, use.seed), request.count, image,
                       grid_columns(request.count));
  } else {
    const std::vector<std::int64_t> shape{request.count, vae.config().data_dim};
    io::write_npy(use.out, vae.sample(request.count, use.seed), shape);
  }
  print(std::to_string(request.count) + " samples: " + use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
