// Settings as the metadata of checkpoints keeps them.
#include <algorithm>

#include "src/config/schema.hpp"

namespace cuvae::config {
namespace {

// That files from before them do without; such a setting is then its default.
constexpr std::string_view kLaterKeys[]{
    "categories", "top_latent",  "top_hidden", "prior",          "prior_components",
    "label_dim",  "label_kind",                                                 // of a model
    "order",      "objective",   "samples",    "tc_weight",      "mmd_weight",  // of its training
    "kl_cycles",  "kl_capacity", "free_bits",  "free_bits_total"};              // of its training

bool belongs(const Key& key, Group group) {
  return key.group == group || (group == Group::model && key.group == Group::derived);
}

Fields fields_of(const Settings& settings, Group group) {
  Fields fields;
  for (const Key& key : keys()) {
    if (belongs(key, group)) fields.emplace_back(key.words.name, key.format(settings));
  }
  return fields;
}

void check_each(const Settings& settings, Group group) {
  for (const Key& key : keys()) {
    if (belongs(key, group)) labelled(key.words.name, [&] { key.check(settings); });
  }
}

Settings from_fields(const std::map<std::string, std::string>& fields, Group group) {
  Settings settings;
  try {
    for (const Key& key : keys()) {
      if (!belongs(key, group)) continue;
      const auto field = fields.find(key.words.name);
      if (field == fields.end() && std::ranges::count(kLaterKeys, key.words.name) > 0) continue;
      if (field == fields.end()) throw Error(Errc::data, key.words.name + " is missing");
      labelled(key.words.name, [&] { key.parse(settings, field->second); });
    }
    group == Group::model ? validate(settings.model) : validate(settings.train);
  } catch (const Error& error) {
    throw Error(Errc::data, error.what());
  }
  return settings;
}

}  // namespace

Fields to_fields(const ModelConfig& config) { return fields_of({config, {}}, Group::model); }
Fields to_fields(const TrainConfig& config) { return fields_of({{}, config}, Group::train); }

ModelConfig model_from_fields(const std::map<std::string, std::string>& fields) {
  return from_fields(fields, Group::model).model;
}

TrainConfig train_from_fields(const std::map<std::string, std::string>& fields) {
  return from_fields(fields, Group::train).train;
}

void check_each(const ModelConfig& config) { check_each({config, {}}, Group::model); }
void check_each(const TrainConfig& config) { check_each({{}, config}, Group::train); }

}  // namespace cuvae::config
