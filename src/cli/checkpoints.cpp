#include "src/cli/checkpoints.hpp"

#include <array>
#include <filesystem>
#include <optional>

#include "cuvae/error.hpp"
#include "src/data/data_file.hpp"
#include "src/io/safetensors.hpp"

namespace cuvae::cli {

namespace fs = std::filesystem;

namespace {

bool holds_a_model(const fs::path& file) {
  try {
    return io::SafetensorsFile::open(file).metadata().contains("cuvae.kind");
  } catch (const Error&) {
    return false;
  }
}

std::string sound_ones_beside(const fs::path& path) {
  constexpr std::array kNames{RunDirectory::kBest, RunDirectory::kModel, RunDirectory::kState,
                              RunDirectory::kPreviousState};
  std::string text;
  for (const char* name : kNames) {
    const fs::path other = path.parent_path() / name;
    if (name != path.filename() && holds_a_model(other)) text += (text.empty() ? "" : ", ") + other.string();
  }
  return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// What keeps the file from being read; empty where nothing does.
std::optional<Error> flaw_of(const std::string& file) {
  try {
    static_cast<void>(io::SafetensorsFile::open(file));
    return std::nullopt;
  } catch (const Error& flaw) {
    return flaw;
  }
}

// Who gives data, or the folder of a run, means something else.
void require_file(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    const std::string inside = sound_ones_beside(fs::path(path) / "any");
    throw Error(Errc::data, "cannot read '" + path + "': it is a folder\n" +
                                (inside.empty() ? "Name a checkpoint inside it."
                                                : "Name one of its checkpoints: " + inside));
  }
  if (fs::path(path).extension() == ".safetensors") return;
  try {
    (void)data::open_data_file({path, path, {}});
  } catch (const Error&) {
    return;
  }
  throw Error(Errc::data, "cannot read '" + path +
                              "': it is data, where a checkpoint belongs\n"
                              "Name the checkpoint first, then the data: model.safetensors DATA.");
}

}  // namespace

Vae load_checkpoint(const std::string& path, const Device& device) {
  require_file(path);
  try {
    return Vae::load(path, device);
  } catch (const Error& error) {
    const std::string others = error.code() == Errc::data ? sound_ones_beside(path) : "";
    if (others.empty()) throw;
    throw Error(Errc::data, error.what() + std::string("\nSound beside it: ") + others);
  }
}

LastState last_state(const RunDirectory& directory) {
  const std::string last = directory.file(RunDirectory::kState);
  const std::optional<Error> flaw = flaw_of(last);
  if (!flaw) return {last, ""};
  const std::string previous = directory.file(RunDirectory::kPreviousState);
  std::error_code ignored;
  if (!fs::exists(previous, ignored)) throw *flaw;
  if (const std::optional<Error> other = flaw_of(previous))
    throw Error(Errc::data, first_line(flaw->what()) + "\n" + first_line(other->what()) +
                                "\nTake another copy of one of them, or start afresh in another --out.");
  return {previous, first_line(flaw->what())};
}

}  // namespace cuvae::cli
