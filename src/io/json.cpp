#include "src/io/json.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "src/io/file_error.hpp"

namespace cuvae::io {
namespace {

// Bytes count from 1, as in nlohmann's errors.
std::string invalid_at(std::size_t byte) { return "it is no valid JSON at byte " + std::to_string(byte); }

// Adds to nlohmann's parser what it does not refuse: duplicate keys and depth. A callback that returns false
// ends the parsing.
class Sax final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Sax(JsonEvents& events) : events_(events) {}
  [[nodiscard]] std::optional<std::string> flaw() const { return flaw_; }

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(std::int64_t value) override { return scalar(value); }
  bool number_unsigned(std::uint64_t value) override { return scalar(value); }
  bool number_float(double value, const std::string&) override { return scalar(value); }
  bool string(std::string& value) override { return scalar(std::move(value)); }
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
  bool refuse(std::string what) {
    flaw_ = std::move(what);
    return false;
  }

  JsonEvents& events_;
  std::vector<std::set<std::string>> open_;  // the keys of each open object; an array has none
  std::optional<std::string> flaw_;
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
  Sax sax(events);
  nlohmann::json::sax_parse(text.begin(), text.end(), &sax);
  return sax.flaw();
}

}  // namespace cuvae::io
