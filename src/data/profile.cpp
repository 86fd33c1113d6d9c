#include "src/data/profile.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "src/data/fingerprint.hpp"
#include "src/data/from_file.hpp"
#include "src/data/layout.hpp"
#include "src/data/open_rows.hpp"
#include "src/data/open_stream.hpp"
#include "src/data/standard_input.hpp"
#include "src/data/value_range.hpp"

namespace cuvae::data {
namespace {

constexpr std::int64_t kBlockValues = std::int64_t{1} << 18;

// Mean and deviation of values, and what is not finite among them.
class Moments {
 public:
  void add(float value) {
    if (count_ == 0) origin_ = value;
    const double distance = value - origin_;
    sum_ += distance;
    squares_ += distance * distance;
    ++count_;
  }
  [[nodiscard]] double mean() const { return origin_ + distance(); }
  [[nodiscard]] double deviation() const {
    if (count_ == 0) return 0;
    return std::sqrt(std::max(squares_ / static_cast<double>(count_) - distance() * distance(), 0.0));
  }

 private:
  [[nodiscard]] double distance() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

  double origin_ = 0;             // the first value: of numbers far from 0 nothing is lost so
  double sum_ = 0, squares_ = 0;  // of the distances from it
  std::int64_t count_ = 0;
};

// Which columns have one value alone.
class Constants {
 public:
  void add(std::span<const float> row) {
    if (first_.empty()) {
      first_.assign(row.begin(), row.end());
      varies_.resize(row.size());
      return;
    }
    if (all_vary_) return;
    std::uint8_t all = 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
      varies_[i] |= static_cast<std::uint8_t>(!(row[i] == first_[i]));
      all &= varies_[i];
    }
    all_vary_ = all != 0;
  }
  [[nodiscard]] std::int64_t count() const { return std::ranges::count(varies_, 0); }
  [[nodiscard]] std::vector<std::int64_t> first(std::size_t most) const {
    std::vector<std::int64_t> columns;
    for (std::size_t i = 0; i < varies_.size() && columns.size() < most; ++i)
      if (varies_[i] == 0) columns.push_back(static_cast<std::int64_t>(i));
    return columns;
  }

 private:
  std::vector<float> first_;
  std::vector<std::uint8_t> varies_;
  bool all_vary_ = false;
};

// Rows that are as an earlier one.
class Repetitions {
 public:
  void add(std::span<const std::byte> row) {
    if (std::ssize(hashes_) < kMostCompared) hashes_.push_back(XXH3_64bits(row.data(), row.size()));
  }
  void tell(Profile& profile) const {
    std::vector<std::uint32_t> order(hashes_.size());
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      return hashes_[a] != hashes_[b] ? hashes_[a] < hashes_[b] : a < b;
    });
    profile.compared_rows = std::ssize(hashes_);
    std::size_t first = 0;  // of those with the same hash
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (hashes_[order[i]] != hashes_[order[first]]) {
        first = i;
        continue;
      }
      ++profile.repeated_rows;
      const std::pair<std::int64_t, std::int64_t> found(order[i], order[first]);
      profile.first_repeated = std::min(profile.first_repeated.value_or(found), found);
    }
  }

 private:
  std::vector<std::uint64_t> hashes_;
};

class Profiler {
 public:
  explicit Profiler(Profile& profile) : profile_(profile) {}

  // Whole rows as they are stored, and the same as floats.
  void add(std::span<const std::byte> stored, std::span<const float> values) {
    fingerprint_.add(stored);
    ValueRange block;
    block.add(values);
    if (!block.finite() || block.low() < 0 || block.high() > 1) note_odd(values);
    if (block.finite()) {
      add_finite(values);
    } else {
      std::vector<float> finite;
      std::ranges::copy_if(values, std::back_inserter(finite),
                           [](float value) { return std::isfinite(value); });
      add_finite(finite);
    }
    const auto columns = static_cast<std::size_t>(profile_.columns);
    const std::size_t row_bytes = stored.size() / (values.size() / columns);
    for (; !values.empty(); values = values.subspan(columns), stored = stored.subspan(row_bytes)) {
      constants_.add(values.first(columns));
      repetitions_.add(stored.first(row_bytes));
      ++profile_.rows;
    }
  }

  // At the end of the rows.
  void tell() const {
    constexpr std::size_t kFew = 5;
    profile_.some_finite = range_.low() <= range_.high();
    profile_.low = profile_.some_finite ? range_.low() : 0;
    profile_.high = profile_.some_finite ? range_.high() : 0;
    profile_.mean = moments_.mean();
    profile_.deviation = moments_.deviation();
    profile_.constant_columns = constants_.count();
    profile_.first_constant = constants_.first(kFew);
    repetitions_.tell(profile_);
  }
  [[nodiscard]] std::uint64_t fingerprint(const Dataset::Impl& data) { return fingerprint_.digest(data); }

 private:
  void note_odd(std::span<const float> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float value = values[i];
      if (value >= 0 && value <= 1) continue;
      const std::int64_t at = static_cast<std::int64_t>(i), columns = profile_.columns;
      const Place place{profile_.rows + at / columns, static_cast<std::int32_t>(at % columns), value};
      if (std::isfinite(value)) {
        if (!profile_.first_outside) profile_.first_outside = place;
        continue;
      }
      ++(std::isnan(value) ? profile_.nans : profile_.infinite);
      if (!profile_.first_not_finite) profile_.first_not_finite = place;
    }
  }

  void add_finite(std::span<const float> values) {
    range_.add(values);
    for (const float value : values) moments_.add(value);
    profile_.whole =
        profile_.whole && std::ranges::all_of(values, [](float value) { return std::trunc(value) == value; });
  }

  Profile& profile_;
  Fingerprint fingerprint_;
  ValueRange range_;
  Moments moments_;
  Constants constants_;
  Repetitions repetitions_;
};

// Bytes of an NPY file that are all 0 and 1 are values, not shades, unless somebody says what they are.
void be_values_if_bits(Profile& profile, const ReadOptions& options) {
  const bool bytes = profile.header.type == ElementType::u8 && profile.header.format == Format::npy;
  if (!bytes || options.scale || profile.high > kPixelScale) return;
  profile.scale = 1.0f;
  profile.low = std::round(profile.low / kPixelScale);
  profile.high = std::round(profile.high / kPixelScale);
  profile.mean /= kPixelScale;
  profile.deviation /= kPixelScale;
  profile.whole = true;
}

// As Dataset::open would read such rows.
Dataset::Impl laid_out(const Header& header, const ReadOptions& options, const std::string& source) {
  auto impl = std::make_shared<Dataset::Impl>();
  lay_out(*impl, header);
  impl->source = source;
  return *read_as(options, std::move(impl));
}

// Of data in Fortran order, which has its fingerprint in the order of its file.
std::optional<std::uint64_t> fingerprint_as_stored(const std::vector<Spec>& specs, float scale) {
  if (specs[0].path == kStandardInput) return std::nullopt;
  const std::unique_ptr<ValueStream> stream = open_stream(specs);
  Fingerprint fingerprint;
  std::vector<std::byte> piece(static_cast<std::size_t>(kBlockValues));
  for (std::size_t got = piece.size(); got == piece.size();) {
    got = stream->read(piece);
    fingerprint.add(std::span(piece).first(got));
  }
  Dataset::Impl impl;
  lay_out(impl, stream->header());
  impl.scale = scale;
  return fingerprint.digest(impl);
}

}  // namespace

Profile profile(const std::string& spec, const ReadOptions& options, const ProfileProgress& progress) {
  require_valid(options);
  const auto [stream, layout] = open_rows(spec, Missing::as_nan);
  Profile profile;
  profile.header = stream->header();
  profile.columns = profile.header.columns();
  profile.column_names = stream->column_names();
  profile.description = stream->description();
  Dataset::Impl impl = laid_out(profile.header, options, spec);
  profile.scale = impl.scale;
  Profiler profiler(profile);
  const std::int64_t size = size_of(profile.header.type);
  std::vector<float> values(
      static_cast<std::size_t>(std::max<std::int64_t>(kBlockValues / profile.columns, 1) * profile.columns));
  std::vector<std::byte> stored(values.size() * static_cast<std::size_t>(size));
  for (std::size_t got = stored.size(); got == stored.size();) {
    got = stream->read(stored);
    if (got == 0) break;
    const std::int64_t count = static_cast<std::int64_t>(got) / size;
    convert({stored.data(), size, count, impl.type, impl.order}, impl.scale, values.data());
    profiler.add(std::span(stored).first(got), std::span(values).first(static_cast<std::size_t>(count)));
    if (progress) progress(profile.rows, profile.header.rows());
  }
  profile.header.shape[0] = impl.rows = profile.rows;
  profile.rounded = stream->rounded();
  profiler.tell();
  be_values_if_bits(profile, options);
  impl.scale = profile.scale;
  const bool unit = !profile.first_outside && !profile.first_not_finite;
  profile.image = unit || !impl.image_if_unit ? impl.image : ImageShape{};
  profile.fingerprint =
      layout == Layout::c ? profiler.fingerprint(impl) : fingerprint_as_stored(specs_of(spec), profile.scale);
  return profile;
}

}  // namespace cuvae::data
