// Where tests find data and leave files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace cuvae::test {

// Whether this build leaves tests of numbers alone to others, which are faster.
#ifdef CUVAE_QUICK_TESTS
inline constexpr bool kQuickTests = true;
#else
inline constexpr bool kQuickTests = false;
#endif

// The folder of real data sets: $CUVAE_DATA_DIR, else shared/data beside the repository.
// Empty where it does not exist: the test then says so with GTEST_SKIP.
[[nodiscard]] std::optional<std::filesystem::path> data_dir();

// A new empty folder, removed with all it holds at the end of the scope.
struct TempDir {
  std::filesystem::path path;
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
};

// Whole files, byte for byte. Throw std::runtime_error where that fails.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace cuvae::test
