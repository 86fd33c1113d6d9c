#include <bit>
#include <cstring>

#include "src/core/check.hpp"
#include "src/core/read_error.hpp"
#include "src/io/file_error.hpp"
#include "src/io/safetensors.hpp"

namespace cuvae::io {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie in the file");

// Names that no typing error leads to are left out; they may be of any length.
std::vector<std::string_view> names_near(std::string_view name, const SafetensorsHeader& header) {
  std::vector<std::string_view> near;
  for (const auto& [candidate, tensor] : header.tensors) {
    if (candidate.size() <= 2 * name.size() + 2) near.push_back(candidate);
  }
  return near;
}

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  return SafetensorsFile(path, core::MappedFile::open(path));
}

SafetensorsFile::SafetensorsFile(std::filesystem::path path, std::shared_ptr<const core::MappedFile> file)
    : path_(std::move(path)), file_(std::move(file)), header_(read_header(file_->bytes(), path_)) {}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : header_.tensors) names.push_back(name);
  return names;
}

bool SafetensorsFile::contains(std::string_view name) const {
  return header_.tensors.find(name) != header_.tensors.end();
}

const StoredTensor& SafetensorsFile::at(std::string_view name) const {
  const auto found = header_.tensors.find(name);
  if (found != header_.tensors.end()) return found->second;
  const std::string hint = detail::did_you_mean(name, names_near(name, header_));
  core::refuse(path_.string(), "it has no tensor " + in_quotes(name) + (hint.empty() ? "" : "; " + hint),
               "Take a file that was written for this.");
}

std::span<const std::byte> SafetensorsFile::data(std::string_view name, DType wanted) const {
  const StoredTensor& tensor = at(name);
  if (tensor.dtype->values != wanted) {
    core::refuse(path_.string(),
                 "tensor " + in_quotes(name) + " is of type " + std::string(tensor.dtype->name) + ", not " +
                     std::string(info(wanted).name),
                 "Convert it to that type, or take a file that was written for this.");
  }
  return file_->bytes().subspan(header_.data_offset + tensor.begin, tensor.end - tensor.begin);
}

template <class T>
std::vector<T> SafetensorsFile::values(std::string_view name, DType wanted) const {
  const std::span<const std::byte> stored = data(name, wanted);
  std::vector<T> values(stored.size() / sizeof(T));
  if (!stored.empty()) std::memcpy(values.data(), stored.data(), stored.size());
  return values;
}

const std::vector<std::int64_t>& SafetensorsFile::shape(std::string_view name) const {
  return at(name).shape;
}

std::vector<float> SafetensorsFile::floats(std::string_view name) const {
  return values<float>(name, DType::f32);
}
std::vector<double> SafetensorsFile::doubles(std::string_view name) const {
  return values<double>(name, DType::f64);
}
std::vector<std::int64_t> SafetensorsFile::integers(std::string_view name) const {
  return values<std::int64_t>(name, DType::i64);
}
std::span<const std::byte> SafetensorsFile::bytes(std::string_view name) const {
  return data(name, DType::u8);
}

}  // namespace cuvae::io
