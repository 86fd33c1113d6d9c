#include "src/train/launches.hpp"

#include <algorithm>

namespace cuvae::train {

Launches::Launches(Trainer::Impl& trainer, Feed& feed, const Schedule& schedule, const ops::RowOrder& order,
                   const ops::PassPlan* table)
    : trainer_(trainer),
      feed_(feed),
      schedule_(schedule),
      order_(order),
      table_(table),
      many_(std::max<std::int64_t>(1, trainer.steps_per_launch / schedule.passes_of(0))) {
  const std::int64_t steps = schedule.steps_per_epoch();
  for (const std::int64_t passes : {schedule.passes_of(0), schedule.passes_of(steps - 1)}) {
    for (int place = 0; place < feed.places(); ++place) record({1, passes, place});
  }
  if (feed.is_resident() && many_ <= steps) record({many_, schedule.passes_of(0), 0});
}

std::int64_t Launches::queue(std::int64_t first, std::int64_t end) {
  Kind kind{1, schedule_.passes_of(first), 0};
  const std::int64_t last = first + many_ - 1;
  // Only the last step of an epoch may have fewer passes than the others.
  if (feed_.is_resident() && first + many_ <= end && schedule_.passes_of(last) == kind.passes)
    kind.steps = many_;
  if (!feed_.is_resident()) {
    const std::int64_t batch = trainer_.train_config.batch;
    const std::int64_t rows = std::min<std::int64_t>(batch, order_.rows - first * batch);
    kind.place = feed_.hand_out(order_, trainer_.state.epoch, first * batch, rows);
  }
  recordings_.at(kind)->replay();
  feed_.release(kind.place);
  return kind.steps;
}

void Launches::tell_time_of_step(double seconds, std::int64_t steps) {
  constexpr double kLong = 3e-3;
  if (steps > 0 && seconds / static_cast<double>(steps) > kLong) many_ = 1;
}

void Launches::record(const Kind& kind) {
  if (recordings_.contains(kind)) return;
  recordings_[kind] = trainer_.backend->record([this, kind] {
    const auto connect = [this, place = kind.place](std::int64_t pass) {
      feed_.connect(trainer_.network, place, pass);
    };
    for (std::int64_t step = 0; step < kind.steps; ++step)
      trainer_.queue_step(connect, order_, table_, kind.passes);
  });
}

}  // namespace cuvae::train
