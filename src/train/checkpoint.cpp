#include "src/train/checkpoint.hpp"

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

template <class T>
io::TensorView view(const std::string& name, io::DType type, std::vector<std::int64_t> shape,
                    std::span<const T> values) {
  return {name, type, std::move(shape), std::as_bytes(values)};
}

void append(std::vector<io::TensorView>& tensors, const std::string& prefix,
            const std::vector<Parameter>& parameters) {
  for (const Parameter& p : parameters) {
    tensors.push_back(view<float>(prefix + p.name, io::DType::f32, p.shape, p.values));
  }
}

Metadata metadata_of(const ModelFile& file, const char* kind) {
  Metadata metadata = file.metadata;
  metadata["format"] = "pt";
  metadata["cuvae.kind"] = kind;
  metadata["cuvae.version"] = kVersion;
  metadata["image.height"] = std::to_string(file.image.height);
  metadata["image.width"] = std::to_string(file.image.width);
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
  return value > 0 && value <= 1 << 16 ? value : 0;
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
    validate(config);
    model::require_data_dim(config);
    return config;
  });
  result.image = {dimension(result.metadata, "image.height"), dimension(result.metadata, "image.width")};
  if (std::int64_t{result.image.height} * result.image.width != result.config.data_dim) result.image = {};
  result.parameters = read_parameters(file, path, model::Layout(result.config), "");
  return result;
}

}  // namespace

void write_model(const std::string& path, const ModelFile& file) {
  std::vector<io::TensorView> tensors;
  append(tensors, "", file.parameters);
  io::write_safetensors(path, tensors, metadata_of(file, "model"));
}

void write_state(const std::string& path, const StateFile& file) {
  const RunState& run = file.run;
  const std::vector<std::int64_t> counters{run.step,
                                           run.epochs_finished,
                                           run.step_in_epoch,
                                           run.skipped,
                                           run.skipped_in_a_row,
                                           run.epoch_sums.rows,
                                           run.best_epoch,
                                           run.epochs_since_best,
                                           std::bit_cast<std::int64_t>(run.data_fingerprint),
                                           std::bit_cast<std::int64_t>(run.validation_fingerprint),
                                           run.measured_step};
  const std::vector<double> sums{run.epoch_sums.nll, run.epoch_sums.kl, run.epoch_sums.objective,
                                 run.best_elbo};
  std::vector<io::TensorView> tensors;
  tensors.push_back(
      view<std::int64_t>(kCounters, io::DType::i64, {static_cast<std::int64_t>(counters.size())}, counters));
  tensors.push_back(view<double>(kSums, io::DType::f64, {static_cast<std::int64_t>(sums.size())}, sums));
  append(tensors, "", file.model.parameters);
  append(tensors, kFirst, file.first_moments);
  append(tensors, kSecond, file.second_moments);
  Metadata metadata = metadata_of(file.model, "state");
  for (const auto& [key, value] : config::to_fields(file.train)) metadata["train." + key] = value;
  io::write_safetensors(path, tensors, metadata);
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
  const std::vector<std::int64_t> counters = file.integers(kCounters);
  const std::vector<double> sums = file.doubles(kSums);
  if (counters.size() != 11 || sums.size() != 4) {
    throw Error(Errc::data, path + ": its counters have another form than this cuvae writes" +
                                "\nResume with the version that wrote it, or start afresh in another --out.");
  }
  RunState& run = result.run;
  run.step = counters[0], run.epochs_finished = counters[1], run.step_in_epoch = counters[2];
  run.skipped = counters[3], run.skipped_in_a_row = counters[4];
  run.epoch_sums = {sums[0], sums[1], sums[2], counters[5]};
  run.best_epoch = counters[6], run.epochs_since_best = counters[7], run.best_elbo = sums[3];
  run.data_fingerprint = std::bit_cast<std::uint64_t>(counters[8]);
  run.validation_fingerprint = std::bit_cast<std::uint64_t>(counters[9]);
  run.measured_step = counters[10];
  for (const std::int64_t counter : {run.step, run.epochs_finished, run.step_in_epoch, run.skipped}) {
    if (counter < 0)
      throw Error(Errc::data, path + ": a negative counter\nThe file is damaged; take another checkpoint.");
  }
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
  const bool length_matters = train.schedule.kind == LearningRateSchedule::Kind::cosine;
  compare(config::to_fields(file.model.config), config::to_fields(model),
          [](const std::string&) { return false; });
  compare(config::to_fields(file.train), config::to_fields(train), [&](const std::string& key) {
    return key == "patience" || (!length_matters && (key == "epochs" || key == "max_steps"));
  });
}

}  // namespace cuvae::train
