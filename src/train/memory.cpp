#include "src/train/memory.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "src/model/network.hpp"
#include "src/model/parameters.hpp"
#include "src/train/schedule.hpp"

namespace cuvae::train {
namespace {

std::int64_t total(const std::vector<MemoryItem>& items) {
  return std::accumulate(items.begin(), items.end(), std::int64_t{0},
                         [](std::int64_t sum, const MemoryItem& item) { return sum + item.bytes; });
}

TrainConfig with_batch(TrainConfig train, std::int32_t rows) {
  (train.micro_batch > 0 ? train.micro_batch : train.batch) = rows;
  return train;
}

std::string mebibytes(std::int64_t bytes) {
  return std::to_string((bytes + (std::int64_t{1} << 20) - 1) >> 20) + " MiB";
}

}  // namespace

std::vector<MemoryItem> memory_of_training(const ModelConfig& model, const TrainConfig& train,
                                           Device::Kind on) {
  const model::Layout layout(model);
  const std::int64_t rows = pass_rows(train), arena = model::Parameters::arena_bytes(layout);
  const model::Forms forms{train.precision == Precision::bf16 ? ops::Element::bf16 : ops::Element::f32,
                           [on](const LayerShape&) { return on == Device::Kind::cuda; }};
  std::vector<MemoryItem> items = {
      {"parameters", arena},
      {"gradients", arena},
      {"optimizer moments", 2 * arena},
      {"activations, training",
       model::plan_network(model, rows, model::Use::training, model::sampling_of(train), forms).bytes()},
      {"activations, evaluation", model::plan_network(model, rows, model::Use::inference, {}, forms).bytes()},
  };
  if (forms.products == ops::Element::bf16)
    items.push_back({"parameters in bf16", model::Parameters::arena_bytes(layout, forms.products)});
  return items;
}

std::int64_t bytes_of_training(const ModelConfig& model, const TrainConfig& train, Device::Kind on) {
  return total(memory_of_training(model, train, on));
}

std::int32_t largest_batch(const ModelConfig& model, const TrainConfig& train, std::int64_t available) {
  const auto fits = [&](std::int32_t rows) {
    return bytes_of_training(model, with_batch(train, rows), Device::Kind::cuda) <= available;
  };
  std::int32_t low = 0,
               high = static_cast<std::int32_t>(pass_rows(train));  // high does not fit, or is the answer
  if (fits(high)) return high;
  while (high - low > 1) {
    const std::int32_t middle = low + (high - low) / 2;
    (fits(middle) ? low : high) = middle;
  }
  return low;
}

std::string out_of_memory_message(const ModelConfig& model, const TrainConfig& train,
                                  const std::string& device, std::optional<std::int64_t> available) {
  std::vector<MemoryItem> items = memory_of_training(model, train, Device::Kind::cuda);
  std::string message = "out of memory on " + device + ": training needs " + mebibytes(total(items));
  if (available) message += ", " + mebibytes(*available) + " are free";
  std::ranges::sort(items, std::ranges::greater(), &MemoryItem::bytes);
  message += "\nThe largest parts: ";
  for (std::size_t i = 0; i < 3; ++i)
    message += (i == 0 ? "" : ", ") + items[i].what + " (" + mebibytes(items[i].bytes) + ")";
  if (!available) return message + "\nTake a smaller --batch, --micro-batch or --hidden.";
  const std::int32_t rows = largest_batch(model, train, *available);
  if (rows == 0) return message + "\nNo batch fits: take a smaller --hidden.";
  const bool micro = train.micro_batch > 0;
  return message + "\nThe largest batch that fits is " + std::to_string(rows) +
         (micro ? ": --micro-batch " : ": --batch ") + std::to_string(rows) +
         (micro ? "." : ", or the same number as --micro-batch, which keeps the batch.");
}

}  // namespace cuvae::train
