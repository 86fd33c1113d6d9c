#include "src/cli/presets.hpp"

#include <algorithm>
#include <cmath>

#include "src/core/shown.hpp"

namespace cuvae::cli {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

// Fingerprints of the images as they are published (scripts/get_mnist.sh knows their MD5).
constexpr std::uint64_t kMnistTrain = 0x2091b50a3d1b41eb, kMnistTest = 0x27f0ab64e01b4bb3;

Preset on_mnist() {
  Preset preset;
  preset.cols = 784;
  preset.train = {"MNIST's training images", 60000, kMnistTrain};
  preset.test = {"MNIST's test images", 10000, kMnistTest};
  return preset;
}

// What is common to the rows of table 1 of Burda et al. (2015), as their code has it.
Settings iwae_recipe() {
  // Stages of 1, 3, 9, ..., 2187 epochs, their rates rounded as published.
  constexpr double kRates[] = {1e-3, 7.2e-4, 5.2e-4, 3.7e-4, 2.7e-4, 1.9e-4, 1.4e-4, 1e-4};
  LearningRateSchedule schedule{LearningRateSchedule::Kind::steps, {}};
  std::int32_t epoch = 0, length = 1;
  for (std::size_t stage = 1; stage < std::size(kRates); ++stage) {
    epoch += length;
    length *= 3;
    schedule.steps.emplace_back(epoch, kRates[stage] / kRates[stage - 1]);
  }
  return {{"rows", "59600"},
          {"encoder_hidden", "200,200"},
          {"decoder_hidden", "200,200"},
          {"activation", "tanh"},
          {"likelihood", "bernoulli"},
          {"binarize", "dynamic"},
          {"init", "glorot"},
          {"output_bias", "data-mean"},
          {"epochs", "3280"},
          {"batch", "20"},
          {"order", "filed"},
          {"optimizer", "iwae-adam"},
          {"lr", "0.001"},
          {"lr_schedule", config::format(schedule)},
          {"beta1", "0.99"},
          {"beta2", "0.999"},
          {"epsilon", "0.0001"}};
}

Settings layers(int stochastic) {
  if (stochastic == 1) return {{"latent", "50"}};
  return {{"latent", "100"}, {"top_latent", "50"}, {"top_hidden", "100,100"}};
}

Preset iwae_row(const std::string& objective, int stochastic, int samples, double nll) {
  Preset preset = on_mnist();
  preset.name = objective + "-mnist-l" + std::to_string(stochastic) + "-k" + std::to_string(samples);
  preset.source = "Burda, Grosse & Salakhutdinov (2015), table 1";
  preset.differs =
      "log-variances are learned where the authors learn log deviations, and layers start from different "
      "draws";
  preset.settings = iwae_recipe();
  for (const auto& setting : layers(stochastic)) preset.settings.push_back(setting);
  preset.settings.emplace_back("objective", objective == "iwae" ? "iwae" : "elbo-sampled");
  preset.settings.emplace_back("samples", std::to_string(samples));
  preset.samples = 5000;
  preset.nll = nll;
  if (objective == "iwae" && samples == 50) preset.tolerance = 0.3;
  if (samples == 1) preset.why_no_tolerance = "none: honest replications of this one scatter too far";
  return preset;
}

Preset pythae_vae() {
  Preset preset = on_mnist();
  preset.name = "pythae-vae-mnist";
  preset.source = "Chadebec, Vincent & Allassonniere (2022), reproducibility scripts of Pythae";
  preset.differs =
      "pixels are binarized by draws of cuvae's own, not taken from a file, and the seed draws the rows held "
      "out";
  const std::string tenth_root = config::format(std::pow(10.0, -0.2));
  preset.settings = {{"hidden", "400"},
                     {"latent", "40"},
                     {"activation", "relu"},
                     {"likelihood", "bernoulli"},
                     {"binarize", "once"},
                     {"epochs", "500"},
                     {"batch", "100"},
                     {"optimizer", "adam"},
                     {"lr", "0.0001"},
                     {"lr_schedule", "200:" + tenth_root + ",350:" + tenth_root},
                     {"validation_fraction", config::format(1.0 / 6)}};
  preset.samples = 200;
  preset.nll = 89.78;
  return preset;
}

Preset vamp() {
  Preset preset = on_mnist();
  preset.name = "vamp-mnist";
  preset.source = "Tomczak & Welling (2018), table 1, static MNIST";
  preset.differs =
      "pixels are binarized by draws of cuvae's own, not taken from a file; log-variances are bounded softly "
      "at 10, not cut off at -6 and 2; the prior's inputs start as rows of the data, not as one grey; the KL "
      "weight rises by steps, not by epochs";
  preset.settings = {{"hidden", "300,300"},
                     {"latent", "40"},
                     {"activation", "glu"},
                     {"likelihood", "bernoulli"},
                     {"binarize", "once"},
                     {"init", "he"},
                     {"prior", "vamp"},
                     {"prior_components", "500"},
                     {"objective", "elbo-sampled"},
                     {"epochs", "2000"},
                     {"batch", "100"},
                     {"optimizer", "adam-normgrad"},
                     {"lr", "0.0005"},
                     {"kl_warmup", "100"},
                     {"patience", "50"},
                     {"validation_fraction", config::format(1.0 / 6)}};
  preset.samples = 5000;
  preset.nll = 85.57;
  return preset;
}

std::vector<Preset> all_presets() {
  std::vector<Preset> all;
  const struct {
    const char* objective;
    int stochastic;
    double nll[3];
  } rows[] = {{"vae", 1, {86.76, 86.47, 86.35}},
              {"iwae", 1, {86.76, 85.54, 84.78}},
              {"vae", 2, {85.33, 85.01, 84.78}},
              {"iwae", 2, {85.33, 83.89, 82.90}}};
  constexpr int kSamples[] = {1, 5, 50};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < std::size(kSamples); ++i)
      all.push_back(iwae_row(row.objective, row.stochastic, kSamples[i], row.nll[i]));
  }
  all.push_back(pythae_vae());
  all.push_back(vamp());
  return all;
}

// Of an epoch after which something changes.
std::int32_t scaled_epoch(std::int32_t epoch, double scale) {
  return static_cast<std::int32_t>(std::lround(epoch * scale));
}

}  // namespace

std::span<const Preset> presets() {
  static const std::vector<Preset> all = all_presets();
  return all;
}

const Preset& find_preset(const std::string& name) {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset;
    names.push_back(preset.name);
  }
  std::string hint = detail::did_you_mean(name, names);
  if (hint.empty()) hint = "cuvae reproduce --list names them";
  throw Error(Errc::invalid_argument, "unknown preset '" + core::shown(name) + "'; " + hint);
}

std::vector<Given> settings_of(const Preset& preset) {
  std::vector<Given> given;
  for (const auto& [key, text] : preset.settings)
    given.push_back({key, text, "preset " + preset.name + ": " + key});
  return given;
}

TrainConfig published_training(const Preset& preset) {
  RunSettings settings;
  apply_settings(settings_of(preset), settings);
  return settings.train;
}

void require_shape(const Preset& preset, const PublishedData& published, const Dataset& data) {
  std::string found, wanted;
  if (data.cols() != preset.cols) {
    found = "its rows have " + std::to_string(data.cols()) + " values";
    wanted = "rows of " + std::to_string(preset.cols);
  } else if (data.rows() != published.rows) {
    found = "it has " + std::to_string(data.rows()) + " rows";
    wanted = std::to_string(published.rows);
  } else {
    return;
  }
  throw Error(Errc::data, data.source() + ": " + found + ", and preset " + preset.name + " is a recipe for " +
                              wanted + "\nGive " + published.name +
                              ", or train without a preset, by settings for this data.");
}

double parse_preset_scale(const std::string& text) {
  const double scale = config::to_fraction(text);
  if (scale > 0 && scale <= 1) return scale;
  throw Error(Errc::invalid_argument, "'" + core::shown(text) +
                                          "' is no part of a schedule; allowed: above 0 to 1, as 1/100 or "
                                          "0.01");
}

bool is_preset_scale(const std::string& text) {
  try {
    return parse_preset_scale(text) > 0;
  } catch (const Error&) {
    return false;
  }
}

void shorten(TrainConfig& train, double scale) {
  train.epochs = std::max(1, scaled_epoch(train.epochs, scale));
  std::vector<std::pair<std::int32_t, double>> steps;
  for (const auto& [epoch, factor] : train.schedule.steps) {
    const std::int32_t at = scaled_epoch(epoch, scale);
    if (at == 0) {
      train.learning_rate *= factor;
    } else if (!steps.empty() && steps.back().first == at) {
      steps.back().second *= factor;
    } else {
      steps.emplace_back(at, factor);
    }
  }
  train.schedule.steps = steps;
  if (steps.empty() && train.schedule.kind == LearningRateSchedule::Kind::steps) train.schedule = {};
  train.kl_warmup *= scale;
  if (train.patience > 0) train.patience = std::max(1, scaled_epoch(train.patience, scale));
}

}  // namespace cuvae::cli
