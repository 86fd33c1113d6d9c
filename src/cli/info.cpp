// cuvae info: what a file is.
#include <array>
#include <filesystem>
#include <fstream>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/output.hpp"
#include "src/core/shown.hpp"
#include "src/data/dataset_impl.hpp"

namespace cuvae::cli {
namespace {

// A safetensors file starts with the length of its header, little-endian, and the header's '{'.
bool is_checkpoint(const std::string& path) {
  constexpr std::array kPlausibleLength{'\0', '\0', '\0', '\0'};  // the upper half of 8 bytes
  if (std::error_code ignored; !std::filesystem::is_regular_file(path, ignored)) return false;
  std::array<char, 9> start{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(start.data(), start.size()))
    return std::filesystem::path(path).extension() == ".safetensors";
  return start[8] == '{' && std::equal(kPlausibleLength.begin(), kPlausibleLength.end(), start.begin() + 4);
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + text + "]";
}

std::string describe_checkpoint(const std::string& path) {
  const Vae vae = Vae::load(path, Device::cpu());
  Rows rows{{path, "checkpoint, " + std::to_string(vae.parameter_count()) + " parameters"}, {"", ""}};
  for (const Parameter& parameter : vae.parameters())
    rows.emplace_back(parameter.name, shape_text(parameter.shape));
  rows.emplace_back("", "");
  for (const auto& [name, value] : vae.metadata())
    rows.emplace_back(core::shown(name), core::shown(value, 1000));
  return two_columns(rows);
}

std::string describe_data(const std::string& spec) {
  const Dataset data = Dataset::open(spec);
  const ImageShape image = data.image();
  Rows rows{{spec, data.description()},
            {"rows", std::to_string(data.rows())},
            {"columns", std::to_string(data.cols())}};
  if (image != ImageShape{}) {
    rows.emplace_back("picture", std::to_string(image.height) + " x " + std::to_string(image.width));
  }
  rows.emplace_back("values", "from " + data::text_of(data.impl().facts().low) + " to " +
                                  data::text_of(data.impl().facts().high));
  rows.emplace_back("stored", human_bytes(static_cast<std::int64_t>(data.bytes())));
  rows.emplace_back("fingerprint", hexadecimal(data.fingerprint()));
  return two_columns(rows);
}

}  // namespace

ExitCode run_info(Arguments arguments) {
  std::string what;
  CommandLine line("cuvae info CHECKPOINT|DATA",
                   "What a file is: shapes, configuration, where it comes from.",
                   "  cuvae info runs/demo/model.safetensors\n"
                   "  cuvae info train-images-idx3-ubyte.gz\n");
  line.positional("FILE", "a checkpoint, or data as for cuvae train", CommandLine::Presence::required,
                  [&](const std::string& text) { what = text; });
  if (!line.parse(arguments)) return ExitCode::ok;
  print(is_checkpoint(what) ? describe_checkpoint(what) : describe_data(what));
  return ExitCode::ok;
}

}  // namespace cuvae::cli
