// cuvae encode: the latents of data.
#include "src/cli/array_out.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"

namespace cuvae::cli {
namespace {

struct Request {
  ModelUse use;
  bool with_log_var = false;
};

CommandLine command_line(Request& request) {
  CommandLine line("cuvae encode CHECKPOINT DATA --out FILE [options]",
                   "Writes the mean of q(z|x) of each row, float32 [rows, latent].",
                   "  cuvae encode runs/demo/model.safetensors builtin:shapes --out latents.npy\n"
                   "  cuvae encode runs/demo/model.safetensors test.npy --with-log-var --out q.csv\n");
  add_checkpoint(line, request.use);
  add_data(line, request.use);
  line.heading("options");
  add_out(line, request.use, ".npy, .npz, .csv, .tsv, .csv.gz or .tsv.gz");
  add_labels(line, request.use);
  add_reading(line, request.use);
  line.flag("--with-log-var", "[rows, 2 latent]: mean, then log_var", request.with_log_var);
  add_machine(line, request.use);
  return line;
}

void append(std::vector<float>& out, const std::vector<float>& values, std::size_t first, std::size_t count) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
  out.insert(out.end(), begin, begin + static_cast<std::ptrdiff_t>(count));
}

std::vector<std::string> names_of(std::size_t latent, bool with_log_var) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < latent; ++i) names.push_back("mean_" + std::to_string(i));
  for (std::size_t i = 0; with_log_var && i < latent; ++i) names.push_back("log_var_" + std::to_string(i));
  return names;
}

}  // namespace

ExitCode run_encode(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  const ModelUse& use = request.use;
  require_rows("--out", use.out);
  Vae vae = load_model(use);
  const Dataset data = open_data(use, vae);
  const auto latent = static_cast<std::size_t>(vae.config().latent);
  const auto columns = static_cast<std::int64_t>(latent) * (request.with_log_var ? 2 : 1);
  const auto file = rows_to(use.out, data.rows(), columns, names_of(latent, request.with_log_var));
  for_each_batch("encode", data, use.batch,
                 [&](std::span<const float> values, std::span<const float> labels) {
                   const Latents latents = vae.encode(values, labels);
                   std::vector<float> encoded;
                   for (std::size_t first = 0; first < latents.mean.size(); first += latent) {
                     append(encoded, latents.mean, first, latent);
                     if (request.with_log_var) append(encoded, latents.log_var, first, latent);
                   }
                   file->append(encoded);
                 });
  commit(*file);
  print_done(use.out,
             std::to_string(data.rows()) + " x " + std::to_string(columns) + " latents: " + use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
