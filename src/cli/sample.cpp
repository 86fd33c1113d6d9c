// cuvae sample: new rows from the prior.
#include <algorithm>

#include "src/cli/array_out.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/names.hpp"
#include "src/cli/output.hpp"
#include "src/cli/pictures.hpp"
#include "src/cli/row_watch.hpp"

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
  add_out(line, request.use, ".png: a grid; .npy, .npz, .csv: numbers");
  const auto count =
      config::integer_key<Request>(config::Group::run, {"n", "N", ""}, &Request::count, {1, 1 << 30});
  line.option(
      "-n", "N", CommandLine::with_default("how many", count.format(request)),
      [&, count](const std::string& text) { config::labelled("-n", [&] { count.parse(request, text); }); });
  add_label(line, request.use);
  line.setting(layout_key<ModelUse>(), request.use);
  add_machine(line, request.use);
  return line;
}

// In batches.
template <class Use>
void for_each_sample(const Request& request, Vae& vae, const Use& use) {
  const std::vector<float> label = label_of(request.use, vae);
  RowWatch watch("sample", request.count);
  const std::int64_t batch = request.use.batch;
  for (std::int64_t first = 0; first < request.count; first += batch) {
    const std::int64_t count = std::min(batch, request.count - first);
    use(vae.sample(count, request.use.seed, first, repeated(label, count)));
    watch.done(first + count);
  }
}

void write_grid(const Request& request, Vae& vae) {
  if (request.count > kMostPictures) {
    throw Error(Errc::invalid_argument, "-n: a picture takes up to " + std::to_string(kMostPictures) +
                                            " samples; write more to a file ending in .npy");
  }
  const ImageShape image = require_image(request.use, vae);
  if (!samples_fit(request.count, image))
    throw Error(Errc::invalid_argument,
                "-n: " + std::to_string(request.count) + " samples of " + std::to_string(image.height) +
                    " x " + std::to_string(image.width) + " pixels are too many for a picture; show fewer");
  std::vector<float> all;
  for_each_sample(request, vae, [&](const std::vector<float>& samples) {
    all.insert(all.end(), samples.begin(), samples.end());
  });
  draw_samples(request.use.out, all, request.count, image);
}

void write_all(const Request& request, Vae& vae) {
  const auto file = rows_to(request.use.out, request.count, vae.config().data_dim, columns_of(vae));
  for_each_sample(request, vae, [&](const std::vector<float>& samples) { file->append(samples); });
  commit(*file);
}

}  // namespace

ExitCode run_sample(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  const FileFormat format = format_of(request.use.out);
  Vae vae = load_model(request.use);
  format == FileFormat::png ? write_grid(request, vae) : write_all(request, vae);
  print_done(request.use.out, std::to_string(request.count) + " samples: " + request.use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
