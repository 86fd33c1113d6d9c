// JSON objects on one line: metrics.jsonl, `eval --json`, the header of safetensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cuvae::io {

// Keys in the order in which they are added; giving each once is the caller's care.
class JsonObject {
 public:
  // The shortest text that reads back as the same double, with a '.' or an 'e'; NaN and Inf are null.
  JsonObject& add(std::string_view key, double value);
  JsonObject& add(std::string_view key, std::int32_t value);
  JsonObject& add(std::string_view key, std::int64_t value);
  JsonObject& add(std::string_view key, std::uint64_t value);
  JsonObject& add(std::string_view key, bool value);
  JsonObject& add(std::string_view key, std::string_view value);
  JsonObject& add(std::string_view key, const char* value) { return add(key, std::string_view(value)); }
  JsonObject& add(std::string_view key, std::nullptr_t);
  JsonObject& add(std::string_view key, std::optional<double> value);  // null where there is none
  JsonObject& add(std::string_view key, std::span<const std::int64_t> values);
  JsonObject& add(std::string_view key, std::span<const double> values);
  JsonObject& add(std::string_view key, std::span<const std::string> values);
  JsonObject& add(std::string_view key, const JsonObject& value);
  JsonObject& add(std::string_view key, std::span<const JsonObject> values);

  [[nodiscard]] std::string str() const { return '{' + members_ + '}'; }

 private:
  JsonObject& add_text(std::string_view key, std::string_view value);

  std::string members_;
};

// The integer that the object `json_line` has under `key`; empty where there is none, also where the line is
// no JSON, such as one whose writing was cut off.
[[nodiscard]] std::optional<std::int64_t> integer_field(std::string_view json_line, std::string_view key);

}  // namespace cuvae::io
