#include "src/io/json_line.hpp"

#include <charconv>
#include <cmath>

#include "src/io/json.hpp"
#include "src/io/json_string.hpp"

namespace cuvae::io {
namespace {

template <class Number>
std::string shortest(Number value) {
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, value);
  return {text, result.ptr};
}

std::string text_of(double value) {
  if (!std::isfinite(value)) return "null";
  std::string text = shortest(value);
  // Readers that infer a column's type from its first rows must not take it for an integer.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// Looks for one integer among the members of the outermost object.
class FieldFinder final : public JsonEvents {
 public:
  explicit FieldFinder(std::string_view key) : wanted_(key) {}
  [[nodiscard]] std::optional<std::int64_t> found() const { return found_; }

  void begin_object() override { ++depth_; }
  void end_object() override { --depth_; }
  void begin_array() override { ++depth_; }
  void end_array() override { --depth_; }
  void key(std::string name) override { at_field_ = name == wanted_; }
  void scalar(JsonScalar value) override {
    if (!at_field_ || depth_ != 1) return;
    if (const auto* negative = std::get_if<std::int64_t>(&value)) found_ = *negative;
    if (const auto* positive = std::get_if<std::uint64_t>(&value); positive && *positive <= INT64_MAX) {
      found_ = static_cast<std::int64_t>(*positive);
    }
  }

 private:
  std::string_view wanted_;
  std::optional<std::int64_t> found_;
  int depth_ = 0;
  bool at_field_ = false;
};

}  // namespace

JsonObject& JsonObject::add_text(std::string_view key, std::string_view value) {
  if (!members_.empty()) members_ += ',';
  append_json_string(members_, key);
  members_ += ':';
  members_ += value;
  return *this;
}

JsonObject& JsonObject::add(std::string_view key, double value) { return add_text(key, text_of(value)); }

JsonObject& JsonObject::add(std::string_view key, std::int32_t value) {
  return add_text(key, shortest(value));
}
JsonObject& JsonObject::add(std::string_view key, std::int64_t value) {
  return add_text(key, shortest(value));
}
JsonObject& JsonObject::add(std::string_view key, std::uint64_t value) {
  return add_text(key, shortest(value));
}
JsonObject& JsonObject::add(std::string_view key, bool value) {
  return add_text(key, value ? "true" : "false");
}
JsonObject& JsonObject::add(std::string_view key, std::nullptr_t) { return add_text(key, "null"); }
JsonObject& JsonObject::add(std::string_view key, std::optional<double> value) {
  return value ? add(key, *value) : add(key, nullptr);
}
JsonObject& JsonObject::add(std::string_view key, const JsonObject& value) {
  return add_text(key, value.str());
}

JsonObject& JsonObject::add(std::string_view key, std::span<const JsonObject> values) {
  std::string text;
  for (const JsonObject& value : values) text.append(text.empty() ? "" : ",").append(value.str());
  return add_text(key, '[' + text + ']');
}

JsonObject& JsonObject::add(std::string_view key, std::string_view value) {
  std::string text;
  append_json_string(text, value);
  return add_text(key, text);
}

JsonObject& JsonObject::add(std::string_view key, std::span<const std::string> values) {
  std::string text;
  for (const std::string& value : values) {
    if (!text.empty()) text += ',';
    append_json_string(text, value);
  }
  return add_text(key, '[' + text + ']');
}

JsonObject& JsonObject::add(std::string_view key, std::span<const std::int64_t> values) {
  std::string text;
  for (const std::int64_t value : values) text.append(text.empty() ? "" : ",").append(shortest(value));
  return add_text(key, '[' + text + ']');
}

JsonObject& JsonObject::add(std::string_view key, std::span<const double> values) {
  std::string text;
  for (const double value : values) text.append(text.empty() ? "" : ",").append(text_of(value));
  return add_text(key, '[' + text + ']');
}

std::optional<std::int64_t> integer_field(std::string_view json_line, std::string_view key) {
  FieldFinder finder(key);
  const bool whole = !read_json(json_line, finder).has_value();
  return whole ? finder.found() : std::nullopt;
}

}  // namespace cuvae::io
