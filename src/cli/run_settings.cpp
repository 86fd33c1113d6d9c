#include "src/cli/run_settings.hpp"

#include <limits>

namespace cuvae::cli {
namespace {

RunKey text(config::Words words, std::string RunSettings::*field) {
  return config::text_key<RunSettings>(config::Group::run, std::move(words), field);
}

RunKey from_library(const config::Key& key) {
  return {key.words, key.group, key.kind, key.parse, key.format, key.check};
}

RunKey label_kind_key() {
  RunKey key = config::choice_key<RunSettings>(config::Group::run, "label_kind", &RunSettings::label_kind);
  key.words.help += ": classes or numbers";
  key.words.interest = config::Interest::special;
  return key;
}

std::vector<RunKey> all_keys() {
  std::vector<RunKey> all{
      text({kDataKey, "DATA", "a file, a pattern or builtin:shapes[:ROWS]; several, one to a line"},
           &RunSettings::data),
      scale_key<RunSettings>(),
      layout_key<RunSettings>(),
      config::integer_key<RunSettings>(
          config::Group::run, {"rows", "N", "the first so many of DATA; 0: all", config::Interest::special},
          &RunSettings::rows, {0, std::numeric_limits<std::int64_t>::max()}),
      text({"labels", "FILE", "of the rows, for a conditional model"}, &RunSettings::labels),
      label_kind_key(),
      text({"validation", "DATA", "rows to validate on after each epoch"}, &RunSettings::validation),
      text({"validation_labels", "FILE", "of those rows", config::Interest::special},
           &RunSettings::validation_labels),
      text({kOutKey, "DIR", "folder of the run [runs/<date-time>]"}, &RunSettings::out),
      config::integer_key<RunSettings>(
          config::Group::run, {"save_every", "STEPS", "also save within epochs; 0: no"},
          &RunSettings::save_every, {0, std::numeric_limits<std::uint32_t>::max()}),
  };
  for (RunKey& key : machine_keys<RunSettings>()) all.push_back(std::move(key));
  for (const config::Key& key : config::keys()) {
    if (key.group != config::Group::derived) all.push_back(from_library(key));
  }
  return all;
}

}  // namespace

std::span<const RunKey> run_keys() {
  static const std::vector<RunKey> all = all_keys();
  return all;
}

std::optional<LabelKind> kind_of(Labelling labelling) {
  switch (labelling) {
    case Labelling::one_hot:
      return LabelKind::one_hot;
    case Labelling::real:
      return LabelKind::real;
    case Labelling::by_type:
      break;
  }
  return std::nullopt;
}

void validate(const RunSettings& settings) {
  cuvae::validate(settings.model, settings.train);
  const bool fraction = settings.train.validation_fraction > 0.0;
  if (fraction && !settings.validation.empty()) {
    throw Error(Errc::invalid_argument,
                "validation and validation_fraction exclude each other; leave one out");
  }
  const bool labels = !settings.labels.empty(), of_validation = !settings.validation_labels.empty();
  if (!labels && settings.label_kind != Labelling::by_type)
    throw Error(Errc::invalid_argument,
                "label_kind: there are no labels; add --labels FILE, or leave it out");
  if (labels && !settings.validation.empty() && !of_validation)
    throw Error(Errc::invalid_argument,
                "validation: its rows need labels as the others; add --validation-labels FILE");
  if (of_validation && (!labels || settings.validation.empty()))
    throw Error(Errc::invalid_argument, "validation_labels: they go with labels and validation; add both");
  if (settings.train.patience > 0 && !fraction && settings.validation.empty()) {
    throw Error(Errc::invalid_argument,
                "patience: needs rows to validate on; add --validation DATA or --validation-fraction F");
  }
}

}  // namespace cuvae::cli
