#include "src/cli/training_run.hpp"

#include <array>
#include <ctime>

#include "src/cli/checkpoints.hpp"
#include "src/cli/config_file.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/names.hpp"
#include "src/cli/pictures.hpp"
#include "src/cli/signals.hpp"
#include "src/io/atomic_file.hpp"

namespace cuvae::cli {
namespace {

constexpr std::int64_t kSamples = 64;

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

std::map<std::string, std::string> provenance(const RunSettings& settings, const Dataset& data,
                                              const Device& device) {
  std::map<std::string, std::string> all{{"created", utc_now()},
                                         {"data", data.source()},
                                         {"data_fingerprint", hexadecimal(data.fingerprint())},
                                         {"device", to_string(device)}};
  if (settings.scale != kByItself) all[kDataScaleNote] = settings.scale;
  if (const std::string columns = text_of_columns(data); !columns.empty()) all[kColumnNamesNote] = columns;
  if (!data.label_names().empty()) all[kLabelNamesNote] = text_of_names(data.label_names());
  if (!settings.preset.empty()) all[kPresetNote] = settings.preset;
  if (!settings.preset_scale.empty()) all[kPresetScaleNote] = settings.preset_scale;
  return all;
}

}  // namespace

TrainingRun::TrainingRun(Trainer& trainer, RunDirectory& directory, const RunSettings& settings,
                         const Dataset& data, const Dataset& pictured, Stream epochs)
    : trainer_(trainer),
      directory_(directory),
      settings_(settings),
      config_text_(config_file_text(settings)),
      pictured_(pictured),
      provenance_(provenance(settings, data, trainer.device())),
      metrics_(directory.file(RunDirectory::kMetrics), trainer.epochs_done()),
      curves_{run_name(directory.path()), {}},
      display_(terminal(Stream::err), epochs),
      last_is_sound_(!directory.has_state() || last_state(directory).flaw.empty()),
      seen_step_(trainer.steps_done()) {}

Control TrainingRun::on_progress(const Progress& progress) {
  if (!begun_) begin();
  if (progress.event == Progress::Event::epoch) {
    finish_epoch(*progress.metrics);
  } else if (settings_.save_every > 0 &&
             progress.step / settings_.save_every != seen_step_ / settings_.save_every) {
    save();
  }
  seen_step_ = progress.step;
  show(progress);
  // At the very end there is nothing left to stop.
  const bool stop = StopSignals::requested() && progress.step < progress.total_steps;
  return stop ? Control::stop : Control::proceed;
}

// A stop takes the readers of a pipe with it: then there is nobody to tell.
void TrainingRun::show(const Progress& progress) {
  try {
    display_.show(progress);
  } catch (const Error&) {
    if (!StopSignals::requested()) throw;
  }
}

// A run that is killed has a state then, and its first weights are never taken for another's.
void TrainingRun::begin() {
  io::write_file(directory_.file(RunDirectory::kConfig), config_text_);
  if (!directory_.has_state()) save_state();
  begun_ = true;
}

void TrainingRun::finish() {
  if (saved_step_ != trainer_.steps_done()) save();
}

// The state comes last: whatever a crash leaves beyond it, the resumed run computes again and replaces.
void TrainingRun::finish_epoch(const EpochMetrics& metrics) {
  if (metrics.best) {
    trainer_.save_model(directory_.file(RunDirectory::kBest), metadata());
  }
  draw_pictures();
  metrics_.append(metrics);
  draw_run(metrics);
  save();
}

void TrainingRun::save() {
  trainer_.save_model(directory_.file(RunDirectory::kModel), metadata());
  save_state();
  directory_.keep();
  saved_step_ = trainer_.steps_done();
}

// A state that is damaged is not kept: the one before it stays.
void TrainingRun::save_state() {
  trainer_.save_state(directory_.file(RunDirectory::kState), metadata(),
                      last_is_sound_ ? directory_.file(RunDirectory::kPreviousState) : "");
  last_is_sound_ = true;
}

std::map<std::string, std::string> TrainingRun::metadata() const {
  std::map<std::string, std::string> all = provenance_;
  all["steps"] = std::to_string(trainer_.steps_done());
  return all;
}

void TrainingRun::draw_pictures() {
  const ImageShape image = pictured_.image();
  if (image == ImageShape{}) return;
  Vae vae = trainer_.model();
  std::int64_t samples = kSamples;
  while (samples > 0 && !samples_fit(samples, image)) samples /= 4;
  if (samples > 0)
    draw_samples(directory_.file(RunDirectory::kSamples),
                 vae.sample(samples, settings_.train.seed, 0, labels_of(pictured_, 0, samples)), samples,
                 image);
  draw_reconstructions(directory_.file(RunDirectory::kReconstructions), vae, pictured_, image);
}

// Those of a resumed run begin with what its file holds.
void TrainingRun::draw_run(const EpochMetrics& metrics) {
  if (curves_.epochs.empty()) curves_.epochs = read_metrics(directory_.file(RunDirectory::kMetrics));
  add_epoch(curves_.epochs, {metrics.epoch, metrics.train, metrics.validation});
  draw_curves(directory_.file(RunDirectory::kCurves), std::span(&curves_, 1));
}

}  // namespace cuvae::cli
