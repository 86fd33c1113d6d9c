#include "src/data/csv_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "src/core/read_error.hpp"
#include "src/core/table_number.hpp"

namespace cuvae::data {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 18;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // of UTF-8

bool holds_two_records(std::string_view text) {
  std::size_t ends = 0;
  for (const char c : text) {
    ends += c == '\n' || c == '\r';  // \r\n and empty lines count twice or more
    if (ends == 8) return true;
  }
  return false;
}

}  // namespace

CsvText::CsvText(std::unique_ptr<ByteReader> content, std::string source)
    : content_(std::move(content)),
      source_(std::move(source)),
      buffer_(std::min(kBuffer, static_cast<std::size_t>(content_->most()) + kAhead)) {
  at_ = end_ = buffer_.data();
  fill(kAhead);
  const std::string_view text(at_, ahead());
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    core::refuse(source_, "it is text in UTF-16",
                 "Save it as UTF-8: iconv -f UTF-16 -t UTF-8 in.csv > out.csv");
  if (text.starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
}

void CsvText::fill(std::size_t wanted) {
  if (whole_ || ahead() >= wanted) return;
  const std::size_t kept = ahead(), begin = static_cast<std::size_t>(at_ - buffer_.data());
  std::memmove(buffer_.data(), buffer_.data() + begin, kept);
  if (wanted > buffer_.size()) buffer_.resize(wanted);
  const std::size_t room = buffer_.size() - kept;
  const std::size_t got = content_->read(std::as_writable_bytes(std::span(buffer_).subspan(kept, room)));
  whole_ = got < room;
  at_ = buffer_.data();
  end_ = at_ + kept + got;
}

std::string_view CsvText::start() {
  for (std::size_t wanted = kBuffer;; wanted *= 2) {
    fill(wanted);
    const std::string_view text(at_, ahead());
    if (whole_ || wanted >= kLongestStart || holds_two_records(text)) return text;
  }
}

bool CsvText::begin_record() {
  for (;;) {
    fill(kAhead);
    if (at_ == end_) return false;
    if (*at_ != '\n' && *at_ != '\r') return true;
    line_ = next_line_;
    (void)pass_end(at_);
  }
}

// Goes behind what ends the field before `at`, which lies in the buffer, with the byte after it or the end.
CsvText::Next CsvText::pass_end(const char* at) {
  at_ = at;
  if (at == end_) return Next::end;
  const char c = *at_++;
  if (c == delimiter_) return Next::field;
  if (c == '\r') {
    fill(1);
    if (at_ < end_ && *at_ == '\n') ++at_;
  }
  ++next_line_;
  return Next::record;
}

bool CsvText::number(float& value, Next& next) {
  fill(kAhead);
  const char* begin = at_;
  while (begin < end_ && *begin == ' ') ++begin;
  const char* at = core::plain_number(begin, end_, value);
  if (at == nullptr) return false;
  lost_digits_ = std::abs(value) >= core::kFirstGap && core::loses_digits({begin, at}, value);
  while (at < end_ && *at == ' ') ++at;
  if (at < end_ ? !ends_field(*at) : !whole_) return false;
  line_ = next_line_;
  next = pass_end(at);
  return true;
}

CsvText::Field CsvText::field() {
  fill(kAhead);
  line_ = next_line_;
  if (at_ < end_ && *at_ == '"') return quoted();
  const auto find_end = [&] { return std::find_if(at_, end_, [&](char c) { return ends_field(c); }); };
  const char* stop = find_end();
  if (stop == end_ && !whole_) {
    fill(kLongestField);
    stop = find_end();
  }
  if (static_cast<std::size_t>(stop - at_) >= kLongestField) refuse_long(line_);
  unquoted_.assign(at_, stop);
  const Next next = pass_end(stop);
  return {unquoted_, next};
}

CsvText::Field CsvText::quoted() {
  const std::int64_t opened = next_line_;
  unquoted_.clear();
  ++at_;
  for (;;) {
    fill(2);
    if (at_ == end_)
      core::refuse(source_, "the quote that opens in line " + std::to_string(opened) + " never closes",
                   "Close it, or take it out.");
    const char c = *at_++;
    if (c == '"') {
      if (at_ == end_ || *at_ != '"') break;
      ++at_;
    }
    next_line_ += c == '\n';
    unquoted_ += c;
    if (unquoted_.size() > kLongestField) refuse_long(opened);
  }
  line_ = opened;
  if (at_ < end_ && !ends_field(*at_))
    core::refuse(source_, "in line " + std::to_string(next_line_) + " text follows a closing quote",
                 "Quote whole fields; a quote inside one is written twice.");
  const Next next = pass_end(at_);
  return {unquoted_, next};
}

void CsvText::refuse_long(std::int64_t line) const {
  core::refuse(source_, "a field that begins in line " + std::to_string(line) + " is longer than 64 KiB",
               "Look there for a quote that never closes; give a table of numbers.");
}

}  // namespace cuvae::data
