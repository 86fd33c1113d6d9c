// cuvae reconstruct: data through the encoder and back.
#include "src/cli/array_out.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/names.hpp"
#include "src/cli/output.hpp"
#include "src/cli/pictures.hpp"

namespace cuvae::cli {
namespace {

CommandLine command_line(ModelUse& use) {
  CommandLine line("cuvae reconstruct CHECKPOINT DATA --out FILE [options]",
                   "Decodes the mean of q(z|x) of each row.",
                   "  cuvae reconstruct runs/demo/model.safetensors builtin:shapes --out pairs.png\n"
                   "  cuvae reconstruct runs/demo/model.safetensors test.npy --out decoded.npy\n");
  add_checkpoint(line, use);
  add_data(line, use);
  line.heading("options");
  add_out(line, use, ".png: 32 and theirs; .npy, .npz, .csv: numbers");
  add_labels(line, use);
  add_reading(line, use);
  add_machine(line, use);
  return line;
}

std::int64_t write_all(const ModelUse& use, Vae& vae, const Dataset& data) {
  const auto file = rows_to(use.out, data.rows(), data.cols(), columns_of(vae));
  for_each_batch("reconstruct", data, use.batch,
                 [&](std::span<const float> values, std::span<const float> labels) {
                   file->append(vae.reconstruct(values, labels));
                 });
  commit(*file);
  return data.rows();
}

}  // namespace

ExitCode run_reconstruct(Arguments arguments) {
  ModelUse use;
  if (!command_line(use).parse(arguments)) return ExitCode::ok;
  const FileFormat format = format_of(use.out);
  Vae vae = load_model(use);
  const Dataset data = open_data(use, vae);
  const std::int64_t rows = format == FileFormat::png
                                ? draw_reconstructions(use.out, vae, data, require_image(use, vae))
                                : write_all(use, vae, data);
  if (rows == 0)
    throw Error(Errc::invalid_argument, "--out: the rows are too large for a picture; write .npy");
  print_done(use.out, std::to_string(rows) + " reconstructions: " + use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
