#include "src/cli/data_report.hpp"

#include "src/cli/output.hpp"
#include "src/cli/pictures.hpp"
#include "src/core/shown.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/io/json_line.hpp"

namespace cuvae::cli {
namespace {

std::string scale_text(float scale) {
  return scale == data::kPixelScale ? "pixels: value / 255"
         : scale == 1.0f            ? "the numbers they are"
                                    : "value x " + data::text_of(scale);
}

std::int64_t memory_bytes(const DataReport& report) {
  const data::Profile& profile = report.profile;
  return report.mapped ? 0 : profile.rows * profile.columns * data::size_of(profile.header.type);
}

}  // namespace

std::string DataReport::as_text() const {
  Rows rows{{core::shown(data, core::kLongestPath), profile.description},
            {"rows", std::to_string(profile.rows)},
            {"columns", std::to_string(profile.columns)}};
  if (profile.image != ImageShape{}) rows.emplace_back("picture", text_of(profile.image));
  rows.emplace_back("values", profile.some_finite ? "from " + data::text_of(profile.low) + " to " +
                                                        data::text_of(profile.high) + ", mean " +
                                                        significant(profile.mean, 4) + ", deviation " +
                                                        significant(profile.deviation, 4)
                                                  : "none that is finite");
  rows.emplace_back("read as", scale_text(profile.scale));
  if (disk_bytes) rows.emplace_back("on disk", human_bytes(*disk_bytes));
  rows.emplace_back("in memory",
                    mapped ? "none: read from the file when needed" : human_bytes(memory_bytes(*this)));
  if (profile.fingerprint) rows.emplace_back("fingerprint", hexadecimal(*profile.fingerprint));
  std::string text = two_columns(rows);
  for (const Warning& warning : warnings_of(profile))
    text += "\nwarning: " + warning.what + "\n         " + warning.mend + "\n";
  return text;
}

std::string DataReport::as_json() const {
  std::vector<io::JsonObject> warnings;
  for (const Warning& warning : warnings_of(profile)) {
    io::JsonObject one;
    one.add("kind", warning.kind).add("what", warning.what).add("mend", warning.mend);
    if (warning.first) one.add("row", warning.first->row).add("column", warning.first->col);
    warnings.push_back(one);
  }
  const auto if_some = [&](double value) {
    return profile.some_finite ? std::optional(value) : std::nullopt;
  };
  io::JsonObject json;
  json.add("data", data)
      .add("format", profile.description)
      .add("type", data::name_of(profile.header.type))
      .add("shape", profile.header.shape)
      .add("rows", profile.rows)
      .add("columns", profile.columns)
      .add("column_names", profile.column_names);
  if (profile.image != ImageShape{})
    json.add("picture",
             io::JsonObject()
                 .add("height", profile.image.height)
                 .add("width", profile.image.width)
                 .add("channels", profile.image.channels)
                 .add("order", profile.image.order == ChannelOrder::planar ? "planar" : "interleaved"));
  json.add("scale", static_cast<double>(profile.scale))
      .add("low", if_some(profile.low))
      .add("high", if_some(profile.high))
      .add("mean", if_some(profile.mean))
      .add("deviation", if_some(profile.deviation))
      .add("nan", profile.nans)
      .add("infinite", profile.infinite)
      .add("rounded", profile.rounded)
      .add("constant_columns", profile.constant_columns)
      .add("repeated_rows", profile.repeated_rows)
      .add("compared_rows", profile.compared_rows)
      .add("memory_bytes", memory_bytes(*this));
  if (disk_bytes) json.add("disk_bytes", *disk_bytes);
  if (profile.fingerprint) json.add("fingerprint", hexadecimal(*profile.fingerprint));
  return json.add("warnings", warnings).str() + "\n";
}

}  // namespace cuvae::cli
