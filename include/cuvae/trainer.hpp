// Trains a Vae by stochastic gradient ascent on the ELBO (Kingma & Welling, 2014).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cuvae/config.hpp"
#include "cuvae/dataset.hpp"
#include "cuvae/device.hpp"
#include "cuvae/vae.hpp"

namespace cuvae {

// One epoch (or the part of it that ran), as it goes into metrics.jsonl.
struct EpochMetrics {
  std::int32_t epoch = 0;  // 1 for the first
  std::int64_t step = 0;   // updates so far in the whole run
  Elbo train;              // mean over the rows of the epoch's applied updates, each under its step's weights
  std::optional<Elbo> validation;
  double objective = 0;           // what is maximised (TrainConfig::objective), of the training rows
  double learning_rate = 0;       // of the last step
  double kl_weight = 0;           // of the last step
  std::int32_t active_units = 0;  // on the validation rows, else on the first 2048 training rows
  std::optional<std::int32_t> active_top_units;  // of the second stochastic layer, where there is one
  std::int64_t skipped_updates = 0;              // so far in the whole run
  double rows_per_second = 0;                    // training alone
  double seconds = 0;                            // since the run (or its resumption) began
  bool best = false;                             // the best validation ELBO so far
};

// What the callback of fit() is told. On the CPU it is called after every step. A GPU runs ahead of its host:
// there it is called some twenty times a second, between launches of several steps, and the numbers are those
// of the step that was reached.
struct Progress {
  enum class Event { step, epoch };
  Event event = Event::step;
  std::int32_t epoch = 0;  // the one under way (or just finished), from 1
  std::int32_t epochs = 0;
  std::int64_t step = 0;         // updates so far
  std::int64_t total_steps = 0;  // if nothing stops the run early
  std::int64_t step_in_epoch = 0;
  std::int64_t steps_per_epoch = 0;
  Elbo running;  // mean over the epoch so far; NaN where no update was applied
  double rows_per_second = 0;
  double seconds_left = 0;                // an estimate
  const EpochMetrics* metrics = nullptr;  // with Event::epoch
};

// stop: after this step, resumable at exactly this point; on a GPU after the steps that are queued with it.
enum class Control { proceed, stop };

enum class StopReason { epochs_done, max_steps, early_stop, requested };

struct FitResult {
  StopReason reason = StopReason::epochs_done;
  std::string explanation;  // a sentence for people
  std::int64_t steps = 0;
  std::vector<EpochMetrics> history;  // of this call
};

struct MemoryItem {
  std::string what;
  std::int64_t bytes = 0;
};

// What a run would do, before anything large is allocated.
struct Plan {
  std::vector<MemoryItem> memory;
  std::vector<std::string> phases;  // of one step, in order
  std::int64_t parameters = 0;
  std::int64_t steps_per_epoch = 0;
  std::int64_t total_steps = 0;
};

// One that was moved from may only be assigned to or destroyed.
class Trainer {
 public:
  // Freshly initialised from train.seed; model.data_dim must be set. Allocates everything a step of fit()
  // needs: such a step allocates nothing. Throws Error(invalid_argument, device, unsupported, out_of_memory).
  Trainer(const ModelConfig& model, const TrainConfig& train, const Device& device = Device::best());
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  [[nodiscard]] const ModelConfig& model_config() const noexcept;
  [[nodiscard]] const TrainConfig& train_config() const noexcept;
  [[nodiscard]] const Device& device() const noexcept;
  [[nodiscard]] std::int64_t steps_done() const noexcept;
  [[nodiscard]] std::int32_t epochs_done() const noexcept;  // finished, with their evaluation

  // Trains until the configured end, a callback's Control::stop, or early stopping. Continues where
  // load_state() left off. Throws Error(data) where the data does not fit the model or is not the data the
  // loaded state was trained on, Error(invalid_argument) for two kinds of validation rows, Error(numerics)
  // after several non-finite updates in a row (the weights are those before the first of them), after an
  // epoch of nothing else, and where the weights themselves have overflowed. Until it returns, fit, step and
  // load_state throw Error(invalid_argument).
  FitResult fit(const Dataset& train, const std::function<Control(const Progress&)>& callback = {});
  FitResult fit(const Dataset& train, const Dataset& validation,
                const std::function<Control(const Progress&)>& callback = {});

  // One update on the caller's rows (at most batch of them), in the model's units, at the configured learning
  // rate and KL weight, without their schedules; returns the means before the update, not finite where the
  // update was skipped for that. Throws Error(invalid_argument) for a wrong size, Error(data) for values that
  // are not finite or not the likelihood's, Error(numerics) after several non-finite updates in a row.
  // labels: of a model that takes them, label_dim for each row.
  Elbo step(std::span<const float> rows, std::span<const float> labels = {});

  // The model as it is now, a copy on the same device.
  [[nodiscard]] Vae model() const;
  // Writes the model alone (see Vae::save), or everything a bit-identical resume needs. Atomic. The state
  // that was at `path` is kept as `previous`, where that is given: a file beside it, to be loaded where the
  // last is damaged. Throws Error(io), and Error(numerics) instead of writing weights that are not finite.
  void save_model(const std::string& path, const std::map<std::string, std::string>& metadata = {}) const;
  void save_state(const std::string& path, const std::map<std::string, std::string>& metadata = {},
                  const std::string& previous = {}) const;
  // Throws Error(data) for a flawed file or one of another configuration (naming the difference).
  void load_state(const std::string& path);

  // The memory table and the phases of a step for these rows; allocates nothing large, and needs no GPU to
  // plan for one (there the table says what is needed at most). Refuses the configuration and the data as the
  // constructor and fit() would.
  [[nodiscard]] static Plan plan(const ModelConfig& model, const TrainConfig& train, const Dataset& data,
                                 Device::Kind on = Device::Kind::cpu);
  [[nodiscard]] static Plan plan(const ModelConfig& model, const TrainConfig& train, const Dataset& data,
                                 const Dataset& validation, Device::Kind on = Device::Kind::cpu);

  struct Impl;
  [[nodiscard]] Impl& impl() noexcept { return *impl_; }
  explicit Trainer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace cuvae
