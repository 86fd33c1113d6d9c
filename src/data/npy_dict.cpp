#include "src/data/npy_dict.hpp"

#include <charconv>
#include <set>

#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

class Parser {
 public:
  Parser(std::string_view text, std::size_t offset, const std::string& source)
      : text_(text), offset_(offset), source_(source) {}

  NpyDict dict() {
    NpyDict result;
    std::set<std::string> seen;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      if (!seen.insert(key).second) fail("no second '" + key + "'");
      expect(':');
      value(key, result);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail("the end of the header");
    if (seen.size() != 3) fail("the keys 'descr', 'fortran_order' and 'shape'");
    return result;
  }

 private:
  void value(const std::string& key, NpyDict& result) {
    if (key == "descr") {
      result.descr = descr();
    } else if (key == "fortran_order") {
      result.layout = boolean() ? Layout::fortran : Layout::c;
    } else if (key == "shape") {
      result.shape = tuple();
    } else {
      fail("one of the keys 'descr', 'fortran_order' and 'shape'");
    }
  }

  std::string descr() {
    if (peek() == '[') {
      core::refuse(source_, "its values are records with fields",
                   "Save one field by itself: numpy.save(path, array['field']).");
    }
    return string();
  }

  std::string string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("a string");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("a string with an end");
    const std::string_view content = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return std::string(content);
  }

  bool boolean() {
    skip_space();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return word == "True";
      }
    }
    fail("True or False");
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> extents;
    expect('(');
    while (!accept(')')) {
      extents.push_back(integer());
      if (accept(',')) continue;
      if (extents.size() == 1 && peek() == ')') fail("',' after the only dimension");  // (3) is no tuple
      expect(')');
      break;
    }
    return extents;
  }

  std::int64_t integer() {
    if (peek() < '0' || peek() > '9') fail("a dimension (digits)");
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (error != std::errc()) fail("a dimension below 2^63");
    if (text_[at_] == '0' && end != text_.data() + at_ + 1) fail("a dimension without a zero before it");
    at_ = static_cast<std::size_t>(end - text_.data());
    if (peek() == 'L') ++at_;  // as Python 2 wrote them
    return number;
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool accept(char wanted) {
    if (at_ >= text_.size() || peek() != wanted) return false;
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) fail(std::string("'") + wanted + "'");
  }

  [[noreturn]] void fail(const std::string& expected) const {
    core::refuse(
        source_,
        "its NPY header is malformed: expected " + expected + " at byte " + std::to_string(offset_ + at_),
        "Write the file again with numpy.save.");
  }

  std::string_view text_;
  std::size_t offset_;
  const std::string& source_;
  std::size_t at_ = 0;
};

}  // namespace

NpyDict parse_npy_dict(std::string_view text, std::size_t offset, const std::string& source) {
  return Parser(text, offset, source).dict();
}

}  // namespace cuvae::data
