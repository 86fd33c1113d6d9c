// Brings a data set's rows to a network: in place where the device can read them as they are stored, else row
// by row through a staging buffer.
#pragma once

#include <cstdint>
#include <vector>

#include "cuvae/dataset.hpp"
#include "src/backend/backend.hpp"
#include "src/model/network.hpp"

namespace cuvae::train {

class Feed {
 public:
  // `rows`: the most a pass takes. Device memory for the data is taken here, once.
  Feed(Backend& backend, const Dataset& data, std::int64_t rows);

  // Tells the network where the rows are.
  void connect(model::Network& network) const;
  // After the pass's rows were picked: copies them where they are not read in place.
  void stage(model::Network& network, std::int64_t active_rows);

 private:
  Backend* backend_;
  Dataset data_;
  Backend::Buffer buffer_;  // the whole data set on the device, or the staging rows
  RowSource source_;
  Backend::Gather gather_ = Backend::Gather::by_row_id;
  std::vector<float> staging_;
  std::vector<std::int64_t> ids_;
};

}  // namespace cuvae::train
