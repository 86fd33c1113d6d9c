// Numbers as tables in text have them, for who reads tables and who writes them.
#pragma once

#include <optional>
#include <string_view>

namespace cuvae::core {

// "12", "-0.5", "+1e-3", ".5", "inf", with blanks around; rounded once, to the nearest float. Words for a
// value that is missing ("", "NA", "NaN", "null", ... in any case) are NaN. Empty for all else, hexadecimal
// numbers and digits in groups among them.
[[nodiscard]] std::optional<float> to_float(std::string_view text);

inline constexpr float kFirstGap = 1 << 24;  // below which float32 has all whole numbers

// Whether the text is a whole number, in digits alone, and not the value.
[[nodiscard]] bool loses_digits(std::string_view text, float value);

[[nodiscard]] std::string_view trimmed(std::string_view text);  // without blanks around

// Of a text that begins with a plain number: what follows it, and its value. Null for any other beginning.
[[nodiscard]] const char* plain_number(const char* begin, const char* end, float& value);

}  // namespace cuvae::core
