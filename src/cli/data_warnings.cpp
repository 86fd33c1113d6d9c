// What may go wrong when data is trained on.
#include <cmath>

#include "cuvae/config.hpp"
#include "src/cli/data_report.hpp"
#include "src/core/shown.hpp"
#include "src/data/dataset_impl.hpp"

namespace cuvae::cli {
namespace {

using data::Place;
using data::Profile;
using data::text_of;

// "3 values are", "1 value is"
std::string counted(std::int64_t count, const std::string& one, const std::string& verb_of_one = "is",
                    const std::string& verb = "are") {
  return std::to_string(count) + " " + one + (count == 1 ? " " + verb_of_one : "s " + verb);
}

std::string column_text(const Profile& profile, std::int64_t column) {
  const auto at = static_cast<std::size_t>(column);
  if (at >= profile.column_names.size()) return std::to_string(column);
  return std::to_string(column) + " ('" + core::shown(profile.column_names[at], 40) + "')";
}

std::string place_text(const Profile& profile, const Place& place) {
  return "row " + std::to_string(place.row) + ", column " + column_text(profile, place.col) + " (from 0)";
}

// Real numbers that only pixels have.
bool looks_like_pixels(const Profile& profile) {
  return profile.header.type != data::ElementType::u8 && profile.low >= 0 && profile.high > 200 &&
         profile.high <= 255;
}

bool looks_like_counts(const Profile& profile) {
  constexpr double kLongTail = 3;  // deviations
  return profile.whole && profile.low >= 0 && profile.high > 1 && !looks_like_pixels(profile) &&
         profile.high > profile.mean + kLongTail * profile.deviation;
}

void warn_of_odd_values(const Profile& profile, std::vector<Warning>& warnings) {
  if (!profile.first_not_finite) return;
  std::string what = profile.nans > 0 ? counted(profile.nans, "value") + " NaN or missing" : "";
  if (profile.infinite > 0)
    what += (what.empty() ? "" : ", ") + counted(profile.infinite, "value") + " infinite, or beyond float32";
  warnings.push_back({"not-finite",
                      what + "; the first is in " + place_text(profile, *profile.first_not_finite),
                      "Training refuses them: remove such rows, or replace (numpy.nan_to_num) such values.",
                      profile.first_not_finite});
}

void warn_of_rounding(const Profile& profile, std::vector<Warning>& warnings) {
  if (profile.rounded == 0) return;
  warnings.push_back(
      {"rounded",
       counted(profile.rounded, "whole number") + " beyond 2^24 and none of float32's: rounded",
       "Leave out columns of identifiers: 'table.csv:!id'.",
       {}});
}

void warn_of_range(const Profile& profile, std::vector<Warning>& warnings) {
  if (!profile.first_outside) return;
  const std::string first =
      place_text(profile, *profile.first_outside) + " is " + text_of(profile.first_outside->value);
  if (looks_like_pixels(profile)) {
    warnings.push_back({"pixels",
                        "values from " + text_of(profile.low) + " to " + text_of(profile.high) +
                            " look like pixels, but are no bytes: " + first,
                        "Scale them: --scale 1/255, in training and here.", profile.first_outside});
    return;
  }
  warnings.push_back(
      {"outside-unit", "values leave [0, 1]: " + first,
       "Train with --likelihood gaussian or laplace; all others need [0, 1]. Or scale the values.",
       profile.first_outside});
  if (looks_like_counts(profile))
    warnings.push_back({"counts",
                        "whole numbers up to " + text_of(profile.high) + " with a mean of " +
                            text_of(static_cast<float>(profile.mean)) +
                            " look like counts, which no likelihood here fits",
                        "Take their logarithm first (numpy.log1p), for --likelihood gaussian or laplace.",
                        {}});
}

void warn_of_constants(const Profile& profile, std::vector<Warning>& warnings) {
  if (profile.rows < 2 || !profile.some_finite) return;
  if (profile.low == 0 && profile.high == 0) {
    warnings.push_back(
        {"zeros", "all values are 0", "Check what wrote them: there is nothing to learn.", {}});
    return;
  }
  if (profile.constant_columns == 0) return;
  std::string columns;
  for (const std::int64_t column : profile.first_constant)
    columns += (columns.empty() ? "" : ", ") + column_text(profile, column);
  const bool more = profile.constant_columns > std::ssize(profile.first_constant);
  warnings.push_back({"constant-columns",
                      std::to_string(profile.constant_columns) + " of " +
                          counted(profile.columns, "column", "has", "have") +
                          " one value in all rows: " + columns + (more ? ", ..." : ""),
                      "Leave them out, or do not learn a variance of each (--variance per-dimension): it "
                      "would shrink to nothing.",
                      Place{0, static_cast<std::int32_t>(profile.first_constant[0]), 0}});
}

void warn_of_rows(const Profile& profile, std::vector<Warning>& warnings) {
  if (profile.first_repeated) {
    const auto [row, earlier] = *profile.first_repeated;
    const bool all = profile.compared_rows == profile.rows;
    warnings.push_back({"repeated-rows",
                        counted(profile.repeated_rows, "row") + " the same as an earlier one" +
                            (all ? "" : " (of the first " + std::to_string(profile.compared_rows) + ")") +
                            ", the first of them row " + std::to_string(row) + ", as row " +
                            std::to_string(earlier),
                        "Remove copies where they are not meant: rows kept for validation may be among them.",
                        Place{row, 0, 0}});
  }
  if (const std::int64_t batch = TrainConfig{}.batch; profile.rows < batch)
    warnings.push_back(
        {"few-rows",
         "there " +
             (profile.rows == 1 ? std::string("is 1 row") : "are " + std::to_string(profile.rows) + " rows") +
             ", fewer than the " + std::to_string(batch) + " of a batch",
         "Give more, or train with a smaller --batch.",
         {}});
}

}  // namespace

std::vector<Warning> warnings_of(const Profile& profile) {
  std::vector<Warning> warnings;
  warn_of_odd_values(profile, warnings);
  warn_of_rounding(profile, warnings);
  warn_of_range(profile, warnings);
  warn_of_constants(profile, warnings);
  warn_of_rows(profile, warnings);
  return warnings;
}

}  // namespace cuvae::cli
