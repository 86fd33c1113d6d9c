// cuvae sample: new rows from the prior.
#include <algorithm>

#include "src/cli/commands.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/cli/pictures.hpp"
#include "src/cli/row_watch.hpp"
#include "src/io/npy_writer.hpp"

namespace cuvae::cli {
namespace {

constexpr std::int64_t kMostPictures = 10000;

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

void write_grid(const Request& request, Vae& vae) {
  if (request.count > kMostPictures) {
    throw Error(Errc::invalid_argument, "-n: a picture takes up to " + std::to_string(kMostPictures) +
                                            " samples; write more to a file ending in .npy");
  }
  draw_samples(request.use.out, vae, request.count, request.use.seed, require_image(request.use, vae));
}

void write_all(const Request& request, Vae& vae) {
  const ModelUse& use = request.use;
  io::NpyWriter file(use.out, std::vector<std::int64_t>{request.count, vae.config().data_dim});
  RowWatch watch("sample", request.count);
  for (std::int64_t first = 0; first < request.count; first += use.batch) {
    const std::int64_t count = std::min<std::int64_t>(use.batch, request.count - first);
    file.append(vae.sample(count, use.seed, first));
    watch.done(first + count);
  }
  file.commit();
}

}  // namespace

ExitCode run_sample(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  const FileFormat format = format_of(request.use.out);
  Vae vae = load_model(request.use);
  format == FileFormat::png ? write_grid(request, vae) : write_all(request, vae);
  print(std::to_string(request.count) + " samples: " + request.use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
