#include <cmath>
#include <limits>
#include <string_view>

#include "src/cli/metrics.hpp"
#include "src/core/mapped_file.hpp"
#include "src/io/json.hpp"

namespace cuvae::cli {
namespace {

constexpr std::uint64_t kMostEpochs = 1'000'000;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What was not there.
constexpr double kAbsent = std::numeric_limits<double>::infinity();
constexpr Elbo kNoElbo{kAbsent, kAbsent, kAbsent};

bool is_there(const Elbo& elbo) {
  return elbo.elbo != kAbsent && elbo.reconstruction != kAbsent && elbo.kl != kAbsent;
}

double number_of(const io::JsonScalar& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*number);
  return std::holds_alternative<std::nullptr_t>(value) ? kNaN : kAbsent;
}

class Line final : public io::JsonEvents {
 public:
  [[nodiscard]] std::optional<EpochElbo> result() const {
    if (epoch_ == 0 || !is_there(train_)) return std::nullopt;
    return EpochElbo{epoch_, train_, is_there(validation_) ? std::optional(validation_) : std::nullopt};
  }

  void begin_object() override { ++depth_; }
  void end_object() override { --depth_; }
  void begin_array() override { ++depth_; }
  void end_array() override { --depth_; }
  void key(std::string name) override { (depth_ == 1 ? outer_ : inner_) = std::move(name); }
  void scalar(io::JsonScalar value) override {
    if (depth_ == 1 && outer_ == "epoch") {
      const auto* number = std::get_if<std::uint64_t>(&value);
      epoch_ = number != nullptr && *number <= kMostEpochs ? static_cast<std::int32_t>(*number) : 0;
    }
    if (depth_ == 2 && outer_ == "train") take(train_, number_of(value));
    if (depth_ == 2 && outer_ == "validation") take(validation_, number_of(value));
  }

 private:
  void take(Elbo& elbo, double number) const {
    if (inner_ == "elbo") elbo.elbo = number;
    if (inner_ == "reconstruction") elbo.reconstruction = number;
    if (inner_ == "kl") elbo.kl = number;
  }

  int depth_ = 0;
  std::string outer_, inner_;  // the last keys
  std::int32_t epoch_ = 0;     // none
  Elbo train_ = kNoElbo, validation_ = kNoElbo;
};

std::optional<EpochElbo> epoch_of(std::string_view text) {
  Line line;
  if (io::read_json(text, line)) return std::nullopt;
  return line.result();
}

}  // namespace

std::vector<EpochElbo> read_metrics(const std::string& path) {
  const auto file = core::MappedFile::open(path);
  std::string_view text(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
  std::vector<EpochElbo> epochs;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (const auto epoch = epoch_of(line)) add_epoch(epochs, *epoch);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return epochs;
}

void add_epoch(std::vector<EpochElbo>& epochs, const EpochElbo& epoch) {
  while (!epochs.empty() && epochs.back().epoch >= epoch.epoch) epochs.pop_back();
  epochs.push_back(epoch);
}

}  // namespace cuvae::cli
