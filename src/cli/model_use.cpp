#include "src/cli/model_use.hpp"

#include <algorithm>
#include <filesystem>

#include "src/cli/checkpoints.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/names.hpp"
#include "src/cli/row_watch.hpp"
#include "src/data/spec.hpp"
#include "src/io/array_format.hpp"

namespace cuvae::cli {

void add_checkpoint(CommandLine& line, ModelUse& use) {
  line.positional("CHECKPOINT", "a .safetensors file of cuvae train", CommandLine::Presence::required,
                  [&](const std::string& text) { use.checkpoint = text; });
}

void add_data(CommandLine& line, ModelUse& use, CommandLine::Presence presence) {
  line.positionals("DATA", kDataHelp, presence, [&](const std::string& text) { add_name(use.data, text); });
}

void add_out(CommandLine& line, ModelUse& use, const std::string& help) {
  line.option("--out", "FILE", help, [&](const std::string& text) { use.out = text; });
}

void add_machine(CommandLine& line, ModelUse& use) {
  for (const auto& key : machine_keys<ModelUse>()) line.setting(key, use);
  const auto group = config::Group::machine;
  line.setting(
      config::integer_key<ModelUse>(group, {"batch", "N", "rows at a time"}, &ModelUse::batch, {1, 1 << 24}),
      use);
  line.setting(config::seed_key<ModelUse>(group, {"seed", "N", "of the random draws"}, &ModelUse::seed), use);
}

void add_name(std::string& data, const std::string& name) { data += (data.empty() ? "" : "\n") + name; }

std::vector<std::string> paths_of(const std::string& data) {
  std::vector<std::string> paths;
  if (data.empty() || data::is_builtin(data)) return paths;
  for (const data::Spec& spec : data::specs_of(data)) paths.push_back(spec.path);
  return paths;
}

namespace {

[[noreturn]] void refuse_ending(const std::string& flag, const std::string& out, const std::string& endings) {
  throw Error(Errc::invalid_argument, out.empty() ? flag + " is missing; give a file ending in " + endings
                                                  : flag + ": '" + out + "' must end in " + endings);
}

}  // namespace

void require_another_file(const std::string& flag, const std::string& out, const std::string& input) {
  std::error_code ignored;
  if (!out.empty() && std::filesystem::equivalent(out, input, ignored))
    throw Error(Errc::invalid_argument,
                flag + ": '" + out + "' would replace its own input; choose another file");
}

Vae load_model(const ModelUse& use) {
  require_another_file(use.out_flag, use.out, use.checkpoint);
  for (const std::string& input : {use.data, use.labels})
    for (const std::string& path : paths_of(input)) require_another_file(use.out_flag, use.out, path);
  if (use.checkpoint.starts_with("builtin:"))
    throw Error(Errc::invalid_argument,
                "'" + use.checkpoint + "' is data; CHECKPOINT comes first, then DATA");
  return load_checkpoint(use.checkpoint, device_of(use));
}

Dataset open_data(const ModelUse& use, const Vae& vae) {
  const Dataset data = Dataset::open(use.data, read_options_as_trained(use, use.checkpoint, vae.metadata()));
  if (data.cols() != vae.config().data_dim) {
    throw Error(Errc::data, data.source() + ": its rows have " + std::to_string(data.cols()) + " values, " +
                                use.checkpoint + " was trained on " + std::to_string(vae.config().data_dim) +
                                "\nUse data of the same shape, or train a model on this data.");
  }
  data.require_finite();
  require_same_order(data, vae.image(), use.checkpoint);
  require_same_columns(data, columns_of(vae), use.checkpoint);
  return with_labels(use, vae, data);
}

FileFormat format_of(const std::string& out) {
  if (std::filesystem::path(out).extension() == ".png") return FileFormat::png;
  if (io::is_array_file(out)) return FileFormat::rows;
  refuse_ending("--out", out, ".png, " + std::string(io::kArrayEndings));
}

void require_rows(const std::string& flag, const std::string& out) {
  if (!io::is_array_file(out)) refuse_ending(flag, out, std::string(io::kArrayEndings));
}

void require_png(const std::string& out) {
  if (std::filesystem::path(out).extension() != ".png") refuse_ending("--out", out, ".png");
}

ImageShape require_image(const ModelUse& use, const Vae& vae) {
  const std::optional<ImageShape> given = layout_of(use.layout);
  const ImageShape image = given.value_or(vae.image());
  if (image == ImageShape{})
    throw Error(Errc::invalid_argument,
                (given ? "--layout: rows that are no pictures cannot be drawn"
                       : use.checkpoint + ": was trained on rows that are no pictures") +
                    "; say how they are (--layout 28x28), or write " +
                    std::filesystem::path(use.out).replace_extension(".npy").string());
  if (image.values() != vae.config().data_dim)
    throw Error(Errc::invalid_argument, "--layout: pictures of " + use.layout + " have " +
                                            std::to_string(image.values()) + " values, the rows of " +
                                            use.checkpoint + " " + std::to_string(vae.config().data_dim));
  return image;
}

void for_each_batch(const std::string& verb, const Dataset& data, std::int32_t batch,
                    const std::function<void(std::span<const float>, std::span<const float>)>& take) {
  for_each_batch(verb, data, data.rows(), batch, take);
}

void for_each_batch(const std::string& verb, const Dataset& data, std::int64_t rows, std::int32_t batch,
                    const std::function<void(std::span<const float>, std::span<const float>)>& take) {
  const auto cols = static_cast<std::size_t>(data.cols());
  std::vector<float> values;
  RowWatch watch(verb, rows);
  for (std::int64_t first = 0; first < rows; first += batch) {
    const std::int64_t count = std::min<std::int64_t>(batch, rows - first);
    values.resize(static_cast<std::size_t>(count) * cols);
    for (std::int64_t i = 0; i < count; ++i) {
      data.read_row(first + i, std::span(values).subspan(static_cast<std::size_t>(i) * cols, cols));
    }
    take(values, labels_of(data, first, count));
    watch.done(first + count);
  }
}

}  // namespace cuvae::cli
