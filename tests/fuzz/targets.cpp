#include "fuzz/targets.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/error.hpp"
#include "src/cli/config_file.hpp"
#include "src/io/safetensors.hpp"
#include "src/train/checkpoint.hpp"
#include "support/test_data.hpp"

namespace cuvae::fuzz {
namespace {

namespace fs = std::filesystem;

void require_helpful(const Error& error) {
  constexpr std::array kAllowed{Errc::data, Errc::invalid_argument, Errc::out_of_memory};
  const std::string message = error.what();
  const bool long_winded = std::ranges::count(message, '\n') > 3;
  if (std::ranges::find(kAllowed, error.code()) == kAllowed.end() || message.empty() || long_winded)
    throw std::logic_error("no way to refuse a file: " + message);
}

bool is_refused(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    require_helpful(error);
    return true;
  }
  return false;
}

// A file that holds the bytes until the next call. Under $TMPDIR, which is best in memory.
std::string file_of(Bytes bytes, const fs::path& name) {
  static const test::TempDir folder;
  const fs::path path = folder.path / name;
  fs::create_directories(path.parent_path());
  test::write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return path.string();
}

void read_data(const std::string& spec) {
  const Dataset data = Dataset::open(spec);
  data.require_finite();
  (void)data.image();
  std::vector<float> row(static_cast<std::size_t>(data.cols()));
  for (std::int64_t r = 0; r < data.rows(); ++r) data.read_row(r, row);
  constexpr std::int64_t kFew = 8;  // classes take a column each
  if (data.rows() <= kFew) (void)is_refused([&] { (void)data.with_labels_of(spec); });
}

void read_idx(Bytes bytes) { read_data(file_of(bytes, "digits.gz")); }
void read_npy(Bytes bytes) { read_data(file_of(bytes, "array.npy")); }
void read_npz(Bytes bytes) { read_data(file_of(bytes, "arrays.npz")); }
void read_csv(Bytes bytes) { read_data(file_of(bytes, "table.csv")); }
void read_png(Bytes bytes) { read_data(fs::path(file_of(bytes, "pictures/1.png")).parent_path().string()); }

void read_safetensors(Bytes bytes) {
  const auto file = io::SafetensorsFile::open(file_of(bytes, "weights.safetensors"));
  for (const std::string& name : file.names()) {
    (void)file.shape(name);
    (void)is_refused([&] { (void)file.floats(name); });  // it may be of another type
  }
}

void read_state(Bytes bytes) {
  const std::string path = file_of(bytes, "state.safetensors");
  const train::ModelFile model = train::read_model(path);
  const train::StateFile state = train::read_state(path);
  train::require_same_run(path, state, model.config, state.train);
}

void read_config(Bytes bytes) {
  cli::RunSettings settings;
  cli::apply_settings(cli::read_config_file(file_of(bytes, "config.toml")), settings);
  cli::validate(settings);
}

constexpr std::array kTargets{Target{"idx", read_idx},     Target{"npy", read_npy},
                              Target{"npz", read_npz},     Target{"csv", read_csv},
                              Target{"png", read_png},     Target{"safetensors", read_safetensors},
                              Target{"state", read_state}, Target{"config", read_config}};

}  // namespace

std::span<const Target> targets() { return kTargets; }

const Target& target(std::string_view name) {
  const auto found = std::ranges::find(kTargets, name, &Target::name);
  if (found == kTargets.end()) throw std::out_of_range("no fuzz target is called " + std::string(name));
  return *found;
}

Outcome try_bytes(const Target& target, Bytes bytes) {
  return is_refused([&] { target.read(bytes); }) ? Outcome::refused : Outcome::taken;
}

}  // namespace cuvae::fuzz
