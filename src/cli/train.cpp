// cuvae train: from settings to a run.
#include "src/cli/train.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>

#include "src/cli/checkpoints.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/config_file.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/names.hpp"
#include "src/cli/presets.hpp"
#include "src/cli/run_report.hpp"
#include "src/cli/signals.hpp"
#include "src/cli/training_run.hpp"
#include "src/data/spec.hpp"
#include "src/data/standard_input.hpp"
#include "src/io/safetensors.hpp"

namespace cuvae::cli {
namespace {

using config::Group;

struct Request {
  std::string config_file, preset, preset_scale;
  bool resume = false;
  bool dry_run = false;
  std::vector<Given> on_line;
};

const std::string& not_empty(const std::string& flag, const std::string& text) {
  if (text.empty()) throw Error(Errc::invalid_argument, flag + " needs a value");
  return text;
}

void add_settings(CommandLine& line, Request& request, Group group) {
  static const RunSettings defaults;
  for (const RunKey& key : run_keys()) {
    const bool shorthand = group == Group::model && key.group == Group::shorthand;
    if ((key.group != group && !shorthand) || key.words.name == kDataKey) continue;
    const std::string flag = flag_of(key.words.name), value = key.format(defaults);
    line.option(
        flag, key.words.placeholder,
        value.empty() || shorthand ? key.words.help : CommandLine::with_default(key.words.help, value),
        [&request, name = key.words.name, flag](const std::string& text) {
          request.on_line.push_back({name, name == kOutKey ? not_empty(flag, text) : text, flag});
        },
        key.words.interest);
  }
}

CommandLine command_line(Request& request) {
  CommandLine line("cuvae train [DATA] [options]",
                   "Trains a model and keeps everything about it in one folder.",
                   "  cuvae train --out runs/first --epochs 5\n"
                   "  cuvae train train-images-idx3-ubyte.gz --hidden 512,256 --out runs/mnist\n");
  line.positionals("DATA", kDataHelp, CommandLine::Presence::optional, [&](const std::string& text) {
    const auto begun = std::ranges::find(request.on_line, kDataKey, &Given::key);
    if (begun == request.on_line.end()) {
      request.on_line.push_back({kDataKey, text, "DATA"});
    } else {
      add_name(begun->text, text);
    }
  });
  line.option("--config", "FILE.toml", "settings; options given here win",
              [&](const std::string& text) { request.config_file = not_empty("--config", text); });
  line.option("--preset", "NAME", "a published recipe (cuvae reproduce --list)",
              [&](const std::string& text) { request.preset = not_empty("--preset", text); });
  line.option("--preset-scale", "PART", "of the preset's schedule, such as 1/100",
              [&](const std::string& text) { request.preset_scale = not_empty("--preset-scale", text); });
  line.flag("--resume", "continue the run in --out where it stopped", request.resume);
  line.flag("--dry-run", "show memory and phases of a step, and stop", request.dry_run);
  add_settings(line, request, Group::run);
  add_settings(line, request, Group::machine);
  line.heading("model");
  add_settings(line, request, Group::model);
  line.heading("training");
  add_settings(line, request, Group::train);
  return line;
}

// What of the settings is the recipe's; the rest wins over it.
void apply_preset(const Request& request, RunSettings& settings) {
  if (!request.preset_scale.empty() && request.preset.empty())
    throw Error(Errc::invalid_argument,
                "--preset-scale shortens the schedule of a --preset; give one, or fewer --epochs");
  if (request.preset.empty()) return;
  const Preset& preset = find_preset(request.preset);
  apply_settings(settings_of(preset), settings);
  settings.preset = preset.name;
  if (request.preset_scale.empty()) return;
  config::labelled("--preset-scale", [&] {
    const double scale = parse_preset_scale(request.preset_scale);
    if (scale < 1) settings.preset_scale = request.preset_scale;
    shorten(settings.train, scale);
  });
}

// A recipe is for its own data: what stands in when there is none would be another experiment.
void require_data(const Request& request, const std::vector<Given>& in_file) {
  const auto names_data = [](const Given& given) { return given.key == kDataKey; };
  if (request.preset.empty() || std::ranges::any_of(in_file, names_data) ||
      std::ranges::any_of(request.on_line, names_data))
    return;
  const Preset& preset = find_preset(request.preset);
  throw Error(Errc::invalid_argument,
              "DATA is missing: preset " + preset.name + " is a recipe for " + preset.train.name +
                  "\nName their file first, such as data/mnist/train-images-idx3-ubyte.gz.");
}

RunSettings resolve(const Request& request) {
  RunSettings settings;
  apply_preset(request, settings);
  std::vector<Given> in_file;
  if (!request.config_file.empty()) in_file = read_config_file(request.config_file);
  apply_settings(in_file, settings);
  apply_settings(request.on_line, settings);
  require_data(request, in_file);
  validate(settings);
  if (settings.out.empty() && request.resume)
    throw Error(Errc::invalid_argument, "--resume needs --out: the folder of the run to continue");
  return settings;
}

// What a run began as is not among the settings in its config.toml, but its state knows.
void recall_preset(const std::string& state, RunSettings& settings) {
  if (!settings.preset.empty()) return;
  const std::map<std::string, std::string> known = io::SafetensorsFile::open(state).metadata();
  const auto text = [&](const char* key) {
    const auto found = known.find(key);
    return found == known.end() ? "" : found->second;
  };
  const std::string preset = text(kPresetNote), scale = text(kPresetScaleNote);
  if (std::ranges::find(presets(), preset, &Preset::name) == presets().end()) return;
  settings.preset = preset;
  if (is_preset_scale(scale)) settings.preset_scale = scale;
}

void resume(Trainer& trainer, const RunDirectory& directory, RunSettings& settings) {
  const LastState last = last_state(directory);
  trainer.load_state(last.file);
  recall_preset(last.file, settings);
  if (!last.flaw.empty()) print(step_back_note(last.flaw, trainer), Stream::err);
}

// Names by which the run can be repeated from elsewhere.
std::string repeatable(const std::string& spec) {
  std::string all;
  std::istringstream lines(spec);
  for (std::string name; std::getline(lines, name);) {
    const bool anywhere = data::is_builtin(name) || name == data::kStandardInput;
    add_name(all, anywhere ? name : std::filesystem::absolute(name).string());
  }
  return all;
}

RunSettings repeatable(RunSettings settings, const Device& device) {
  settings.data = repeatable(settings.data);
  settings.labels = repeatable(settings.labels);
  settings.validation = repeatable(settings.validation);
  settings.validation_labels = repeatable(settings.validation_labels);
  settings.device = to_string(device);
  return settings;
}

FitResult fit(Trainer& trainer, const Dataset& data, const std::optional<Dataset>& validation,
              TrainingRun& run) {
  const auto callback = [&](const Progress& progress) { return run.on_progress(progress); };
  return validation ? trainer.fit(data, *validation, callback) : trainer.fit(data, callback);
}

Dataset open_labelled(const std::string& spec, const ReadOptions& options, const std::string& labels,
                      const LabelOptions& of_labels) {
  const Dataset data = Dataset::open(spec, options);
  data.require_finite();
  return labels.empty() ? data : data.with_labels_of(labels, of_labels);
}

ExitCode after(const FitResult& result, const RunDirectory& directory, const RunSettings& settings,
               const TrainingFrame& frame) {
  if (result.reason != StopReason::requested) {
    print(finished_note(result, directory, settings), frame.told);
    return ExitCode::ok;
  }
  print_after_stop(stopped_note(result, frame.go_on.empty() ? go_on(directory) : frame.go_on), frame.told);
  return ExitCode::stopped;
}

Trained train(const Request& request, RunSettings settings, const TrainingFrame& frame) {
  const ReadOptions options = read_options(settings);
  const Dataset whole =
      open_labelled(settings.data, options, settings.labels, {.kind = kind_of(settings.label_kind)});
  if (!request.preset.empty()) {
    const Preset& preset = find_preset(request.preset);
    require_shape(preset, preset.train, whole);
  }
  const Dataset data = settings.rows > 0 ? whole.first(settings.rows) : whole;
  std::optional<Dataset> validation;
  if (!settings.validation.empty()) {
    LabelOptions same{.kind = LabelKind::real};
    if (data.labels_are_classes()) same = {LabelKind::one_hot, data.label_cols(), data.label_names()};
    validation = open_labelled(settings.validation, options, settings.validation_labels, same);
    require_same_order(*validation, data.image(), data.source());
    require_same_columns(*validation, data.column_names(), data.source());
  }
  settings.model.data_dim = data.cols();
  settings.model.label_dim = data.label_cols();
  if (data.label_cols() > 0 && !data.labels_are_classes()) settings.model.label_kind = LabelKind::real;
  const Device device = device_of(settings);
  require_precision(device, settings.train.precision);
  const Plan plan = validation ? Trainer::plan(settings.model, settings.train, data, *validation, device.kind)
                               : Trainer::plan(settings.model, settings.train, data, device.kind);
  if (request.dry_run) {
    if (settings.out.empty()) settings.out = RunDirectory::fresh_name().string();
    print(start_table(settings, data, plan, device) + plan_table(plan), frame.told);
    return {};
  }

  RunDirectory directory(settings.out,
                         request.resume ? RunDirectory::Start::resume : RunDirectory::Start::afresh);
  const StopSignals signals;
  Trainer trainer(settings.model, settings.train, device);
  directory.create();
  settings.out = directory.path().string();
  if (request.resume && directory.has_state()) resume(trainer, directory, settings);
  print(start_table(settings, data, plan, device) + (request.resume ? resume_note(trainer) : ""), frame.told);
  FitResult result;
  {
    TrainingRun run(trainer, directory, repeatable(settings, trainer.device()), data,
                    validation.value_or(data), frame.told);
    result = fit(trainer, data, validation, run);
    run.finish();
  }
  return {after(result, directory, settings, frame), result.reason, result.steps, plan.steps_per_epoch,
          whole.fingerprint()};
}

}  // namespace

Trained train(Arguments arguments, const TrainingFrame& frame) {
  Request request;
  if (!command_line(request).parse(arguments)) return {};
  return train(request, resolve(request), frame);
}

ExitCode run_train(Arguments arguments) { return train(arguments, {}).code; }

}  // namespace cuvae::cli
