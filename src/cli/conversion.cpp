#include "src/cli/conversion.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "cuvae/error.hpp"
#include "src/cli/pictures.hpp"
#include "src/core/read_error.hpp"
#include "src/data/layout.hpp"
#include "src/data/open_rows.hpp"
#include "src/data/row_converter.hpp"
#include "src/io/array_format.hpp"
#include "src/io/picture_folder.hpp"

namespace cuvae::cli {
namespace {

enum class Target { rows, folder, picture };

std::optional<Target> target_of(const std::string& to) {
  std::error_code ignored;
  if (to.ends_with('/') || std::filesystem::is_directory(to, ignored)) return Target::folder;
  if (std::filesystem::path(to).extension() == ".png") return Target::picture;
  return io::is_array_file(to) ? std::optional(Target::rows) : std::nullopt;
}

// Where rows go.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual void append(std::span<const std::byte> rows) = 0;
  virtual void commit(const ConversionWatch& watch) = 0;
  [[nodiscard]] virtual std::string written(std::int64_t rows, std::int64_t columns) const = 0;
};

std::string numpy_name(core::ElementType type) {
  std::string name(core::name_of(type));
  if (type == core::ElementType::boolean) return name;
  const std::string kind = name[0] == 'u' ? "uint" : name[0] == 'i' ? "int" : "float";
  return kind + name.substr(1);
}

class RowSink : public Sink {
 public:
  RowSink(const std::string& path, io::ArrayLayout layout)
      : file_(io::write_array(path, std::move(layout))) {}
  void append(std::span<const std::byte> rows) override { file_->append(rows); }
  void commit(const ConversionWatch& watch) override { file_->commit(watch.pulse); }
  [[nodiscard]] std::string written(std::int64_t rows, std::int64_t columns) const override {
    return std::to_string(rows) + " x " + std::to_string(columns) + " values, " +
           numpy_name(file_->layout().type);
  }

 private:
  std::unique_ptr<io::ArrayWriter> file_;
};

std::string pictures_text(std::int64_t count, ImageShape image) {
  image.order = ChannelOrder::interleaved;  // as files have them
  return std::to_string(count) + (count == 1 ? " picture of " : " pictures of ") + text_of(image);
}

std::span<const std::uint8_t> as_shades(std::span<const std::byte> rows) {
  return {reinterpret_cast<const std::uint8_t*>(rows.data()), rows.size()};
}

// The channels of each pixel together, as files have them.
std::vector<std::uint8_t> interleaved(std::span<const std::uint8_t> planar, ImageShape image) {
  std::vector<std::uint8_t> pixels(planar.size());
  const auto channels = static_cast<std::size_t>(image.channels), size = planar.size() / channels;
  for (std::size_t channel = 0; channel < channels; ++channel)
    for (std::size_t i = 0; i < size; ++i) pixels[i * channels + channel] = planar[channel * size + i];
  return pixels;
}

class FolderSink : public Sink {
 public:
  FolderSink(const std::string& path, std::int64_t count, ImageShape image)
      : folder_(path, count), image_(image) {}
  void append(std::span<const std::byte> rows) override {
    const auto values = static_cast<std::size_t>(image_.values());
    for (; !rows.empty(); rows = rows.subspan(values)) add(as_shades(rows.first(values)));
  }
  void commit(const ConversionWatch&) override { folder_.commit(); }
  [[nodiscard]] std::string written(std::int64_t rows, std::int64_t) const override {
    return pictures_text(rows, image_);
  }

 private:
  void add(std::span<const std::uint8_t> picture) {
    if (image_.channels == 1) return folder_.add(picture, image_.width, image_.height, io::PngColour::grey);
    std::vector<std::uint8_t> turned;
    if (image_.order == ChannelOrder::planar) picture = turned = interleaved(picture, image_);
    folder_.add(picture, image_.width, image_.height, io::PngColour::rgb);
  }

  io::PictureFolder folder_;
  ImageShape image_;
};

// One picture of all rows.
class PictureSink : public Sink {
 public:
  PictureSink(std::string path, std::int64_t count, ImageShape image)
      : path_(std::move(path)), count_(count), image_(image) {
    if (!samples_fit(count, image))
      throw Error(Errc::invalid_argument, "'" + path_ + "': " + pictures_text(count, image) +
                                              " are too many for one\nName a folder, with a slash at its "
                                              "end, or take the first: --rows 100.");
  }
  void append(std::span<const std::byte> rows) override {
    for (const std::uint8_t shade : as_shades(rows)) values_.push_back(static_cast<float>(shade) / 255.0f);
  }
  void commit(const ConversionWatch& watch) override {
    draw_samples(path_, values_, count_, image_, watch.pulse);
  }
  [[nodiscard]] std::string written(std::int64_t rows, std::int64_t) const override {
    return pictures_text(rows, image_);
  }

 private:
  std::string path_;
  std::int64_t count_;
  ImageShape image_;
  std::vector<float> values_;
};

ImageShape image_of(const Conversion& conversion, const data::Header& header) {
  const ImageShape image = conversion.image.value_or(data::pictures_of(header).image);
  if (image != ImageShape{} && image.values() == header.columns()) return image;
  data::Header row = header;
  row.shape.erase(row.shape.begin());
  core::refuse(conversion.source,
               "its rows of " + (row.shape.empty() ? "1" : data::shape_text(row)) +
                   " values are no pictures" + (conversion.image ? " of that layout" : ""),
               "Say how they are (--layout 28x28, 32x32x3), or write .npy, .npz or .csv.");
}

data::Values values_for(const Conversion& conversion, Target target) {
  if (target != Target::rows) return data::Values::shades;
  if (conversion.type == core::ElementType::u8) return data::Values::u8;
  return conversion.scale || conversion.type ? data::Values::f32 : data::Values::stored;
}

// Of data whose end only tells, it is read to its end; where the caller can do without that, kRowsUnknown.
std::int64_t rows_of(const Conversion& conversion, std::unique_ptr<data::ValueStream>& stream,
                     Target target) {
  const std::int64_t rows = stream->header().rows();
  const auto take = [&](std::int64_t all) {
    if (conversion.rows > all)
      core::refuse(conversion.source,
                   "there are " + std::to_string(all) + " rows, fewer than the first " +
                       std::to_string(conversion.rows) + " that were asked for",
                   "Ask for fewer, or for all of the data.");
    return conversion.rows > 0 ? conversion.rows : all;
  };
  if (rows != data::kRowsUnknown) return take(rows);
  if (target == Target::rows && conversion.rows == 0) return data::kRowsUnknown;
  stream->check();
  const std::int64_t all = stream->header().rows();
  stream = data::open_rows(conversion.from).values;
  return take(all);
}

std::unique_ptr<Sink> open_sink(const Conversion& conversion, Target target, const data::ValueStream& from,
                                core::ElementType type, std::int64_t rows) {
  if (target == Target::rows) {
    io::ArrayLayout layout{type, from.header().shape, from.column_names()};
    layout.shape[0] = rows == data::kRowsUnknown ? io::kRowsToCome : rows;
    return std::make_unique<RowSink>(conversion.to, std::move(layout));
  }
  const ImageShape image = image_of(conversion, from.header());
  if (target == Target::folder) return std::make_unique<FolderSink>(conversion.to, rows, image);
  return std::make_unique<PictureSink>(conversion.to, rows, image);
}

}  // namespace

void require_possible(const Conversion& conversion) {
  const std::optional<Target> target = target_of(conversion.to);
  if (!target)
    throw Error(Errc::invalid_argument, "'" + conversion.to + "' must end in .png, " +
                                            std::string(io::kArrayEndings) +
                                            ", or in / for a folder of pictures" +
                                            (conversion.to == "-" ? "; /dev/stdout is NPY" : ""));
  if (conversion.image && target == Target::rows)
    throw Error(Errc::invalid_argument, "--layout: is of pictures, and '" + conversion.to + "' is none");
}

std::string convert(const Conversion& conversion, const ConversionWatch& watch) {
  constexpr std::int64_t kBlockBytes = std::int64_t{1} << 20;
  const Target target = target_of(conversion.to).value();
  std::unique_ptr<data::ValueStream> stream = data::open_rows(conversion.from).values;
  const std::int64_t rows = rows_of(conversion, stream, target);
  const data::Header& header = stream->header();
  data::RowConverter values(header, values_for(conversion, target), conversion.scale.value_or(1.0f),
                            conversion.source);
  watch.done(0, rows);
  const std::unique_ptr<Sink> sink = open_sink(conversion, target, *stream, values.type(), rows);
  const std::int64_t row_bytes = header.columns() * data::size_of(header.type);
  const std::int64_t most = std::max<std::int64_t>(kBlockBytes / row_bytes, 1);
  std::vector<std::byte> block;
  std::int64_t done = 0;
  for (bool more = true; more && done != rows;) {
    const std::int64_t wanted = rows == data::kRowsUnknown ? most : std::min(most, rows - done);
    block.resize(static_cast<std::size_t>(wanted * row_bytes));
    const std::size_t got = stream->read(block);
    more = got == block.size();
    if (got > 0) sink->append(values.convert(std::span(block).first(got), done));
    done += static_cast<std::int64_t>(got) / row_bytes;
    watch.done(done, rows);
  }
  sink->commit(watch);
  const std::int64_t rounded = stream->rounded();
  return sink->written(done, header.columns()) +
         (rounded == 0 ? "" : " (" + std::to_string(rounded) + " whole numbers beyond 2^24 are rounded)");
}

}  // namespace cuvae::cli
