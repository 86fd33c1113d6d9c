// What one pass over data tells of it, also of data that training would refuse.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/data/header.hpp"
#include "src/data/scan.hpp"

namespace cuvae::data {

struct Profile {
  Header header;            // of the rows in C order
  std::string description;  // "NPY, f32, Fortran order"
  std::vector<std::string> column_names;
  std::int64_t rows = 0, columns = 0;
  ImageShape image;  // as training would take them

  // Of values times `scale`, as training reads them; the finite ones, if there are any.
  bool some_finite = false;
  float scale = 1.0f;
  float low = 0, high = 0;
  double mean = 0, deviation = 0;
  bool whole = true;  // no fractions

  std::int64_t nans = 0, infinite = 0;
  std::optional<Place> first_not_finite;
  std::optional<Place> first_outside;  // of [0, 1], a finite one
  std::int64_t rounded = 0;            // whole numbers in a table that float32 does not hold

  std::int64_t constant_columns = 0;
  std::vector<std::int64_t> first_constant;  // of these, a few

  // Rows that are as an earlier one, by a 64-bit hash.
  std::int64_t repeated_rows = 0;
  std::int64_t compared_rows = 0;                                       // the first so many
  std::optional<std::pair<std::int64_t, std::int64_t>> first_repeated;  // and which one it is as

  std::optional<std::uint64_t>
      fingerprint;  // as Dataset's; not of what can be read only once in another order
};

// rows: that were read, of all; less than 0 where nobody knows yet.
using ProfileProgress = std::function<void(std::int64_t rows, std::int64_t of)>;

// Of data as open_rows() takes it. Values that are missing in a table are NaN. Takes memory for some rows, a
// record of each column, and 12 bytes of each row up to kMostCompared. Throws what Dataset::open
// does otherwise.
[[nodiscard]] Profile profile(const std::string& spec, const ReadOptions& options = {},
                              const ProfileProgress& progress = {});

inline constexpr std::int64_t kMostCompared = std::int64_t{1} << 23;

}  // namespace cuvae::data
