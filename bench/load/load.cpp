// How fast data is read, beside zlib alone and beside a copy: bench_load [FILE.gz] > table.md
//
// FILE.gz is a gzipped IDX file, such as MNIST's training images. Files are in the page cache; all is done by
// one thread. Each row is the median of rounds that alternate with what stands beside it.
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/kernels/commit.hpp"
#include "cuvae/dataset.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using cuvae::Dataset;

constexpr int kRounds = 9;

double unit(std::mt19937& bits) { return static_cast<double>(bits()) / 4294967296.0; }

double seconds_of(const std::function<void()>& work) {
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Files that are made here, and go with the folder.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "cuvae-bench-load") {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string put(const std::string& name, const std::string& bytes) const {
    const std::string path = (path_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What zlib alone needs for these bytes, checksum included.
void inflate_alone(const std::string& packed, std::vector<unsigned char>& out) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib does not come to the end of the file");
}

void print_row(const std::string& what, double megabytes, double seconds, const std::string& beside) {
  std::printf("| %s | %.1f | %.3g | %.0f | %s |\n", what.c_str(), megabytes, 1e3 * seconds,
              megabytes / seconds, beside.c_str());
}

void gzip_beside_zlib(const std::string& path) {
  const std::string packed = read_file(path);
  std::vector<unsigned char> out(Dataset::open(path).bytes() + 1024);
  std::vector<double> ours, theirs, ratios;
  for (int round = 0; round < kRounds; ++round) {
    theirs.push_back(seconds_of([&] { inflate_alone(packed, out); }));
    ours.push_back(seconds_of([&] { static_cast<void>(Dataset::open(path)); }));
    ratios.push_back(theirs.back() / ours.back());
  }
  char beside[64];
  std::snprintf(beside, sizeof beside, "%.0f %% of zlib alone (%.3g ms)", 100 * median(ratios),
                1e3 * median(theirs));
  print_row("gzipped IDX, u8", static_cast<double>(out.size()) / 1e6, median(ours), beside);
}

std::string npy(std::int64_t rows, std::int64_t cols) {
  std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                     std::to_string(cols) + "), }";
  dict.resize(118 - 1, ' ');
  dict += '\n';
  std::string bytes("\x93NUMPY\x01\x00\x76\x00", 10);
  bytes += dict;
  std::mt19937 bits(1);
  std::vector<float> values(static_cast<std::size_t>(rows * cols));
  for (float& value : values) value = static_cast<float>(unit(bits));
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return bytes;
}

void npy_of_growing_size(const Folder& folder) {
  for (const std::int64_t rows : {1'000, 16'000, 256'000}) {
    const std::string path = folder.put("rows.npy", npy(rows, 256));
    std::vector<double> ours;
    for (int round = 0; round < kRounds; ++round)
      ours.push_back(seconds_of([&] { static_cast<void>(Dataset::open(path)); }));
    print_row("NPY, f32, mapped", static_cast<double>(rows) * 256 * 4 / 1e6, median(ours), "");
  }
}

void table(const Folder& folder, const std::string& what,
           const std::function<std::string(std::mt19937&)>& field) {
  std::mt19937 bits(1);
  std::string text;
  for (int row = 0; row < 50'000; ++row) {
    for (int column = 0; column < 100; ++column) text += (column > 0 ? "," : "") + field(bits);
    text += '\n';
  }
  const std::string path = folder.put("table.csv", text);
  std::vector<double> ours;
  for (int round = 0; round < kRounds; ++round)
    ours.push_back(seconds_of([&] { static_cast<void>(Dataset::open(path)); }));
  print_row(what, static_cast<double>(text.size()) / 1e6, median(ours), "");
}

std::string printed(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

int main(int count, char** arguments) {
  const Folder folder;
  std::printf("Commit %s.\n\n| what | MB | ms | MB/s | beside |\n|---|--:|--:|--:|---|\n",
              cuvae::bench::commit().c_str());
  if (count > 1) gzip_beside_zlib(arguments[1]);
  npy_of_growing_size(folder);
  table(folder, "CSV, whole numbers 0 to 255",
        [](std::mt19937& bits) { return std::to_string(bits() % 256); });
  table(folder, "CSV, 6 decimals", [](std::mt19937& bits) { return printed("%.6f", unit(bits)); });
  table(folder, "CSV, 18 digits and an exponent",
        [](std::mt19937& bits) { return printed("%.18e", unit(bits)); });
}
