// The folder of one training run.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "src/core/descriptor.hpp"

namespace cuvae::cli {

class RunDirectory {
 public:
  enum class Start { afresh, resume };

  // No path: one by the clock. Throws Error(invalid_argument) where a run is there already and would be
  // overwritten. Touches nothing.
  RunDirectory(std::filesystem::path path, Start wanted);
  // Takes away what it brought, unless there is something to keep().
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  // runs/<UTC date-time>, a name that is not taken.
  [[nodiscard]] static std::filesystem::path fresh_name();

  // Makes the folder, keeps other processes from training in it, and sweeps what a killed run left
  // half-written. Throws Error(io), and Error(invalid_argument) where another process was faster.
  void create();
  // From now on the run can be resumed: what it brought stays.
  void keep() noexcept { created_.clear(); }

  [[nodiscard]] bool has_state() const;  // the last or the one before, sound or not
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

  static constexpr const char* kConfig = "config.toml";
  static constexpr const char* kMetrics = "metrics.jsonl";
  static constexpr const char* kModel = "model.safetensors";
  static constexpr const char* kState = "state.safetensors";
  static constexpr const char* kPreviousState = "state.previous.safetensors";
  static constexpr const char* kBest = "best.safetensors";
  static constexpr const char* kCurves = "curves.png";
  static constexpr const char* kSamples = "samples.png";
  static constexpr const char* kReconstructions = "reconstructions.png";
  static constexpr const char* kReproduction = "reproduction.json";
  static constexpr std::array kFiles{kState,           kPreviousState, kModel,  kBest,
                                     kConfig,          kMetrics,       kCurves, kSamples,
                                     kReconstructions, kReproduction};

 private:
  void require_free() const;
  void make_folder();
  void lock();

  std::filesystem::path path_;
  Start wanted_;
  core::Descriptor lock_{-1};
  std::vector<std::filesystem::path> created_;  // files before their folder, folders before theirs
};

}  // namespace cuvae::cli
