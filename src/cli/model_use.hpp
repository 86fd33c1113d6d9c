// What the commands that use a model have in common: a checkpoint, rows, a place for the result.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"
#include "src/cli/machine.hpp"
#include "src/cli/options.hpp"
#include "src/cli/reading.hpp"

namespace cuvae::cli {

struct ModelUse : Machine, Reading {
  std::string checkpoint;
  std::string data;
  std::string labels, label;  // of a conditional model: of the rows of data, or one for all
  std::string out;
  std::string out_flag = "--out";  // what the result is called on the command line
  std::int32_t batch = 256;
  std::uint64_t seed = 0;
};

inline constexpr const char* kDataHelp = "files (docs/formats.md) or builtin:shapes[:ROWS]";

// One more name of data that is several files (src/data/spec.hpp).
void add_name(std::string& data, const std::string& name);
// The files and folders that data is read from. Throws Error(data) where a pattern matches nothing.
[[nodiscard]] std::vector<std::string> paths_of(const std::string& data);

void add_checkpoint(CommandLine& line, ModelUse& use);
void add_data(CommandLine& line, ModelUse& use,
              CommandLine::Presence presence = CommandLine::Presence::required);
void add_out(CommandLine& line, ModelUse& use, const std::string& help);
void add_machine(CommandLine& line, ModelUse& use);  // --device, --threads, --batch, --seed

// Throws Error(invalid_argument) where the result would replace what it is made from.
void require_another_file(const std::string& flag, const std::string& out, const std::string& input);
// The same for checkpoint, data and labels.
[[nodiscard]] Vae load_model(const ModelUse& use);
// Read as the model's were, with its labels, where the model takes some. Throws Error(data) where the rows
// are not as wide as the model's or their colours in another order, and what with_labels does.
[[nodiscard]] Dataset open_data(const ModelUse& use, const Vae& vae);

enum class FileFormat { png, rows };
// By the ending. Throws Error(invalid_argument) for another one or none.
[[nodiscard]] FileFormat format_of(const std::string& out);
void require_rows(const std::string& flag, const std::string& out);
void require_png(const std::string& out);
// As --layout says, else of the data the model was trained on. Throws Error(invalid_argument) where these are
// no pictures, or not of its rows.
[[nodiscard]] ImageShape require_image(const ModelUse& use, const Vae& vae);

// Calls `take` with the first rows of the data, or all, and their labels, at most `batch` at a time. `verb`
// is what is done to them, for the progress shown. Throws Stopped where a signal asks for it.
void for_each_batch(
    const std::string& verb, const Dataset& data, std::int64_t rows, std::int32_t batch,
    const std::function<void(std::span<const float> values, std::span<const float> labels)>& take);
void for_each_batch(
    const std::string& verb, const Dataset& data, std::int32_t batch,
    const std::function<void(std::span<const float> values, std::span<const float> labels)>& take);

}  // namespace cuvae::cli
