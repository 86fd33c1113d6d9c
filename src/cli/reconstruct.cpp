// cuvae reconstruct: data through the encoder and back.
#include <algorithm>

#include "src/cli/commands.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/io/npy_writer.hpp"
#include "src/io/png_grid.hpp"

namespace cuvae::cli {
namespace {

constexpr std::int64_t kPairs = 32;
constexpr std::int32_t kPairsAcross = 8;

CommandLine command_line(ModelUse& use) {
  CommandLine line("cuvae reconstruct CHECKPOINT DATA --out FILE [options]",
                   "Decodes the mean of q(z|x) of each row.",
                   "  cuvae reconstruct runs/demo/model.safetensors builtin:shapes --out pairs.png\n"
                   "  cuvae reconstruct runs/demo/model.safetensors test.npy --out decoded.npy\n");
  add_checkpoint(line, use);
  add_data(line, use);
  line.heading("options");
  add_out(line, use, "F.png: 32 rows and theirs; F.npy: all rows");
  add_machine(line, use);
  return line;
}

}  // namespace

ExitCode run_reconstruct(Arguments arguments) {
  ModelUse use;
  if (!command_line(use).parse(arguments)) return ExitCode::ok;
  const FileFormat format = format_of(use.out);
  Vae vae = load_model(use);
  const Dataset data = open_data(use, vae);
  const std::int64_t rows = format == FileFormat::png ? std::min(kPairs, data.rows()) : data.rows();
  std::vector<float> originals, reconstructions;
  for_each_batch(data, rows, use.batch, [&](std::span<const float> values) {
    const std::vector<float> decoded = vae.reconstruct(values);
    reconstructions.insert(reconstructions.end(), decoded.begin(), decoded.end());
    if (format == FileFormat::png) originals.insert(originals.end(), values.begin(), values.end());
  });
  if (format == FileFormat::png) {
    io::write_png_pairs(use.out, originals, reconstructions, rows, require_image(use, vae), kPairsAcross);
  } else {
    io::write_npy(use.out, reconstructions, std::vector<std::int64_t>{rows, data.cols()});
  }
  print(std::to_string(rows) + " reconstructions: " + use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
