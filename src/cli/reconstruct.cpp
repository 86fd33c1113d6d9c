// cuvae reconstruct: data through the encoder and back.
#include "src/cli/commands.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/cli/pictures.hpp"
#include "src/io/npy_writer.hpp"

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
  add_out(line, use, "F.png: 32 rows and theirs; F.npy: all rows");
  add_labels(line, use);
  add_machine(line, use);
  return line;
}

std::int64_t write_all(const ModelUse& use, Vae& vae, const Dataset& data) {
  io::NpyWriter file(use.out, std::vector<std::int64_t>{data.rows(), data.cols()});
  for_each_batch("reconstruct", data, use.batch,
                 [&](std::span<const float> values, std::span<const float> labels) {
                   file.append(vae.reconstruct(values, labels));
                 });
  file.commit();
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
  print(std::to_string(rows) + " reconstructions: " + use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
