#include "src/io/json.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "src/io/file_error.hpp"

namespace cuvae::io {
namespace {

constexpr std::size_t kLongestToken = std::size_t{1} << 20;  // nlohmann's parser keeps it several times
constexpr std::size_t kMostKept = std::size_t{32} << 20;
constexpr std::size_t kKeptPerKey = 300;  // beside its name, with what it stands for
constexpr std::size_t kCopiesOfText = 3;  // in a table, a model's metadata, and a configuration read of them

// Where a text, a number or blanks of more than kLongestToken begin; npos where none do.
std::size_t long_token(std::string_view text) {
  std::size_t begin = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i - begin > kLongestToken) return begin;
    if (in_string && c == '\\') ++i;
    const bool ends =
        c == '"' || (!in_string && std::string_view("{}[],:").find(c) != std::string_view::npos);
    if (ends) begin = i + 1;
    in_string ^= c == '"';
  }
  return std::string_view::npos;
}

// Bytes count from 1, as in nlohmann's errors.
std::string invalid_at(std::size_t byte) { return "it is no valid JSON at byte " + std::to_string(byte); }

// Adds to nlohmann's parser what it does not refuse: duplicate keys, depth, and more keys and texts than fit
// in kMostKept. A callback that returns false ends the parsing.
class Sax final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Sax(JsonEvents& events) : events_(events) {}
  [[nodiscard]] std::optional<std::string> flaw() const { return flaw_; }

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(std::int64_t value) override { return scalar(value); }
  bool number_unsigned(std::uint64_t value) override { return scalar(value); }
  bool number_float(double value, const std::string&) override { return scalar(value); }
  bool string(std::string& value) override {
    if (!keep(kCopiesOfText * value.size())) return refuse("its texts are too long to be kept");
    return scalar(std::move(value));
  }
  bool binary(nlohmann::json::binary_t&) override { return refuse("binary data"); }

  bool start_object(std::size_t) override {
    if (!enter()) return false;
    events_.begin_object();
    return true;
  }
  bool end_object() override {
    open_.pop_back();
    events_.end_object();
    return true;
  }
  bool start_array(std::size_t) override {
    if (!enter()) return false;
    events_.begin_array();
    return true;
  }
  bool end_array() override {
    open_.pop_back();
    events_.end_array();
    return true;
  }
  bool key(std::string& name) override {
    if (!open_.back().insert(name).second) return refuse("the key " + in_quotes(name) + " is there twice");
    if (!keep(name.size() + kKeptPerKey)) return refuse("its keys are too many to be kept");
    events_.key(std::move(name));
    return true;
  }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::json::exception&) override {
    flaw_ = invalid_at(byte);
    return false;
  }

 private:
  bool scalar(JsonScalar value) {
    events_.scalar(std::move(value));
    return true;
  }
  bool enter() {
    open_.emplace_back();
    return open_.size() <= kDeepestJson ||
           refuse("it is nested deeper than " + std::to_string(kDeepestJson) + " levels");
  }
  bool keep(std::size_t bytes) { return (kept_ += bytes) <= kMostKept; }
  bool refuse(std::string what) {
    flaw_ = std::move(what);
    return false;
  }

  JsonEvents& events_;
  std::vector<std::set<std::string>> open_;  // the keys of each open object; an array has none
  std::optional<std::string> flaw_;
  std::size_t kept_ = 0;  // bytes of keys and texts, about
};

}  // namespace

std::string_view kind_of(const JsonScalar& value) {
  constexpr std::string_view kKinds[] = {"null",
                                         "true or false",
                                         "a whole number",
                                         "a negative number",
                                         "a number that is no integer of 64 bits",
                                         "a string"};
  static_assert(std::size(kKinds) == std::variant_size_v<JsonScalar>);
  return kKinds[value.index()];
}

std::optional<std::string> read_json(std::string_view text, JsonEvents& events) {
  // nlohmann's parser takes a NUL for the end of the text and would not see what comes after it.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) return invalid_at(nul + 1);
  if (const std::size_t begin = long_token(text); begin != std::string_view::npos)
    return "what begins at byte " + std::to_string(begin + 1) + " is longer than 1 MiB";
  Sax sax(events);
  nlohmann::json::sax_parse(text.begin(), text.end(), &sax);
  return sax.flaw();
}

}  // namespace cuvae::io
