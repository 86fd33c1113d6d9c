// Small data files, right and wrong, and what is expected of the wrong ones.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/error.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {

// An IDX header: type code 8 is u8, 13 is f32, ...
[[nodiscard]] std::string idx_header(std::uint8_t type, const std::vector<std::uint32_t>& shape);

// An NPY 1.0 header with this dict text, and one for the usual dict.
[[nodiscard]] std::string npy_header(std::string_view dict);
[[nodiscard]] std::string npy_header(std::string_view descr, std::string_view shape);

[[nodiscard]] std::string gzip(std::string_view content);

// The bytes of numbers as they lie in memory.
template <class T>
[[nodiscard]] std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

[[nodiscard]] std::vector<float> row_of(const Dataset& data, std::int64_t row);

// One file in a folder of its own.
class SampleFile {
 public:
  SampleFile(std::string_view name, std::string_view bytes) : path_((folder_.path / name).string()) {
    write_file(path_, bytes);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Dataset open() const { return Dataset::open(path_); }

 private:
  TempDir folder_;
  std::string path_;
};

// call() throws Error(code) of at most four lines that contain each of `parts`.
template <class Call>
void expect_error(Errc code, const std::vector<std::string>& parts, Call call) {
  try {
    call();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(error.code(), code) << message;
    EXPECT_LE(std::count(message.begin(), message.end(), '\n'), 3) << message;
    for (const std::string& part : parts)
      EXPECT_NE(message.find(part), std::string::npos) << part << "\nin\n" << message;
  }
}

// Opening a file of these bytes is an Error(data) that names the file and contains `parts`.
void expect_refused(std::string_view name, std::string_view bytes, std::vector<std::string> parts);

}  // namespace cuvae::test
