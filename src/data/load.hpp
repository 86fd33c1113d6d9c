// From a stream to memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "src/data/value_stream.hpp"

namespace cuvae::data {

struct Loaded {
  Header header;
  std::shared_ptr<const void> owner;  // of the values
  const std::byte* values = nullptr;
  std::string description;
  std::vector<std::string> column_names{};  // empty where nobody says
};

// Whether files of `stored` bytes are large enough for so many bytes of memory.
[[nodiscard]] bool vouches_for(std::int64_t stored, std::int64_t bytes);

// All values of the stream that `open` opens. Where they are many more than its `stored` bytes vouch for, the
// stream is first read to its end and checked, so that no flawed file takes more than about twice its size.
// Throws Error(data, out_of_memory).
[[nodiscard]] Loaded load(const std::function<std::unique_ptr<ValueStream>()>& open, std::int64_t stored,
                          const std::string& source);

}  // namespace cuvae::data
