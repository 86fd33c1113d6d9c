// cuvae interpolate: from one row to another through the latent space.
#include <cmath>

#include "src/cli/array_out.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/latent_grid.hpp"
#include "src/cli/output.hpp"
#include "src/io/png_grid.hpp"

namespace cuvae::cli {
namespace {

struct Request {
  ModelUse use;
  std::vector<std::int64_t> rows;  // two
  std::int64_t steps = 11;
};

std::vector<std::int64_t> two_rows(const std::string& text) {
  const std::vector<std::int64_t> rows = config::to_integers(text);
  if (rows.size() != 2) throw Error(Errc::invalid_argument, "'" + text + "' is not two rows; write e.g. 0,1");
  for (const std::int64_t row : rows) require(kRows, row);
  if (rows[0] == rows[1])
    throw Error(Errc::invalid_argument, "both are row " + text.substr(0, text.find(',')) + "; name two");
  return rows;
}

CommandLine command_line(Request& request) {
  CommandLine line("cuvae interpolate CHECKPOINT DATA --rows A,B --out FILE [options]",
                   "Decodes the straight line between the means of q(z|x) of two rows. A PNG shows\n"
                   "the rows themselves at its ends.",
                   "  cuvae interpolate m.safetensors builtin:shapes --rows 0,1 --out between.png\n"
                   "  cuvae interpolate m.safetensors test.npy --rows 3,8 --steps 5 --out b.npy\n");
  add_checkpoint(line, request.use);
  add_data(line, request.use);
  line.heading("options");
  line.option("--rows", "A,B", "of DATA, from 0", [&](const std::string& text) {
    config::labelled("--rows", [&] { request.rows = two_rows(text); });
  });
  add_out(line, request.use, ".png: a strip; .npy, .npz, .csv: numbers");
  line.setting(config::integer_key<Request>(config::Group::run, {"steps", "N", "the ends among them"},
                                            &Request::steps, kSteps),
               request);
  add_labels(line, request.use);
  add_reading(line, request.use);
  add_machine(line, request.use);
  return line;
}

struct End {
  std::vector<float> original, label, mean;
};

End end_of(const Request& request, Vae& vae, const Dataset& data, std::size_t i) {
  std::vector<float> original = row_of(data, request.rows[i], "--rows");
  std::vector<float> label = labels_of(data, request.rows[i], 1);
  std::vector<float> mean = vae.encode(original, label).mean;
  return {std::move(original), std::move(label), std::move(mean)};
}

LatentGrid grid_of(const Request& request, const End& from, const End& to) {
  return {"interpolate", 1, request.steps,
          [&from, &to, last = static_cast<float>(request.steps - 1)](std::int64_t, std::int64_t column,
                                                                     const LatentGrid::Point& point) {
            const float part = static_cast<float>(column) / last;
            const auto between = [part](const auto& a, const auto& b, std::span<float> out) {
              for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::lerp(a[i], b[i], part);
            };
            between(from.mean, to.mean, point.z);
            between(from.label, to.label, point.label);
          }};
}

// The originals stand at both ends.
void write_png(const Request& request, Vae& vae, const End& from, const End& to, const LatentGrid& grid) {
  const std::int64_t count = grid.count() + 2;
  const ImageShape image = require_picture(request.use, vae, 1, count);
  std::vector<float> pictures = from.original;
  const std::vector<float> decoded = decode_grid(request.use, vae, grid);
  pictures.insert(pictures.end(), decoded.begin(), decoded.end());
  pictures.insert(pictures.end(), to.original.begin(), to.original.end());
  io::write_png_grid(request.use.out, pictures, count, image, static_cast<std::int32_t>(count));
}

}  // namespace

ExitCode run_interpolate(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  const FileFormat format = format_of(request.use.out);
  if (request.rows.empty())
    throw Error(Errc::invalid_argument, "--rows is missing; name two rows of DATA, e.g. --rows 0,1");
  Vae vae = load_model(request.use);
  const Dataset data = open_data(request.use, vae);
  const End from = end_of(request, vae, data, 0), to = end_of(request, vae, data, 1);
  const LatentGrid grid = grid_of(request, from, to);
  format == FileFormat::png ? write_png(request, vae, from, to, grid)
                            : write_grid_rows(request.use, vae, grid);
  print_done(request.use.out, std::to_string(request.steps) + " steps from row " +
                                  std::to_string(request.rows[0]) + " to row " +
                                  std::to_string(request.rows[1]) + ": " + request.use.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
