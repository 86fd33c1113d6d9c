// What cuvae makes of many files, for compare.py: their names come on stdin, one to a line; for each it
// writes
//   'r', the reason as text                                             a file that is refused
//   'd', rows, columns, the values as float32                           data
//   's', the number of tensors, and of each its name, its rank, its shape, and its values as text of bytes
// Numbers are int64; a text is its length and its bytes. Values of tensors of other types than F32, F64, I64
// and U8 are empty.
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/error.hpp"
#include "src/io/safetensors.hpp"

namespace cuvae {
namespace {

using Text = std::string;

template <class T>
Text bytes_of(const T* values, std::size_t count) {
  return {reinterpret_cast<const char*>(values), count * sizeof(T)};
}

Text number(std::int64_t value) { return bytes_of(&value, 1); }
Text text(const Text& value) { return number(std::ssize(value)) + value; }

Text data(const Text& path) {
  const Dataset data = Dataset::open(path);
  data.require_finite();
  Text out = "d" + number(data.rows()) + number(data.cols());
  std::vector<float> row(static_cast<std::size_t>(data.cols()));
  for (std::int64_t r = 0; r < data.rows(); ++r) {
    data.read_row(r, row);
    out += bytes_of(row.data(), row.size());
  }
  return out;
}

// The reader says of what type a tensor is by what it refuses to take it for.
Text values_of(const io::SafetensorsFile& file, const Text& name) {
  const auto try_as = [](const auto& read) -> Text {
    try {
      const auto values = read();
      return bytes_of(values.data(), values.size());
    } catch (const Error&) {
      return {};
    }
  };
  return try_as([&] { return file.floats(name); }) + try_as([&] { return file.doubles(name); }) +
         try_as([&] { return file.integers(name); }) + try_as([&] { return file.bytes(name); });
}

Text tensors(const Text& path) {
  const auto file = io::SafetensorsFile::open(path);
  Text out = "s" + number(std::ssize(file.names()));
  for (const Text& name : file.names()) {
    const std::vector<std::int64_t>& shape = file.shape(name);
    out += text(name) + number(std::ssize(shape)) + bytes_of(shape.data(), shape.size()) +
           text(values_of(file, name));
  }
  return out;
}

Text what_is_read(const Text& path) {
  try {
    return path.ends_with(".safetensors") ? tensors(path) : data(path);
  } catch (const Error& error) {
    if (error.code() != Errc::data) throw;
    return "r" + text(error.what());
  }
}

}  // namespace
}  // namespace cuvae

int main() {
  for (std::string path; std::getline(std::cin, path);) std::cout << cuvae::what_is_read(path);
}
