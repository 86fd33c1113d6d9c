#include "support/test_data.hpp"

#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace cuvae::test {

namespace fs = std::filesystem;

std::optional<fs::path> data_dir() {
  const char* chosen = std::getenv("CUVAE_DATA_DIR");
  const fs::path path = chosen != nullptr ? chosen : CUVAE_DEFAULT_DATA_DIR;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return std::nullopt;
  return path;
}

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "cuvae-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
  path = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace cuvae::test
