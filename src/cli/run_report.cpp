#include "src/cli/run_report.hpp"

#include <filesystem>
#include <optional>
#include <vector>

#include "src/cli/metrics.hpp"
#include "src/cli/names.hpp"
#include "src/cli/output.hpp"
#include "src/cli/presets.hpp"
#include "src/config/likelihood.hpp"
#include "src/core/shown.hpp"

namespace cuvae::cli {
namespace {

std::string data_text(const Dataset& data) {
  return core::shown(data.source(), core::kLongestPath) + ": " + std::to_string(data.rows()) + " rows x " +
         std::to_string(data.cols()) + ", " + data.description();
}

std::string labels_text(const Dataset& data, Labelling labelling) {
  constexpr std::int32_t kMany = 50;
  const std::string count = std::to_string(data.label_cols());
  if (!data.label_names().empty()) return count + " classes: " + shown_names(data.label_names());
  const bool guessed = labelling == Labelling::by_type;
  if (data.labels_are_classes())
    return count + " classes" +
           (guessed && data.label_cols() > kMany ? " (if they are numbers: --label-kind real)" : "");
  if (data.label_cols() > 1) return count + " numbers";
  return count + " number" + (guessed ? " (if it is a class: --label-kind one-hot)" : "");
}

std::string top_layers_text(const ModelConfig& model) {
  std::string up, down;
  for (const std::int32_t width : model.top_hidden) {
    up += std::to_string(width) + "-";
    down.insert(0, "-" + std::to_string(width));
  }
  return up + "[" + std::to_string(model.top_latent) + "]" + down;
}

std::string layers_text(const ModelConfig& model) {
  std::string text = std::to_string(model.data_dim);
  for (const std::int32_t width : model.encoder_hidden) text.append("-").append(std::to_string(width));
  text += "-[" + std::to_string(model.latent) + "]";
  for (const std::int32_t width : model.decoder_hidden) text.append("-").append(std::to_string(width));
  text += "-" + std::to_string(model.data_dim);
  return model.top_latent > 0 ? text + " above it " + top_layers_text(model) : text;
}

std::string model_text(const ModelConfig& model, const Plan& plan) {
  return layers_text(model) + " " + std::string(to_string(model.activation)) + ", " +
         std::to_string(plan.parameters) + " parameters";
}

std::string bound_text(const TrainConfig& train) {
  std::string text = train.objective == Objective::elbo ? "ELBO" : std::string(to_string(train.objective));
  return train.samples > 1 ? text + " of " + std::to_string(train.samples) + " samples" : text;
}

std::string epochs_text(double epochs) {
  return config::format(epochs) + (epochs == 1 ? " epoch" : " epochs");
}

// What the KL costs, and what is added for the batch.
std::string kl_text(const TrainConfig& train) {
  const TrainConfig usual;
  std::string text = ", KL weight " + config::format(train.kl_weight);
  if (train.kl_capacity > 0) text += ", capacity " + config::format(train.kl_capacity) + " nats";
  if (train.kl_warmup > 0) text += " after " + epochs_text(train.kl_warmup);
  if (train.kl_cycles > 1) text += ", " + std::to_string(train.kl_cycles) + " cycles";
  const auto add = [&](const char* what, double value, double by_itself) {
    if (value != by_itself) text += std::string(", ") + what + " " + config::format(value);
  };
  add("free bits", train.free_bits, usual.free_bits);
  add("free bits in total", train.free_bits_total, usual.free_bits_total);
  add("total correlation's weight", train.tc_weight, usual.tc_weight);
  add("discrepancy's weight", train.mmd_weight, usual.mmd_weight);
  return text;
}

std::string objective_text(const RunSettings& settings) {
  std::string text =
      bound_text(settings.train) + ", " + std::string(to_string(settings.model.likelihood)) + " likelihood";
  if (config::has_variance(settings.model.likelihood)) {
    const ModelConfig& model = settings.model;
    text += ", variance " + (model.variance == Variance::fixed ? config::format(model.fixed_variance)
                                                               : std::string(to_string(model.variance)));
  }
  if (settings.model.binarize != Binarize::none) {
    text += ", binarize " + std::string(to_string(settings.model.binarize));
  }
  if (settings.model.prior != Prior::standard) {
    text += ", " + std::string(to_string(settings.model.prior)) + " prior of " +
            std::to_string(settings.model.prior_components) + " components";
  }
  return text + kl_text(settings.train);
}

std::string some_label(const ModelConfig& model) {
  std::string label = "0";
  for (std::int32_t i = 1; model.label_kind == LabelKind::real && i < model.label_dim; ++i) label += ",0";
  return label;
}

// The rates themselves, rounded; a file keeps the exact factors.
std::string rate_text(const TrainConfig& train) {
  double rate = train.learning_rate;
  std::string text = significant(rate, 4);
  const LearningRateSchedule& schedule = train.schedule;
  if (schedule.kind != LearningRateSchedule::Kind::steps) return text + " " + config::format(schedule);
  text += ", after ";
  for (const auto& [epoch, factor] : schedule.steps) {
    rate *= factor;
    text += (epoch == schedule.steps.front().first ? "" : ", ") + std::to_string(epoch) + ": " +
            significant(rate, 4);
  }
  return text;
}

std::string training_text(const TrainConfig& train, const Plan& plan) {
  return std::string(to_string(train.optimizer)) + ", rate " + rate_text(train) + ", batch " +
         std::to_string(train.batch) + ", " + std::to_string(plan.total_steps) + " steps of " +
         std::to_string(plan.steps_per_epoch) + " per epoch";
}

std::string preset_text(const RunSettings& settings) {
  const Preset& preset = find_preset(settings.preset);
  std::string text = preset.name + ", " + preset.source;
  TrainConfig recipe = published_training(preset);
  const std::int32_t published = recipe.epochs, run = settings.train.epochs;
  if (!settings.preset_scale.empty()) {
    shorten(recipe, parse_preset_scale(settings.preset_scale));
    text += "; shortened to " + settings.preset_scale + (run == recipe.epochs ? ":" : ", but");
  } else if (run == published) {
    return text;
  } else {
    text += ";";
  }
  return text + " " + epochs_text(run) + " in place of " + std::to_string(published);
}

// What may be tried against collapse that these settings do not do yet.
std::string against_collapse(const TrainConfig& train) {
  if (train.kl_capacity > 0)
    return "a --kl-capacity above " + config::format(train.kl_capacity) + " or a --kl-weight above " +
           config::format(train.kl_weight);
  std::vector<std::string> ways;
  if (train.kl_warmup == 0) ways.emplace_back("a --kl-warmup of some epochs");
  if (train.kl_warmup > 0 && train.kl_warmup * train.kl_cycles < train.epochs / 2.0)
    ways.push_back("a longer --kl-warmup than " + config::format(train.kl_warmup));
  const bool whole_batch = train.micro_batch == 0 || train.micro_batch == train.batch;
  if (train.free_bits > 0) {
    ways.push_back("--free-bits above " + config::format(train.free_bits));
  } else if (train.free_bits_total > 0) {
    ways.push_back("--free-bits-total above " + config::format(train.free_bits_total));
  } else if (train.objective == Objective::elbo && whole_batch) {
    ways.emplace_back("--free-bits such as 0.1");
  }
  std::string text;
  for (const std::string& way : ways) text += way + ", ";
  return text + (ways.empty() ? "" : "or ") + "a --kl-weight below " + config::format(train.kl_weight);
}

// A unit is active where the mean of q(z|x) varies by more than 0.01 over the rows. Posterior collapse leaves
// next to none: fewer than a tenth.
bool is_few(std::int64_t active, std::int64_t latent) { return active * 10 < latent; }

std::string active_units_text(const ActiveUnits& active, const RunSettings& settings) {
  const std::int32_t latent = settings.model.latent, top = settings.model.top_latent;
  std::string text = std::to_string(active.of_z) + " of " + std::to_string(latent) + " latent units " +
                     (active.of_z == 1 ? "is" : "are") + " active";
  if (active.of_top)
    text += ", and " + std::to_string(*active.of_top) + " of " + std::to_string(top) + " above them";
  const bool few = is_few(active.of_z, latent) || (active.of_top && is_few(*active.of_top, top));
  if (few && settings.train.kl_weight > 0) text += "; for more, try " + against_collapse(settings.train);
  return text + "\n";
}

// A run that was finished before it was resumed has told it in its metrics.
std::optional<ActiveUnits> last_active_units(const FitResult& result, const RunDirectory& directory) {
  if (!result.history.empty())
    return ActiveUnits{result.history.back().active_units, result.history.back().active_top_units};
  return active_units_at(directory.file(RunDirectory::kMetrics), result.steps);
}

}  // namespace

std::string start_table(const RunSettings& settings, const Dataset& data, const Plan& plan,
                        const Device& device) {
  Rows rows{{"data", data_text(data)}};
  if (!settings.labels.empty())
    rows.emplace_back("labels", settings.labels + ": " + labels_text(data, settings.label_kind));
  if (!settings.validation.empty()) rows.emplace_back("validation", settings.validation);
  if (settings.train.validation_fraction > 0) {
    rows.emplace_back("validation",
                      significant(settings.train.validation_fraction, 3) + " of the rows, held out");
  }
  if (!settings.preset.empty()) rows.emplace_back("preset", preset_text(settings));
  rows.emplace_back("model", model_text(settings.model, plan));
  rows.emplace_back("objective", objective_text(settings));
  rows.emplace_back("training", training_text(settings.train, plan));
  rows.emplace_back("device", describe(device, settings));
  rows.emplace_back("out", settings.out);
  return two_columns(rows);
}

std::string plan_table(const Plan& plan) {
  Rows memory;
  std::int64_t total = 0;
  for (const MemoryItem& item : plan.memory) {
    memory.emplace_back("  " + item.what, human_bytes(item.bytes));
    total += item.bytes;
  }
  memory.emplace_back("  total", human_bytes(total));
  std::string text = "memory\n" + two_columns_right_aligned(memory) + "phases of a step\n";
  for (const std::string& phase : plan.phases) text += "  " + phase + "\n";
  return text + "nothing was trained or written: --dry-run\n";
}

std::string resume_note(const Trainer& trainer) {
  if (trainer.steps_done() == 0) return "nothing to resume: a new run begins\n";
  return "resuming after step " + std::to_string(trainer.steps_done()) + "\n";
}

std::string step_back_note(const std::string& flaw, const Trainer& trainer) {
  return "cuvae: warning: " + flaw + "; the run goes on from " + RunDirectory::kPreviousState +
         ", after step " + std::to_string(trainer.steps_done()) + "\n";
}

std::string finished_note(const FitResult& result, const RunDirectory& directory,
                          const RunSettings& settings) {
  using Run = RunDirectory;
  Rows files;
  const auto is_there = [&](const char* name) {
    std::error_code ignored;
    return std::filesystem::exists(directory.path() / name, ignored);
  };
  const auto list = [&](const char* what, const char* name) {
    if (!is_there(name)) return;
    files.emplace_back("  " + std::string(what), directory.file(name));
  };
  list("model", Run::kModel);
  list("best model", Run::kBest);
  list("state", Run::kState);
  list("metrics", Run::kMetrics);
  list("curves", Run::kCurves);
  list("samples", Run::kSamples);
  list("reconstructions", Run::kReconstructions);
  std::string text = result.explanation + "; " + std::to_string(result.steps) +
                     (result.steps == 1 ? " step\n" : " steps\n") + two_columns(files);
  if (const auto active = last_active_units(result, directory)) text += active_units_text(*active, settings);
  if (!result.history.empty() && result.history.back().validation) {
    text +=
        "validation elbo " + fixed(result.history.back().validation->elbo, 3) + " nats per row, at the end\n";
  }
  const std::string samples = is_there(Run::kSamples) ? "samples.png" : "samples.npy";
  const char* model = is_there(Run::kBest) ? Run::kBest : Run::kModel;
  const std::string label = settings.model.label_dim > 0 ? " --label " + some_label(settings.model) : "";
  return text + "next: cuvae sample " + shell_word(directory.file(model)) + label + " --out " + samples +
         "\n";
}

std::string go_on(const RunDirectory& directory) {
  return "cuvae train --config " + shell_word(directory.file(RunDirectory::kConfig)) + " --out " +
         shell_word(directory.path().string()) + " --resume";
}

std::string stopped_note(const FitResult& result, const std::string& go_on) {
  return result.explanation + "; continue with:\n  " + go_on + "\n";
}

}  // namespace cuvae::cli
