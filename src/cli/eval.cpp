// cuvae eval: how well a trained model explains data.
#include <cmath>

#include "src/cli/array_out.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/evaluation_report.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/cli/row_watch.hpp"
#include "src/data/factors.hpp"

namespace cuvae::cli {
namespace {

struct Request {
  ModelUse use;
  std::optional<Binarize> binarize;
  std::int32_t samples = 1;
  std::string per_row, factors;
  bool json = false;
};

CommandLine command_line(Request& request) {
  CommandLine line("cuvae eval CHECKPOINT DATA [options]",
                   "Bounds of the log-likelihood of data under a trained model, nats per row: the\n"
                   "ELBO, with --samples K the importance-weighted L_K; and what its latent\n"
                   "dimensions do.",
                   "  cuvae eval runs/demo/model.safetensors builtin:shapes:5000\n"
                   "  cuvae eval m.safetensors x.npy --samples 5000 --per-row bounds.npy --json\n");
  add_checkpoint(line, request.use);
  add_data(line, request.use);
  line.heading("options");
  const auto samples = config::integer_key<Request>(
      config::Group::run, {"samples", "K", "draws of z for each row"}, &Request::samples, {1, 65535});
  line.setting(samples, request);
  line.flag("--json", "one JSON object instead of a table", request.json);
  line.option("--per-row", "FILE", ".npy, .npz, .csv: the bounds of each row",
              [&](const std::string& text) { request.per_row = text; });
  line.option("--factors", "F.npy", "integers [rows, factors]: tells their MIG",
              [&](const std::string& text) { request.factors = text; });
  line.option("--binarize", "NAME", config::words<Binarize>() + " [as in training]",
              [&](const std::string& text) {
                config::labelled("--binarize", [&] { request.binarize = config::parse<Binarize>(text); });
              });
  add_labels(line, request.use);
  add_reading(line, request.use);
  add_machine(line, request.use);
  return line;
}

// The file of --per-row, where there is one.
class RowFile {
 public:
  RowFile(const std::string& path, std::int64_t rows) {
    if (!path.empty())
      file_ = rows_to(path, rows, 5, {"elbo", "iwae", "reconstruction", "kl", "effective_samples"});
  }
  void append(const RowEvaluation& row) {
    const double values[] = {row.elbo, row.iwae, row.reconstruction, row.kl, row.effective_samples};
    std::vector<float> floats;
    for (const double value : values) floats.push_back(static_cast<float>(value));
    if (file_) file_->append(floats);
  }
  void commit() {
    if (file_) cli::commit(*file_);
  }

 private:
  std::unique_ptr<io::ArrayWriter> file_;
};

bool varies(const Factors& factors, std::size_t factor) {
  for (std::size_t at = factor; at < factors.levels.size(); at += factors.names.size()) {
    if (factors.levels[at] != factors.levels[factor]) return true;
  }
  return false;
}

void require_one_that_varies(const std::string& path, const Factors& factors) {
  for (std::size_t factor = 0; factor < factors.names.size(); ++factor) {
    if (varies(factors, factor)) return;
  }
  throw Error(Errc::data, path + ": no factor varies over the rows, so there is nothing to know of it" +
                              "\nGive factors that differ from row to row.");
}

// Those of built-in data are known.
std::optional<Factors> factors_of(const Request& request, const Dataset& data) {
  if (request.factors.empty()) return data.known_factors();
  Factors factors = data::read_factors(request.factors);
  const auto rows = static_cast<std::int64_t>(factors.levels.size() / factors.names.size());
  if (rows != data.rows())
    throw Error(Errc::data, request.factors + ": has " + std::to_string(rows) + " rows, " + data.source() +
                                " has " + std::to_string(data.rows()) +
                                "\nGive a row of factors for each row of DATA, in the same order.");
  require_one_that_varies(request.factors, factors);
  return factors;
}

Evaluation evaluate(const Request& request, Vae& vae, const Dataset& data) {
  EvaluateOptions options;
  options.seed = request.use.seed;
  options.batch = request.use.batch;
  options.binarize = request.binarize;
  options.samples = request.samples;
  options.factors = factors_of(request, data);
  RowWatch watch("eval", data.rows());
  options.progress = [&](std::int64_t rows) {
    watch.done(rows);
    return true;
  };
  RowFile rows(request.per_row, data.rows());
  options.row = [&](std::int64_t, const RowEvaluation& row) { rows.append(row); };
  Evaluation result = vae.evaluate(data, options);
  if (!std::isfinite(result.mean.elbo) || !std::isfinite(result.iwae.value)) {
    throw Error(
        Errc::numerics,
        request.use.checkpoint + ": the ELBO of " + data.source() +
            " under it is not finite; its weights have diverged, or a row is far from what they know" +
            "\nLook at the values (cuvae info), take an earlier checkpoint, or train again with a lower "
            "--lr.");
  }
  rows.commit();
  return result;
}

}  // namespace

ExitCode run_eval(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  if (!request.per_row.empty()) {
    require_rows("--per-row", request.per_row);
    request.use.out = request.per_row;
    request.use.out_flag = "--per-row";
    require_another_file("--per-row", request.per_row, request.factors);
  }
  Vae vae = load_model(request.use);
  const Dataset data = open_data(request.use, vae);
  const Evaluation result = evaluate(request, vae, data);
  const EvaluationReport report{request.use, request.binarize.value_or(vae.config().binarize), result};
  print_done(request.per_row, request.json ? report.as_json() : report.as_table());
  return ExitCode::ok;
}

}  // namespace cuvae::cli
