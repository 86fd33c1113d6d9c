#include "src/cli/reproduction.hpp"

#include <cmath>

#include "src/cli/evaluation_report.hpp"
#include "src/cli/output.hpp"
#include "src/io/json_line.hpp"

namespace cuvae::cli {
namespace {

// Whether a schedule so shortened is still the same but for its length.
bool is_unchanged(const TrainConfig& published, const std::string& scale) {
  if (scale.empty()) return true;
  TrainConfig scaled = published;
  shorten(scaled, parse_preset_scale(scale));
  return scaled == published;
}

std::string epochs_of(const TrainedSchedule& trained) {
  const std::int64_t epochs = trained.steps / trained.steps_per_epoch,
                     rest = trained.steps % trained.steps_per_epoch;
  const std::string text = std::to_string(epochs) + (epochs == 1 ? " epoch" : " epochs");
  return rest == 0 ? text : text + " and " + std::to_string(rest) + (rest == 1 ? " step" : " steps");
}

std::string estimate(std::int32_t samples) { return "-L_" + std::to_string(samples); }

}  // namespace

bool Reproduction::is_whole() const {
  const TrainConfig published = published_training(preset);
  const bool to_the_end = trained.steps == published.epochs * trained.steps_per_epoch;
  return (to_the_end || trained.stopped_early) && is_unchanged(published, trained.scale);
}

std::string Reproduction::schedule() const {
  const TrainConfig published = published_training(preset);
  const std::string all = std::to_string(published.epochs), run = epochs_of(trained);
  const std::string ended = trained.stopped_early ? ", where it stopped early by its own rule" : "";
  if (is_whole()) return "as published: " + run + (ended.empty() ? "" : " of " + all + ended);
  const bool beyond = trained.steps > published.epochs * trained.steps_per_epoch;
  if (!is_unchanged(published, trained.scale))
    return "shortened to " + trained.scale + ": " + run + " in place of " + all + ended;
  return beyond ? run + " in place of " + all : "the first " + run + " of " + all;
}

std::string Reproduction::why_not_judged() const {
  if (!on_published_data) return "not judged: this is not MNIST";
  if (!is_whole()) return "not judged: the schedule was not run as published";
  if (result.samples != preset.samples) return "not judged: published is " + estimate(preset.samples);
  return preset.tolerance ? "" : preset.why_no_tolerance;
}

std::optional<bool> Reproduction::is_met() const {
  if (!why_not_judged().empty()) return std::nullopt;
  return std::abs(measured() - preset.nll) <= *preset.tolerance;
}

std::string Reproduction::verdict() const {
  const std::optional<bool> met = is_met();
  if (!met) return why_not_judged();
  const std::string tolerance = fixed(*preset.tolerance, 2);
  if (*met) return tolerance + ": met";
  return tolerance + ": missed by " + fixed(std::abs(measured() - preset.nll) - *preset.tolerance, 2);
}

std::string Reproduction::as_table() const {
  Rows rows{{"preset", preset.name + ", " + preset.source},
            {"schedule", schedule()},
            {"model", checkpoint},
            {"published",
             fixed(preset.nll, 2) + " nats per row, " + estimate(preset.samples) + " of the test data"},
            {"measured", fixed(measured(), 2) + " +- " + fixed(result.iwae.draw_error, 3) + " (draws) +- " +
                             fixed(result.iwae.row_error, 2) + " (rows), " + estimate(result.samples)},
            {"tolerance", verdict()},
            {"active units", active_units_text(result)}};
  if (!preset.differs.empty()) rows.emplace_back("differs", preset.differs);
  return two_columns(rows);
}

std::string Reproduction::as_json() const {
  const auto epochs = static_cast<double>(trained.steps) / static_cast<double>(trained.steps_per_epoch);
  io::JsonObject object;
  object.add("preset", preset.name)
      .add("source", preset.source)
      .add("differs", preset.differs)
      .add("schedule", schedule())
      .add("epochs", epochs)
      .add("published_epochs", published_training(preset).epochs)
      .add("as_published", is_whole())
      .add("published_data", on_published_data)
      .add("published", preset.nll)
      .add("published_samples", preset.samples)
      .add("measured", measured())
      .add("draw_error", result.iwae.draw_error)
      .add("row_error", result.iwae.row_error)
      .add("elbo", result.mean.elbo)
      .add("samples", result.samples)
      .add("rows", result.rows)
      .add("active_units", result.active_units);
  if (!result.top_units.empty()) object.add("active_top_units", result.active_top_units);
  object.add("seed", seed).add("checkpoint", checkpoint);
  object.add("tolerance", preset.tolerance);
  const std::optional<bool> met = is_met();
  met ? object.add("met", *met) : object.add("met", nullptr);
  return object.add("verdict", verdict()).str() + "\n";
}

}  // namespace cuvae::cli
