// cuvae traverse: what each latent dimension draws.
#include <algorithm>
#include <optional>
#include <set>

#include "src/cli/array_out.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/latent_grid.hpp"
#include "src/cli/latent_scores.hpp"
#include "src/cli/output.hpp"
#include "src/config/prior.hpp"

namespace cuvae::cli {
namespace {

constexpr std::size_t kMostDimensions = 32;  // unless they are named

struct Request {
  ModelUse use;
  std::optional<std::int64_t> row;
  std::vector<std::int64_t> dimensions;
  std::int64_t steps = 11;
  double range = 3;
};

CommandLine command_line(Request& request) {
  CommandLine line("cuvae traverse CHECKPOINT [DATA] --out FILE [options]",
                   "Moves z along one latent dimension at a time and decodes it, a row of pictures\n"
                   "for each: from the mean of q(z|x) of a row of DATA, without DATA from z = 0.",
                   "  cuvae traverse runs/demo/model.safetensors builtin:shapes --out traversal.png\n"
                   "  cuvae traverse m.safetensors --dims 0,3,7 --steps 9 --range 2 --out t.npy\n");
  add_checkpoint(line, request.use);
  add_data(line, request.use, CommandLine::Presence::optional);
  line.heading("options");
  add_out(line, request.use, ".png: a grid; .npy, .npz, .csv: numbers");
  line.option("--row", "N", CommandLine::with_default("of DATA to start at, from 0", "0"),
              [&](const std::string& text) {
                config::labelled("--row", [&] {
                  const std::int64_t row = config::to_integer(text);
                  require(kRows, row);
                  request.row = row;
                });
              });
  line.option("--dims", "D,D,...", "in this order [up to 32, with DATA by KL]", [&](const std::string& text) {
    config::labelled("--dims", [&] { request.dimensions = config::to_integers(text); });
  });
  line.setting(config::integer_key<Request>(config::Group::run, {"steps", "N", "values of each dimension"},
                                            &Request::steps, kSteps),
               request);
  line.setting(config::number_key<Request>(config::Group::run, {"range", "R", "these go from -R to R"},
                                           &Request::range, {0, 100, config::NumberRange::Ends::open_below}),
               request);
  add_label(line, request.use);
  add_labels(line, request.use);
  add_reading(line, request.use);
  add_machine(line, request.use);
  return line;
}

void require_dimensions(const std::vector<std::int64_t>& dimensions, std::int64_t latent) {
  std::set<std::int64_t> seen;
  for (const std::int64_t dimension : dimensions) {
    if (dimension < 0 || dimension >= latent)
      throw Error(Errc::invalid_argument, "--dims: the model has no latent dimension " +
                                              std::to_string(dimension) + "; there are 0 to " +
                                              std::to_string(latent - 1));
    if (!seen.insert(dimension).second)
      throw Error(Errc::invalid_argument, "--dims: " + std::to_string(dimension) + " is there twice");
  }
}

// What is traversed, and what is told about it.
struct Traversal {
  std::vector<float> start, label;       // z, and what goes with it
  LatentScores scores;                   // of each latent dimension; none without DATA
  std::vector<std::int64_t> dimensions;  // from the top
};

Traversal traversal_of(const Request& request, Vae& vae) {
  Traversal result;
  result.start.resize(static_cast<std::size_t>(vae.config().latent));
  if (request.use.data.empty()) {
    result.label = label_of(request.use, vae);
  } else {
    const Dataset data = open_data(request.use, vae);
    const std::int64_t row = request.row.value_or(0);
    const std::vector<float> values = row_of(data, row, "--row");
    result.label = labels_of(data, row, 1);
    result.start = vae.encode(values, result.label).mean;
    result.scores = latent_scores(vae, data, request.use.batch);
  }
  result.dimensions = request.dimensions;
  if (result.dimensions.empty()) {
    const std::vector<double>& scores = result.scores.values;
    result.dimensions = highest_first(scores.empty() ? std::vector<double>(result.start.size())
                                                     : scores);  // else as they come
    result.dimensions.resize(std::min(result.dimensions.size(), kMostDimensions));
  }
  return result;
}

LatentGrid grid_of(const Request& request, const Traversal& traversal) {
  return {"traverse", std::ssize(traversal.dimensions), request.steps,
          [&](std::int64_t row, std::int64_t column, const LatentGrid::Point& point) {
            std::ranges::copy(traversal.start, point.z.begin());
            std::ranges::copy(traversal.label, point.label.begin());
            const auto dimension =
                static_cast<std::size_t>(traversal.dimensions[static_cast<std::size_t>(row)]);
            const double part = static_cast<double>(column) / static_cast<double>(request.steps - 1);
            point.z[dimension] = static_cast<float>(request.range * (2 * part - 1));
          }};
}

std::string report(const Request& request, const Traversal& traversal) {
  std::string text = "from the top: dimension ";
  const char* before = "";
  for (const std::int64_t dimension : traversal.dimensions) {
    text += before + std::to_string(dimension);
    const auto& [what, values] = traversal.scores;
    if (!values.empty())
      text += " (" + what + " " + fixed(values[static_cast<std::size_t>(dimension)], 2) + ")";
    before = ", ";
  }
  return text + "\n" + std::to_string(traversal.dimensions.size()) + " of " +
         std::to_string(traversal.start.size()) + " dimensions x " + std::to_string(request.steps) +
         " steps: " + request.use.out + "\n";
}

}  // namespace

ExitCode run_traverse(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  const FileFormat format = format_of(request.use.out);
  if (request.row && request.use.data.empty())
    throw Error(Errc::invalid_argument, "--row: there is no DATA; name a file after CHECKPOINT");
  if (!request.use.labels.empty() && request.use.data.empty())
    throw Error(Errc::invalid_argument, "--labels: there is no DATA; give the --label of z = 0");
  if (request.use.scale != kByItself && request.use.data.empty())
    throw Error(Errc::invalid_argument, "--scale: there is no DATA; name a file after CHECKPOINT");
  if (!request.use.label.empty() && !request.use.data.empty())
    throw Error(Errc::invalid_argument, "--label: a row of DATA has its own; give the --labels of DATA");
  Vae vae = load_model(request.use);
  if (request.use.data.empty() && !config::has_standard_prior(vae.config()))
    throw Error(Errc::invalid_argument,
                request.use.checkpoint + ": has a learned prior, of which z = 0 is no particular point" +
                    "\nName DATA after CHECKPOINT: the traversal then starts at one of its rows.");
  require_dimensions(request.dimensions, vae.config().latent);
  const Traversal traversal = traversal_of(request, vae);
  const LatentGrid grid = grid_of(request, traversal);
  format == FileFormat::png ? write_grid_png(request.use, vae, grid)
                            : write_grid_rows(request.use, vae, grid);
  print_done(request.use.out, report(request, traversal));
  return ExitCode::ok;
}

}  // namespace cuvae::cli
