// cuvae reproduce: a published number, trained and evaluated by its recipe.
#include <cmath>
#include <filesystem>

#include "src/cli/commands.hpp"
#include "src/cli/evaluation_report.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/cli/presets.hpp"
#include "src/cli/row_watch.hpp"
#include "src/cli/run_directory.hpp"
#include "src/io/atomic_file.hpp"
#include "src/io/json_line.hpp"

namespace cuvae::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  std::string preset, folder, scale, epochs, out;
  ModelUse use;
  std::int32_t samples = 0;  // 0: those of the preset
  bool list = false, resume = false, json = false;
};

CommandLine command_line(Request& request) {
  CommandLine line("cuvae reproduce PRESET FOLDER --out DIR [options]",
                   "Trains by a published recipe, evaluates on the test data, and says how close it came.",
                   "  cuvae reproduce iwae-mnist-l1-k50 data/mnist --out runs/iwae --scale 1/100\n"
                   "  cuvae reproduce --list\n");
  line.positional("PRESET", "the recipe; --list names them", CommandLine::Presence::optional,
                  [&](const std::string& text) { request.preset = text; });
  line.positional("FOLDER", "with MNIST's files, as they are published", CommandLine::Presence::optional,
                  [&](const std::string& text) { request.folder = text; });
  line.heading("options");
  line.flag("--list", "the recipes, their numbers and sources", request.list);
  line.option("--out", "DIR", "folder of the run", [&](const std::string& text) { request.out = text; });
  line.flag("--resume", "continue the run in --out where it stopped", request.resume);
  line.option("--scale", "PART", "of the schedule, as 1/100; all of it is shortened [1]",
              [&](const std::string& text) { request.scale = text; });
  line.option("--epochs", "N", "only the first of the schedule, which stays as it is",
              [&](const std::string& text) { request.epochs = text; });
  line.setting(
      config::integer_key<Request>(config::Group::run, {"samples", "K", "of the evaluation; 0: as published"},
                                   &Request::samples, {0, 65535}),
      request);
  line.flag("--json", "one JSON object instead of a table, at the end", request.json);
  add_machine(line, request.use);
  return line;
}

std::string recipes() {
  Rows rows;
  for (const Preset& preset : presets()) {
    std::string number = fixed(preset.nll, 2);
    if (preset.tolerance) number += " +- " + fixed(*preset.tolerance, 1);
    rows.emplace_back(preset.name, number + "  " + preset.source);
  }
  return "nats per row of the test data, -L_K\n" + two_columns(rows);
}

// One of MNIST's files, compressed or not. Throws Error(data).
std::string find_images(const std::string& folder, const std::string& part) {
  const std::string name = part + "-images-idx3-ubyte";
  for (const char* ending : {"", ".gz"}) {
    const fs::path path = fs::path(folder) / (name + ending);
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) return path.string();
  }
  throw Error(Errc::data, folder + ": there is no " + name + " in it, nor " + name +
                              ".gz\nGive the folder that holds MNIST's files under their own names.");
}

std::vector<std::string> training_arguments(const Request& request, const std::string& data) {
  std::vector<std::string> arguments{data, "--preset", request.preset, "--out", request.out};
  const auto add = [&](const std::string& flag, const std::string& value) {
    if (value.empty()) return;
    arguments.push_back(flag);
    arguments.push_back(value);
  };
  add("--scale", request.scale);
  add("--epochs", request.epochs);
  add("--seed", std::to_string(request.use.seed));
  add("--device", request.use.device);
  add("--threads", std::to_string(request.use.threads));
  if (request.resume) arguments.emplace_back("--resume");
  return arguments;
}

Evaluation evaluate(const Request& request, const ModelUse& use, std::int32_t samples) {
  Vae vae = load_model(use);
  const Dataset data = open_data(use, vae);
  EvaluateOptions options;
  options.seed = request.use.seed;
  options.batch = request.use.batch;
  options.samples = samples;
  RowWatch watch("eval", data.rows());
  options.progress = [&](std::int64_t rows) {
    watch.done(rows);
    return true;
  };
  return vae.evaluate(data, options);
}

struct Verdict {
  const Request& request;
  const Preset& preset;
  const Evaluation& result;

  [[nodiscard]] bool whole() const { return request.scale.empty() && request.epochs.empty(); }
  [[nodiscard]] double measured() const { return -result.iwae.value; }
  [[nodiscard]] std::string words() const {
    const double off = std::abs(measured() - preset.nll);
    if (!whole()) return "not judged: the schedule was not run as published";
    if (result.samples != preset.samples) return "not judged: published is " + estimate(preset.samples);
    if (!preset.tolerance) return "none: honest replications of this one scatter too far";
    const std::string tolerance = fixed(*preset.tolerance, 2);
    if (off <= *preset.tolerance) return tolerance + ": met";
    return tolerance + ": missed by " + fixed(off - *preset.tolerance, 2);
  }
  [[nodiscard]] std::string schedule() const {
    if (!request.scale.empty()) return "shortened to " + request.scale;
    return request.epochs.empty() ? "as published" : "the first " + request.epochs + " epochs";
  }

  static std::string estimate(std::int32_t samples) { return "-L_" + std::to_string(samples); }

  [[nodiscard]] std::string as_table() const {
    Rows rows{{"preset", preset.name + ", " + preset.source},
              {"schedule", schedule()},
              {"published",
               fixed(preset.nll, 2) + " nats per row, " + estimate(preset.samples) + " of the test data"},
              {"measured", fixed(measured(), 2) + " +- " + fixed(result.iwae.draw_error, 3) + " (draws) +- " +
                               fixed(result.iwae.row_error, 2) + " (rows), " + estimate(result.samples)},
              {"tolerance", words()},
              {"active units", active_units_text(result)}};
    if (!preset.differs.empty()) rows.emplace_back("differs", preset.differs);
    return two_columns(rows);
  }
  [[nodiscard]] std::string as_json() const {
    io::JsonObject object;
    object.add("preset", preset.name)
        .add("source", preset.source)
        .add("differs", preset.differs)
        .add("schedule", schedule())
        .add("published", preset.nll)
        .add("published_samples", preset.samples)
        .add("measured", measured())
        .add("draw_error", result.iwae.draw_error)
        .add("row_error", result.iwae.row_error)
        .add("elbo", result.mean.elbo)
        .add("samples", result.samples)
        .add("rows", result.rows)
        .add("active_units", result.active_units)
        .add("seed", request.use.seed)
        .add("verdict", words());
    return object.str() + "\n";
  }
};

std::string best_model(const std::string& folder) {
  const fs::path best = fs::path(folder) / RunDirectory::kBest;
  std::error_code ignored;
  return (fs::exists(best, ignored) ? best : fs::path(folder) / RunDirectory::kModel).string();
}

}  // namespace

ExitCode run_reproduce(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  if (request.list) {
    print(recipes());
    return ExitCode::ok;
  }
  for (const auto& [what, value] : {std::pair{"PRESET", &request.preset},
                                    std::pair{"FOLDER", &request.folder}, std::pair{"--out", &request.out}}) {
    if (value->empty())
      throw Error(
          Errc::invalid_argument,
          std::string(what) + " is missing\nusage: cuvae reproduce PRESET FOLDER --out DIR [options]");
  }
  const Preset& preset = find_preset(request.preset);
  const std::string training = find_images(request.folder, "train"),
                    test = find_images(request.folder, "t10k");
  const std::vector<std::string> to_train = training_arguments(request, training);
  const ExitCode trained = run_train(to_train);
  if (trained != ExitCode::ok) return trained;
  ModelUse use = request.use;
  use.checkpoint = best_model(request.out);
  use.data = test;
  const Evaluation result = evaluate(request, use, request.samples > 0 ? request.samples : preset.samples);
  const Verdict verdict{request, preset, result};
  const std::string text = verdict.as_json();
  io::write_file(fs::path(request.out) / RunDirectory::kReproduction, text);
  print(request.json ? text : verdict.as_table());
  return ExitCode::ok;
}

}  // namespace cuvae::cli
