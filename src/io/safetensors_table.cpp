#include "src/io/safetensors_table.hpp"

#include <utility>

#include "src/io/file_error.hpp"
#include "src/io/json.hpp"

namespace cuvae::io {
namespace {

constexpr std::size_t kMostDimensions = 64;

// Takes {"__metadata__": {KEY: TEXT, ...}, NAME: {"dtype": T, "shape": [...], "data_offsets": [...]}, ...}
// and nothing else.
class TableEvents final : public JsonEvents {
 public:
  explicit TableEvents(const std::filesystem::path& path) : path_(path) {}
  [[nodiscard]] SafetensorsHeader take() { return std::move(header_); }

  void begin_object() override {
    if (place_ == Place::outside) {
      place_ = Place::file;
    } else if (place_ == Place::file) {
      place_ = name_ == kMetadataKey ? Place::metadata : Place::tensor;
      tensor_ = {};
      offsets_.clear();
      shape_seen_ = false;
    } else {
      unexpected("an object");
    }
  }

  void end_object() override {
    if (place_ == Place::tensor) add_tensor();
    place_ = place_ == Place::file ? Place::outside : Place::file;
  }

  void begin_array() override {
    const bool in_tensor = place_ == Place::tensor;
    if (in_tensor && field_ == "shape") {
      place_ = Place::shape;
      shape_seen_ = true;
    } else if (in_tensor && field_ == "data_offsets") {
      place_ = Place::offsets;
    } else {
      unexpected("an array");
    }
  }

  void end_array() override { place_ = Place::tensor; }

  void key(std::string name) override {
    (place_ == Place::file ? name_ : field_) = std::move(name);
    if (place_ == Place::tensor && field_ != "dtype" && field_ != "shape" && field_ != "data_offsets") {
      refuse_here("unknown key " + in_quotes(field_));
    }
  }

  void scalar(JsonScalar value) override {
    if (place_ == Place::file && name_ == kMetadataKey && std::holds_alternative<std::nullptr_t>(value))
      return;
    const auto* text = std::get_if<std::string>(&value);
    if (place_ == Place::metadata && text != nullptr) {
      header_.metadata[field_] = *text;
    } else if (place_ == Place::tensor && field_ == "dtype" && text != nullptr) {
      tensor_.dtype = find_dtype(*text);
      if (tensor_.dtype == nullptr) refuse_here("unknown dtype " + in_quotes(*text));
    } else if (place_ == Place::shape || place_ == Place::offsets) {
      add_number(value);
    } else {
      unexpected(kind_of(value));
    }
  }

 private:
  enum class Place { outside, file, metadata, tensor, shape, offsets };

  void add_number(const JsonScalar& value) {
    const auto* number = std::get_if<std::uint64_t>(&value);
    if (number == nullptr) return unexpected(kind_of(value));
    if (!std::in_range<std::int64_t>(*number)) return unexpected("a number over 2^63");
    if (place_ == Place::shape) {
      if (tensor_.shape.size() == kMostDimensions)
        refuse_here("its shape has more than " + std::to_string(kMostDimensions) + " dimensions");
      tensor_.shape.push_back(static_cast<std::int64_t>(*number));
    } else {
      if (offsets_.size() == 2) refuse_here("data_offsets are more than two numbers");
      offsets_.push_back(*number);
    }
  }

  void add_tensor() {
    if (tensor_.dtype == nullptr) refuse_here("it has no dtype");
    if (!shape_seen_) refuse_here("it has no shape");
    if (offsets_.size() < 2) refuse_here("it has no two data_offsets");
    tensor_.begin = offsets_[0];
    tensor_.end = offsets_[1];
    header_.tensors.emplace(std::move(name_), std::move(tensor_));
  }

  [[noreturn]] void refuse_here(const std::string& what) {
    refuse_damaged(path_, (name_ == kMetadataKey ? "" : "tensor ") + in_quotes(name_) + ": " + what);
  }

  [[noreturn]] void unexpected(std::string_view what) {
    const std::string found(what);
    if (place_ == Place::file) refuse_here("it is " + found + ", not an object");
    const bool text_wanted = place_ == Place::metadata || field_ == "dtype";
    refuse_here(in_quotes(field_) + ": " + found + " where " +
                (text_wanted ? "a string" : "natural numbers") + " should be");
  }

  const std::filesystem::path& path_;
  SafetensorsHeader header_;
  Place place_ = Place::outside;
  std::string name_, field_;  // the key under way of the file, and of the object inside it
  StoredTensor tensor_;
  std::vector<std::uint64_t> offsets_;
  bool shape_seen_ = false;
};

}  // namespace

SafetensorsHeader read_table(std::string_view json, const std::filesystem::path& path) {
  TableEvents events(path);
  if (const auto flaw = read_json(json, events)) refuse_damaged(path, "in its header, " + *flaw);
  return events.take();
}

}  // namespace cuvae::io
