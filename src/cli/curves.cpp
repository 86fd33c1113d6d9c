// cuvae curves: how training went.
#include <filesystem>

#include "src/cli/commands.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/cli/run_curves.hpp"
#include "src/cli/run_directory.hpp"
#include "src/core/read_error.hpp"

namespace cuvae::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  std::vector<std::string> runs;  // folders, or their metrics.jsonl
  std::string out;
};

CommandLine command_line(Request& request) {
  CommandLine line("cuvae curves RUN... --out F.png",
                   "Draws ELBO, reconstruction and KL over the epochs of a run, or of several runs\n"
                   "over each other. The folder of a run has its own as curves.png.",
                   "  cuvae curves runs/first --out first.png\n"
                   "  cuvae curves runs/first runs/second --out both.png\n");
  line.positionals("RUN", "the folder of a run or a metrics.jsonl; up to 8", CommandLine::Presence::required,
                   [&](const std::string& text) { request.runs.push_back(text); });
  line.heading("options");
  line.option("--out", "F.png", "the picture to write", [&](const std::string& text) { request.out = text; });
  return line;
}

RunCurves read(const std::string& run) {
  std::error_code ignored;
  const fs::path file =
      fs::is_directory(run, ignored) ? fs::path(run) / RunDirectory::kMetrics : fs::path(run);
  RunCurves curves{run_name(run), read_metrics(file.string())};
  if (curves.epochs.empty())
    core::refuse(file.string(), "it holds no epoch of a run",
                 "Name the folder of a run that has finished an epoch, or its metrics.jsonl.");
  return curves;
}

}  // namespace

ExitCode run_curves(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  require_png(request.out);
  if (request.runs.size() > kMostRuns)
    throw Error(Errc::invalid_argument, "RUN: a picture takes up to " + std::to_string(kMostRuns) +
                                            " runs, not " + std::to_string(request.runs.size()));
  std::vector<RunCurves> runs;
  for (const std::string& run : request.runs) {
    require_another_file("--out", request.out, run);
    runs.push_back(read(run));
  }
  draw_curves(request.out, runs);
  print(std::to_string(runs.size()) + (runs.size() == 1 ? " run: " : " runs: ") + request.out + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
