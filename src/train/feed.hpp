// Brings a data set's rows to a network. Where the device can read them as they are stored, or has room for
// all of them, they stay there and a pass gathers its own. Else the host hands out the rows of each step,
// into one of two places while the device computes on the other.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "cuvae/dataset.hpp"
#include "src/backend/backend.hpp"
#include "src/model/network.hpp"

namespace cuvae::train {

class Feed {
 public:
  // The leading dimension of rows that a device reads in vectors.
  [[nodiscard]] static std::int64_t padded_row(std::int64_t cols);

  // `step_rows`: the most that a step takes; `pass_rows`: that a pass of it takes. Memory for the data is
  // taken here, once.
  Feed(Backend& backend, const Dataset& data, std::int64_t step_rows, std::int64_t pass_rows);

  // Data that lies where the device reads it: nothing need be handed out.
  [[nodiscard]] bool is_resident() const { return places_[0] == nullptr; }
  // How many places rows may be handed out into; 1, unused, for resident data.
  [[nodiscard]] int places() const { return places_[1] != nullptr ? 2 : 1; }
  // The next place, filled with rows of the order from `first` on. Waits until no step reads it any more.
  [[nodiscard]] int hand_out(const ops::RowOrder& order, std::int32_t epoch, std::int64_t first,
                             std::int64_t rows);
  // The step that reads that place is queued.
  void release(int place);
  // Tells the network where the rows of the pass-th pass of a step are. `place` counts where rows are handed
  // out.
  void connect(model::Network& network, int place, std::int64_t pass) const;

 private:
  bool keep_resident();  // false where there is no memory for it
  void keep_labels();

  Backend* backend_;
  Dataset data_;
  std::int64_t pass_rows_;
  Backend::Buffer all_;  // the whole data set, on a device that does not read the host's memory
  std::array<std::unique_ptr<Staging>, 2> places_;
  int next_ = 0;
  RowSource source_;
  Backend::Buffer all_labels_;  // always kept there: they are few, beside the rows
  RowSource labels_;
};

}  // namespace cuvae::train
