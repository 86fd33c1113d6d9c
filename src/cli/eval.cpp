// cuvae eval: the ELBO of a data set under a trained model.
#include <cmath>

#include "src/cli/commands.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/cli/row_watch.hpp"
#include "src/io/json_line.hpp"

namespace cuvae::cli {
namespace {

struct Request {
  ModelUse use;
  std::optional<Binarize> binarize;
  bool json = false;
};

CommandLine command_line(Request& request) {
  CommandLine line("cuvae eval CHECKPOINT DATA [options]",
                   "The ELBO of data under a trained model, in nats per row, and its two parts.",
                   "  cuvae eval runs/demo/model.safetensors builtin:shapes:5000\n"
                   "  cuvae eval runs/mnist/best.safetensors t10k-images-idx3-ubyte.gz --json\n");
  add_checkpoint(line, request.use);
  add_data(line, request.use);
  line.heading("options");
  line.flag("--json", "one JSON object instead of a table", request.json);
  line.option("--binarize", "NAME", config::words<Binarize>() + " [as in training]",
              [&](const std::string& text) {
                config::labelled("--binarize", [&] { request.binarize = config::parse<Binarize>(text); });
              });
  add_machine(line, request.use);
  return line;
}

std::string as_json(const Request& request, const Vae& vae, Binarize binarize, const Evaluation& result) {
  return io::JsonObject()
             .add("elbo", result.mean.elbo)
             .add("reconstruction", result.mean.reconstruction)
             .add("kl", result.mean.kl)
             .add("rows", result.rows)
             .add("active_units", result.active_units)
             .add("latent", vae.config().latent)
             .add("seed", request.use.seed)
             .add("binarize", to_string(binarize))
             .add("checkpoint", request.use.checkpoint)
             .add("data", request.use.data)
             .str() +
         "\n";
}

std::string as_table(const Vae& vae, Binarize binarize, const Evaluation& result) {
  return two_columns({
      {"elbo", fixed(result.mean.elbo, 3) + " nats per row"},
      {"  reconstruction", fixed(result.mean.reconstruction, 3) + " (E log p(x|z), one draw of z per row)"},
      {"  kl", fixed(result.mean.kl, 3)},
      {"active units", std::to_string(result.active_units) + " of " + std::to_string(vae.config().latent)},
      {"rows", std::to_string(result.rows)},
      {"binarize", std::string(to_string(binarize))},
  });
}

}  // namespace

ExitCode run_eval(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  Vae vae = load_model(request.use);
  const Dataset data = open_data(request.use, vae);
  EvaluateOptions options;
  options.seed = request.use.seed;
  options.batch = request.use.batch;
  options.binarize = request.binarize;
  RowWatch watch("eval", data.rows());
  options.progress = [&](std::int64_t rows) {
    watch.done(rows);
    return true;
  };
  const Evaluation result = vae.evaluate(data, options);
  if (!std::isfinite(result.mean.elbo)) {
    throw Error(
        Errc::numerics,
        request.use.checkpoint + ": the ELBO of " + request.use.data +
            " under it is not finite; its weights have diverged, or a row is far from what they know" +
            "\nLook at the values (cuvae info), take an earlier checkpoint, or train again with a lower "
            "--lr.");
  }
  const Binarize binarize = request.binarize.value_or(vae.config().binarize);
  print(request.json ? as_json(request, vae, binarize, result) : as_table(vae, binarize, result));
  return ExitCode::ok;
}

}  // namespace cuvae::cli
