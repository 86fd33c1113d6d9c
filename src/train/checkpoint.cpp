#include "src/train/checkpoint.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <span>

#include "cuvae/error.hpp"
#include "cuvae/version.hpp"
#include "src/config/schema.hpp"
#include "src/io/safetensors.hpp"
#include "src/model/layout.hpp"

namespace cuvae::train {
namespace {

constexpr const char* kFirst = "first_moment.";
constexpr const char* kSecond = "second_moment.";
constexpr const char* kCounters = "run.counters";
constexpr const char* kSums = "run.sums";
constexpr const char* kFingerprints = "run.fingerprints";
constexpr const char* kProductPlans = "run.product_plans";
constexpr const char* kInterleaved = "interleaved";
constexpr const char* kPlanar = "planar";

// The counters of a run, in the order of the file, and the one that each cannot exceed.
struct Counter {
  const char* name;
  std::int64_t RunState::*field;
  std::int64_t RunState::*at_most;
};
constexpr std::array kRunCounters{
    Counter{"step", &RunState::step, &RunState::step},
    Counter{"epochs_finished", &RunState::epochs_finished, &RunState::step},
    Counter{"step_in_epoch", &RunState::step_in_epoch, &RunState::step},
    Counter{"measured_position", &RunState::measured_position, &RunState::step},
    Counter{"skipped", &RunState::skipped, &RunState::step},
    Counter{"skipped_in_a_row", &RunState::skipped_in_a_row, &RunState::skipped},
    Counter{"best_epoch", &RunState::best_epoch, &RunState::epochs_finished},
    Counter{"epochs_since_best", &RunState::epochs_since_best, &RunState::epochs_finished},
};
constexpr std::int64_t kMostUpdates = std::int64_t{1} << 32;  // the noise tells no more apart

template <class T>
io::TensorView list_view(const std::string& name, io::DType type, std::span<const T> values) {
  return {name, type, {static_cast<std::int64_t>(values.size())}, std::as_bytes(values)};
}

void append(std::vector<io::TensorView>& tensors, const std::string& prefix,
            const std::vector<Parameter>& parameters) {
  for (const Parameter& p : parameters) {
    tensors.push_back({prefix + p.name, io::DType::f32, p.shape, std::as_bytes(std::span(p.values))});
  }
}

Metadata metadata_of(const ModelFile& file, const char* kind) {
  Metadata metadata = file.metadata;
  metadata["format"] = "pt";
  metadata["cuvae.kind"] = kind;
  metadata["cuvae.version"] = kVersion;
  metadata["image.height"] = std::to_string(file.image.height);
  metadata["image.width"] = std::to_string(file.image.width);
  metadata["image.channels"] = std::to_string(file.image.channels);
  metadata["image.order"] = file.image.order == ChannelOrder::planar ? kPlanar : kInterleaved;
  for (const auto& [key, value] : config::to_fields(file.config)) metadata["model." + key] = value;
  return metadata;
}

Metadata with_prefix(const Metadata& metadata, const std::string& prefix) {
  Metadata found;
  for (const auto& [key, value] : metadata) {
    if (key.starts_with(prefix)) found[key.substr(prefix.size())] = value;
  }
  return found;
}

// A configuration read from a file is data: whatever is wrong with it is the file's fault.
template <class Read>
auto read_config(const std::string& path, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    throw Error(Errc::data, path + ": its configuration is not usable: " + error.what() +
                                "\nThe file was not written by this cuvae, or was changed since.");
  }
}

std::int32_t dimension(const Metadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  std::int32_t value = 0;
  if (found == metadata.end()) return 0;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value > 0 ? value : 0;
}

// Files from before there were colours name no channels.
ImageShape image_of(const Metadata& metadata) {
  ImageShape image{dimension(metadata, "image.height"), dimension(metadata, "image.width")};
  if (!metadata.contains("image.channels")) return image;
  image.channels = dimension(metadata, "image.channels");
  const auto order = metadata.find("image.order");
  if (order != metadata.end() && order->second == kPlanar) image.order = ChannelOrder::planar;
  return image;
}

std::vector<Parameter> read_parameters(const io::SafetensorsFile& file, const std::string& path,
                                       const model::Layout& layout, const std::string& prefix) {
  std::vector<Parameter> parameters;
  for (const model::Tensor& tensor : layout.tensors()) {
    const std::string name = prefix + tensor.name;
    Parameter p{tensor.name, tensor.shape(), {}};
    if (file.contains(name) && file.shape(name) != p.shape) {
      throw Error(Errc::data, path + ": tensor '" + name + "' has another shape than its configuration says" +
                                  "\nThe file is damaged or was changed; take an older checkpoint.");
    }
    p.values = file.floats(name);
    parameters.push_back(std::move(p));
  }
  return parameters;
}

RunState read_run(const io::SafetensorsFile& file, const std::string& path) {
  const std::vector<std::int64_t> counters = file.integers(kCounters);
  const std::vector<double> sums = file.doubles(kSums);
  const std::vector<std::int64_t> fingerprints = file.integers(kFingerprints);
  const std::size_t own = kRunCounters.size();
  if (counters.size() != own + 1 || sums.size() != 4 || fingerprints.size() != 2) {
    throw Error(Errc::data, path + ": its counters have another form than this cuvae writes" +
                                "\nResume with the version that wrote it, or start afresh in another --out.");
  }
  RunState run;
  for (std::size_t i = 0; i < own; ++i) run.*kRunCounters[i].field = counters[i];
  run.epoch_sums = {sums[0], sums[1], sums[2], counters[own]};
  run.best_elbo = sums[3];
  run.data_fingerprint = std::bit_cast<std::uint64_t>(fingerprints[0]);
  run.validation_fingerprint = std::bit_cast<std::uint64_t>(fingerprints[1]);
  for (const Counter& counter : kRunCounters) {
    const std::int64_t value = run.*counter.field;
    if (value < 0 || value > run.*counter.at_most || value > kMostUpdates) {
      throw Error(Errc::data, path + ": its " + counter.name + " cannot be " + std::to_string(value) +
                                  "\nThe file is damaged; take another checkpoint.");
    }
  }
  if (run.epoch_sums.rows < 0)
    throw Error(Errc::data,
                path + ": a negative number of rows\nThe file is damaged; take another checkpoint.");
  return run;
}

ModelFile read_model_part(const io::SafetensorsFile& file, const std::string& path) {
  ModelFile result;
  result.metadata = file.metadata();
  if (!result.metadata.contains("cuvae.kind")) {
    throw Error(Errc::data,
                path + ": a safetensors file, but not one of cuvae's (no cuvae.kind in its metadata)" +
                    "\nGive a model.safetensors or state.safetensors written by cuvae train.");
  }
  result.config = read_config(path, [&] {
    ModelConfig config = config::model_from_fields(with_prefix(result.metadata, "model."));
    model::require_data_dim(config);
    return config;
  });
  result.image = image_of(result.metadata);
  if (result.image.values() != result.config.data_dim) result.image = {};
  result.parameters = read_parameters(file, path, model::Layout(result.config), "");
  return result;
}

}  // namespace

void write_model(const std::string& path, const ModelFile& file) {
  std::vector<io::TensorView> tensors;
  append(tensors, "", file.parameters);
  io::write_safetensors(path, tensors, metadata_of(file, "model"));
}

void write_state(const std::string& path, const StateFile& file, const std::string& previous) {
  std::vector<std::int64_t> counters;
  for (const Counter& counter : kRunCounters) counters.push_back(file.run.*counter.field);
  counters.push_back(file.run.epoch_sums.rows);
  const ops::LossSums& epoch = file.run.epoch_sums;
  const std::vector<double> sums{epoch.nll, epoch.kl, epoch.objective, file.run.best_elbo};
  const std::vector<std::int64_t> fingerprints{std::bit_cast<std::int64_t>(file.run.data_fingerprint),
                                               std::bit_cast<std::int64_t>(file.run.validation_fingerprint)};
  std::vector<io::TensorView> tensors{list_view<std::int64_t>(kCounters, io::DType::i64, counters),
                                      list_view<double>(kSums, io::DType::f64, sums),
                                      list_view<std::int64_t>(kFingerprints, io::DType::i64, fingerprints)};
  append(tensors, "", file.model.parameters);
  append(tensors, kFirst, file.first_moments);
  append(tensors, kSecond, file.second_moments);
  Metadata metadata = metadata_of(file.model, "state");
  for (const auto& [key, value] : config::to_fields(file.train)) metadata["train." + key] = value;
  if (!file.product_plans.empty()) metadata[kProductPlans] = file.product_plans;
  io::write_safetensors(path, tensors, metadata, previous);
}

ModelFile read_model(const std::string& path) {
  return read_model_part(io::SafetensorsFile::open(path), path);
}

StateFile read_state(const std::string& path) {
  const io::SafetensorsFile file = io::SafetensorsFile::open(path);
  StateFile result;
  result.model = read_model_part(file, path);
  if (result.model.metadata.at("cuvae.kind") != "state") {
    throw Error(Errc::data,
                path + ": a model, not a training state\nTo resume, give the state.safetensors of the run.");
  }
  result.train = read_config(
      path, [&] { return config::train_from_fields(with_prefix(result.model.metadata, "train.")); });
  const model::Layout layout(result.model.config);
  result.first_moments = read_parameters(file, path, layout, kFirst);
  result.second_moments = read_parameters(file, path, layout, kSecond);
  result.run = read_run(file, path);
  const auto plans = result.model.metadata.find(kProductPlans);
  if (plans != result.model.metadata.end()) result.product_plans = plans->second;
  return result;
}

void require_same_run(const std::string& path, const StateFile& file, const ModelConfig& model,
                      const TrainConfig& train) {
  const auto compare = [&](const auto& theirs, const auto& ours, const auto& may_differ) {
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const auto& [key, value] = ours[i];
      if (theirs[i].second == value || may_differ(key)) continue;
      throw Error(Errc::data, path + ": a run with " + key + " = " + theirs[i].second + ", not " + value +
                                  "\nResume with the run's own settings, or start afresh in another --out.");
    }
  };
  const bool length_matters =
      train.schedule.kind == LearningRateSchedule::Kind::cosine || train.kl_cycles > 1;
  compare(config::to_fields(file.model.config), config::to_fields(model),
          [](const std::string&) { return false; });
  compare(config::to_fields(file.train), config::to_fields(train), [&](const std::string& key) {
    return key == "patience" || (!length_matters && (key == "epochs" || key == "max_steps"));
  });
}

}  // namespace cuvae::train
