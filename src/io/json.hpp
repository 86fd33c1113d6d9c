// Reading JSON that nobody vouches for, as events: nothing is kept that the receiver does not keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cuvae::io {

// An unsigned integer as std::uint64_t, a negative one as std::int64_t, every other number as double.
using JsonScalar = std::variant<std::nullptr_t, bool, std::uint64_t, std::int64_t, double, std::string>;

[[nodiscard]] std::string_view kind_of(const JsonScalar& value);  // "a string", "a negative number", ...

// Receives a text in its order. What it throws ends the reading and reaches the caller of read_json().
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  virtual void key(std::string name) = 0;
  virtual void scalar(JsonScalar value) = 0;
};

inline constexpr std::size_t kDeepestJson = 4;

// Reads the whole text; empty where it is one JSON value without duplicate keys, nested at most kDeepestJson
// deep. Otherwise what is wrong with it; the events before that have been sent.
[[nodiscard]] std::optional<std::string> read_json(std::string_view text, JsonEvents& events);

}  // namespace cuvae::io
