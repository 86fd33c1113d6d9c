#include "src/config/special_keys.hpp"

namespace cuvae::config {
namespace {

constexpr std::size_t kMostLayers = 64;
constexpr IntegerRange kWidths{1, 1 << 20};
constexpr NumberRange kVariances{1e-6, 1e6};
constexpr NumberRange kFactors{.ends = NumberRange::Ends::open_below};

void check_widths(const std::vector<std::int32_t>& widths) {
  if (widths.size() > kMostLayers) {
    throw Error(Errc::invalid_argument, std::to_string(widths.size()) +
                                            " layers are too many; allowed: up to " +
                                            std::to_string(kMostLayers));
  }
  for (const std::int32_t width : widths) require(kWidths, width);
}

std::vector<std::int32_t> checked_widths(const std::string& text) {
  std::vector<std::int32_t> widths = to_widths(text);
  check_widths(widths);
  return widths;
}

[[noreturn]] void refuse_variance(const std::string& text) {
  const std::string hint =
      detail::did_you_mean(text, std::array{to_string(Variance::shared), to_string(Variance::per_dimension)});
  throw Error(Errc::invalid_argument, "'" + core::shown(text) +
                                          "' is none of a number, shared, per-dimension" +
                                          (hint.empty() ? "" : "; " + hint));
}

void check_schedule(const LearningRateSchedule& schedule) {
  if (schedule.kind != LearningRateSchedule::Kind::steps) return;
  bool holds = !schedule.steps.empty();
  std::int32_t last = 0;
  for (const auto& [epoch, factor] : schedule.steps) {
    holds &= last < epoch && epoch <= kMostEpochs && kFactors.holds(factor);
    last = epoch;
  }
  if (holds) return;
  throw Error(
      Errc::invalid_argument,
      "'" + format(schedule) + "' is no schedule; epochs start at 1 and rise, factors are greater than 0");
}

}  // namespace

Key hidden_key() {
  return {{"hidden", "N,..|none", "widths of layers; decoder in reverse order"},
          Group::shorthand,
          Kind::widths,
          [](Settings& settings, const std::string& text) {
            settings.model.encoder_hidden = checked_widths(text);
            settings.model.decoder_hidden.assign(settings.model.encoder_hidden.rbegin(),
                                                 settings.model.encoder_hidden.rend());
          },
          [](const Settings& settings) { return format(settings.model.encoder_hidden); },
          [](const Settings&) {}};
}

Key widths_key(std::string name, std::string help, std::vector<std::int32_t> ModelConfig::*field) {
  return {{std::move(name), "N,..|none", std::move(help)},
          Group::model,
          Kind::widths,
          [=](Settings& settings, const std::string& text) { settings.model.*field = checked_widths(text); },
          [=](const Settings& settings) { return format(settings.model.*field); },
          [=](const Settings& settings) { check_widths(settings.model.*field); }};
}

Key variance_key() {
  return {
      {"variance", "V", "X|shared|per-dimension, where it has one"},
      Group::model,
      Kind::number_or_text,
      [](Settings& settings, const std::string& text) {
        const bool number = is_number(text);
        const double fixed = number ? to_number(text) : ModelConfig().fixed_variance;
        if (!number && text != to_string(Variance::shared) && text != to_string(Variance::per_dimension)) {
          refuse_variance(text);
        }
        require(kVariances, fixed);
        settings.model.variance = number ? Variance::fixed : parse<Variance>(text);
        settings.model.fixed_variance = fixed;
      },
      [](const Settings& settings) {
        const bool fixed = settings.model.variance == Variance::fixed;
        return fixed ? format(settings.model.fixed_variance)
                     : std::string(to_string(settings.model.variance));
      },
      [](const Settings& settings) {
        parse<Variance>(word_for(settings.model.variance));
        require(kVariances, settings.model.fixed_variance);
      }};
}

Key schedule_key() {
  return {{"lr_schedule", "S", "constant|cosine|EPOCH:FACTOR,.."},
          Group::train,
          Kind::text,
          [](Settings& settings, const std::string& text) {
            const LearningRateSchedule schedule = to_schedule(text);
            check_schedule(schedule);
            settings.train.schedule = schedule;
          },
          [](const Settings& settings) { return format(settings.train.schedule); },
          [](const Settings& settings) { check_schedule(settings.train.schedule); }};
}

}  // namespace cuvae::config
