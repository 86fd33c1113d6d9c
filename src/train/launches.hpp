// The steps of an epoch as the device is given them: each kind of step recorded once, then replayed; several
// in one launch where it works alone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "src/train/feed.hpp"
#include "src/train/schedule.hpp"
#include "src/train/trainer_impl.hpp"

namespace cuvae::train {

class Launches {
 public:
  // The table of an epoch's passes lies where the backend reads it. Everything is recorded here.
  Launches(Trainer::Impl& trainer, Feed& feed, const Schedule& schedule, const ops::RowOrder& order,
           const ops::PassPlan* table);
  Launches(const Launches&) = delete;  // recordings hold its address
  Launches& operator=(const Launches&) = delete;

  // Queues steps from `first` of the epoch on, before `end`; returns how many.
  std::int64_t queue(std::int64_t first, std::int64_t end);
  // Long steps go one by one: there is nothing to gain, and the host is heard sooner.
  void tell_time_of_step(double seconds, std::int64_t steps);

 private:
  struct Kind {
    std::int64_t steps, passes;  // passes of each step
    int place;                   // where the feed hands out its rows
    auto operator<=>(const Kind&) const = default;
  };
  void record(const Kind& kind);

  Trainer::Impl& trainer_;
  Feed& feed_;
  const Schedule& schedule_;
  ops::RowOrder order_;
  const ops::PassPlan* table_;
  std::int64_t many_;  // steps of a launch of several
  std::map<Kind, std::unique_ptr<Recording>> recordings_;
};

}  // namespace cuvae::train
