// cuvae reproduce: a published number, trained and evaluated by its recipe.
#include <filesystem>

#include "src/cli/commands.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/output.hpp"
#include "src/cli/presets.hpp"
#include "src/cli/reproduction.hpp"
#include "src/cli/row_watch.hpp"
#include "src/cli/run_directory.hpp"
#include "src/cli/signals.hpp"
#include "src/cli/train.hpp"
#include "src/io/atomic_file.hpp"

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

void require_request(const Request& request) {
  for (const auto& [what, value] : {std::pair{"PRESET", &request.preset},
                                    std::pair{"FOLDER", &request.folder}, std::pair{"--out", &request.out}}) {
    if (value->empty())
      throw Error(
          Errc::invalid_argument,
          std::string(what) + " is missing\nusage: cuvae reproduce PRESET FOLDER --out DIR [options]");
  }
  std::error_code ignored;
  if (fs::equivalent(request.out, request.folder, ignored))
    throw Error(Errc::invalid_argument,
                "--out: '" + request.out + "' holds the data; choose another folder for the run");
  if (!request.scale.empty() && !request.epochs.empty())
    throw Error(Errc::invalid_argument,
                "--scale and --epochs exclude each other: one shortens the whole schedule, the other cuts it "
                "off\nGive one of them.");
  if (!request.scale.empty()) config::labelled("--scale", [&] { (void)parse_preset_scale(request.scale); });
}

// What a run of the recipe's first epochs cannot be, whatever its data.
void require_epochs_beyond_warmup(const Request& request, const Preset& preset) {
  if (request.epochs.empty()) return;
  const double warmup = published_training(preset).kl_warmup;
  double epochs = 0;
  config::labelled("--epochs", [&] { epochs = config::to_number(request.epochs); });
  if (warmup == 0 || epochs > warmup) return;
  throw Error(Errc::invalid_argument,
              "--epochs: the first " + request.epochs + " of " + preset.name +
                  " are those in which the KL weight " + "rises, which takes " + config::format(warmup) +
                  "\nRun more of them, or shorten all of the schedule (--scale 1/100).");
}

enum class Of { training, all };

// Options that are not as they are by themselves.
std::vector<std::string> given(const Request& request, Of of) {
  std::vector<std::string> words;
  const auto add = [&](const std::string& flag, const std::string& value, const std::string& by_itself = "") {
    if (value != by_itself) words.insert(words.end(), {flag, value});
  };
  static const ModelUse by_itself;
  add(of == Of::training ? "--preset-scale" : "--scale", request.scale);
  add("--epochs", request.epochs);
  add("--seed", std::to_string(request.use.seed), std::to_string(by_itself.seed));
  add("--device", request.use.device, by_itself.device);
  add("--threads", std::to_string(request.use.threads), std::to_string(by_itself.threads));
  if (of == Of::all) {
    add("--samples", std::to_string(request.samples), "0");
    add("--batch", std::to_string(request.use.batch), std::to_string(by_itself.batch));
    if (request.json) words.emplace_back("--json");
  }
  return words;
}

std::vector<std::string> training_arguments(const Request& request, const std::string& data) {
  std::vector<std::string> words{data, "--preset", request.preset, "--out", request.out};
  for (const std::string& word : given(request, Of::training)) words.push_back(word);
  if (request.resume) words.emplace_back("--resume");
  return words;
}

// What continues it, in training or after that.
std::string go_on(const Request& request) {
  std::string line = "cuvae reproduce " + request.preset + " " + shell_word(request.folder) + " --out " +
                     shell_word(request.out);
  for (const std::string& word : given(request, Of::all)) line += " " + word;
  return line + " --resume";
}

// The object on stdout is alone there.
Stream told(const Request& request) { return request.json ? Stream::err : Stream::out; }

std::string best_model(const std::string& folder) {
  const fs::path best = fs::path(folder) / RunDirectory::kBest;
  std::error_code ignored;
  return (fs::exists(best, ignored) ? best : fs::path(folder) / RunDirectory::kModel).string();
}

Evaluation evaluate(const Request& request, const ModelUse& use, const Dataset& test, std::int32_t samples) {
  RowWatch watch("eval", test.rows());
  watch.done(0);
  EvaluateOptions options;
  options.seed = request.use.seed;
  options.batch = request.use.batch;
  options.samples = samples;
  options.progress = [&](std::int64_t rows) {
    watch.done(rows);
    return true;
  };
  return load_model(use).evaluate(test, options);
}

ExitCode reproduce(const Request& request, const Preset& preset) {
  require_epochs_beyond_warmup(request, preset);
  const std::string training = find_images(request.folder, "train");
  const Dataset test = Dataset::open(find_images(request.folder, "t10k"));
  require_shape(preset, preset.test, test);
  const StopSignals signals;
  const Trained trained = train(training_arguments(request, training), {told(request), go_on(request)});
  if (trained.code != ExitCode::ok) return trained.code;
  ModelUse use = request.use;
  use.checkpoint = best_model(request.out);
  const bool published_data =
      trained.data_fingerprint == preset.train.fingerprint && test.fingerprint() == preset.test.fingerprint;
  const Reproduction reproduction{
      preset,
      {request.scale, trained.steps, trained.steps_per_epoch, trained.reason == StopReason::early_stop},
      published_data,
      use.checkpoint,
      request.use.seed,
      evaluate(request, use, test, request.samples > 0 ? request.samples : preset.samples)};
  io::write_file(fs::path(request.out) / RunDirectory::kReproduction, reproduction.as_json());
  print(request.json ? reproduction.as_json() : reproduction.as_table());
  return ExitCode::ok;
}

}  // namespace

ExitCode run_reproduce(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  if (request.list) {
    print(recipes());
    return ExitCode::ok;
  }
  require_request(request);
  try {
    return reproduce(request, find_preset(request.preset));
  } catch (const Stopped&) {  // the training is over, and kept
    print_after_stop(
        "stopped in the evaluation, the model is kept; continue with:\n  " + go_on(request) + "\n",
        told(request));
    return ExitCode::stopped;
  }
}

}  // namespace cuvae::cli
