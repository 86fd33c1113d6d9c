// cuvae info: what a file is.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

#include "cuvae/vae.hpp"
#include "src/cli/checkpoints.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/data_report.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/names.hpp"
#include "src/cli/output.hpp"
#include "src/cli/row_watch.hpp"
#include "src/cli/run_directory.hpp"
#include "src/core/shown.hpp"
#include "src/data/data_file.hpp"
#include "src/data/from_file.hpp"
#include "src/data/npz_stream.hpp"
#include "src/data/open_stream.hpp"
#include "src/data/standard_input.hpp"
#include "src/io/json_line.hpp"

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

// Of the folder of a run; empty for all else.
std::string model_in(const std::string& folder) {
  const std::filesystem::path model = std::filesystem::path(folder) / RunDirectory::kModel;
  std::error_code ignored;
  return std::filesystem::is_directory(folder, ignored) && std::filesystem::exists(model, ignored)
             ? model.string()
             : "";
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + text + "]";
}

enum class Form { text, json };

std::string describe_checkpoint(const std::string& path, Form form) {
  const Vae vae = load_checkpoint(path, Device::cpu());
  if (form == Form::json) {
    io::JsonObject tensors, metadata;
    for (const Parameter& parameter : vae.parameters()) tensors.add(parameter.name, parameter.shape);
    for (const auto& [name, value] : vae.metadata()) metadata.add(name, value);
    return io::JsonObject()
               .add("checkpoint", path)
               .add("parameters", vae.parameter_count())
               .add("tensors", tensors)
               .add("metadata", metadata)
               .str() +
           "\n";
  }
  Rows rows{{core::shown(path, core::kLongestPath),
             "checkpoint, " + std::to_string(vae.parameter_count()) + " parameters"},
            {"", ""}};
  for (const Parameter& parameter : vae.parameters())
    rows.emplace_back(parameter.name, shape_text(parameter.shape));
  rows.emplace_back("", "");
  for (const auto& [name, value] : vae.metadata())
    rows.emplace_back(core::shown(name), name == kLabelNamesNote || name == kColumnNamesNote
                                             ? shown_names(names_in(value))
                                             : core::shown(value, 1000));
  return two_columns(rows);
}

DataReport report_of(const std::string& data, const ReadOptions& options) {
  std::optional<RowWatch> watch;
  DataReport report{.data = data};
  report.profile = data::profile(data, options, [&](std::int64_t rows, std::int64_t of) {
    if (!watch) watch.emplace("read", of);
    watch->done(rows);
  });
  if (data::is_builtin(data) || data == data::kStandardInput) return report;
  const std::vector<data::Spec> specs = data::specs_of(data);
  report.data = data::name_of(specs);
  report.disk_bytes = data::stored_bytes(specs);
  report.mapped = data::is_mapped(specs);
  return report;
}

// Of an archive of several, of which none is named.
std::vector<data::NamedArray> arrays_of(const std::string& data) {
  if (data::is_builtin(data) || data == data::kStandardInput) return {};
  const std::vector<data::Spec> specs = data::specs_of(data);
  std::error_code ignored;
  if (specs.size() > 1 || !specs[0].part.empty() || std::filesystem::is_directory(specs[0].path, ignored))
    return {};
  if (data::open_data_file(specs[0]).kind != data::DataFile::Kind::archive) return {};
  return data::arrays_to_choose_from(specs[0].path);
}

std::string describe_arrays(const std::string& path, const std::vector<data::NamedArray>& arrays, Form form) {
  if (form == Form::json) {
    std::vector<io::JsonObject> all;
    for (const data::NamedArray& array : arrays) {
      all.emplace_back().add("name", array.name).add("shape", array.shape);
      if (!array.type.empty()) all.back().add("type", array.type);
    }
    return io::JsonObject().add("data", path).add("format", "NPZ").add("arrays", all).str() + "\n";
  }
  Rows rows{{path, "NPZ, " + std::to_string(arrays.size()) + " arrays"}};
  for (const data::NamedArray& array : arrays)
    rows.emplace_back(core::shown(array.name),
                      array.type.empty() ? "its header cannot be read"
                                         : shape_text(array.shape) + " " + core::shown(array.type, 20));
  const auto usable = std::ranges::find_if(arrays, [](const data::NamedArray& array) {
    return !array.type.empty() && !array.type.ends_with('O');
  });
  const data::NamedArray& one = usable == arrays.end() ? arrays.front() : *usable;
  return two_columns(rows) + "\nname one of them: cuvae info " +
         shell_word(path + ":" + core::shown(one.name)) + "\n";
}

std::string describe_data(const std::string& data, const ReadOptions& options, Form form) {
  if (const auto arrays = arrays_of(data); !arrays.empty()) return describe_arrays(data, arrays, form);
  const DataReport report = report_of(data, options);
  return form == Form::json ? report.as_json() : report.as_text();
}

}  // namespace

ExitCode run_info(Arguments arguments) {
  std::string what;
  bool json = false;
  Reading reading;
  CommandLine line("cuvae info CHECKPOINT|DATA... [options]",
                   "What a file is: shapes, configuration, where it comes from; of data\n"
                   "also what may go wrong in training, and where.",
                   "  cuvae info runs/demo/model.safetensors\n"
                   "  cuvae info table.csv\n");
  line.positionals("FILE", "a checkpoint, or data as for cuvae train", CommandLine::Presence::required,
                   [&](const std::string& text) { add_name(what, text); });
  line.heading("options");
  line.flag("--json", "one JSON object", json);
  add_reading(line, reading);
  if (!line.parse(arguments)) return ExitCode::ok;
  const Form form = json ? Form::json : Form::text;
  const ReadOptions options = read_options(reading);
  if (const std::string run = model_in(what); !run.empty()) what = run;
  const bool checkpoint = is_checkpoint(what);
  if (checkpoint && (options.scale || options.image))
    throw Error(Errc::invalid_argument, core::shown(what, core::kLongestPath) +
                                            ": is a checkpoint; --scale and --layout are for data");
  print(checkpoint ? describe_checkpoint(what, form) : describe_data(what, options, form));
  return ExitCode::ok;
}

}  // namespace cuvae::cli
