#include "src/data/class_names.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "src/core/check.hpp"
#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"
#include "src/core/table_number.hpp"
#include "src/core/utf8.hpp"
#include "src/data/csv_stream.hpp"
#include "src/data/data_file.hpp"
#include "src/data/labels.hpp"
#include "src/data/spec.hpp"
#include "src/data/standard_input.hpp"

namespace cuvae::data {
namespace {

// Null where it is no table of one column.
std::unique_ptr<CsvStream> open_column(const Spec& spec) {
  std::error_code ignored;
  if (spec.path == kStandardInput || std::filesystem::is_directory(spec.path, ignored)) return nullptr;
  const DataFile opened = open_data_file(spec);
  if (opened.kind != DataFile::Kind::table) return nullptr;
  auto column =
      std::make_unique<CsvStream>(opened.content(spec.text), spec.text, spec.part, Missing::refused);
  return column->header().columns() == 1 ? std::move(column) : nullptr;
}

void require_name(const CsvStream& column, const std::string& source, const std::string& word) {
  const auto refuse = [&](const std::string& what, const char* mend) {
    core::refuse(source, column.here() + ": " + what, mend);
  };
  const std::string shown = "'" + core::shown(word, 40) + "'";
  if (core::to_float(word))
    refuse(word.empty() ? "the class is missing" : shown + " stands among classes that are words",
           "Give each row a class, all of them words or all of them numbers.");
  if (word.size() > kLongestClassName)
    refuse("the class " + shown + " is longer than 200 bytes", "Give the classes shorter names, or numbers.");
  if (!core::is_utf8(word) || core::shown(word, word.size()) != word)
    refuse("the class " + shown + " is no text in UTF-8, or has control characters",
           "Save the table as UTF-8 (iconv -t UTF-8).");
}

// Words, numbered as they come.
class Numbering {
 public:
  explicit Numbering(const std::vector<std::string>& given) : given_(!given.empty()) {
    for (const std::string& name : given) numbers_.emplace(name, std::ssize(numbers_));
  }

  [[nodiscard]] std::int32_t of(const std::string& word, const CsvStream& column, const std::string& source) {
    if (const auto known = numbers_.find(word); known != numbers_.end()) return known->second;
    require_name(column, source, word);
    if (given_) refuse_unknown(word, column, source);
    bytes_ += word.size() + 1;
    if (std::ssize(numbers_) == kMostClasses || bytes_ > kLongestClassNames)
      core::refuse(
          source, column.here() + ": after " + std::to_string(numbers_.size()) + " classes there is one more",
          "Choose a column that tells kinds of rows apart: at most 65536, and 512 KiB of names.");
    return numbers_.emplace(word, static_cast<std::int32_t>(numbers_.size())).first->second;
  }

  // Of each number the place of its word in the order of bytes; and the words in it.
  [[nodiscard]] std::vector<std::int32_t> places(std::vector<std::string>& names) const {
    std::vector<std::int32_t> all(numbers_.size());
    for (const auto& [word, number] : numbers_) {
      all[static_cast<std::size_t>(number)] = static_cast<std::int32_t>(names.size());
      names.push_back(word);
    }
    return all;
  }

 private:
  [[noreturn]] void refuse_unknown(const std::string& word, const CsvStream& column,
                                   const std::string& source) const {
    std::vector<std::string> names;
    (void)places(names);
    const std::string hint = detail::did_you_mean(word, names);
    core::refuse(source,
                 column.here() + ": '" + word + "' is none of the " + std::to_string(names.size()) +
                     " classes of the training",
                 hint.empty() ? "Leave out such rows, or train with them." : "D" + hint.substr(1));
  }

  bool given_;
  std::size_t bytes_ = 0;  // of the words
  std::map<std::string, std::int32_t> numbers_;
};

}  // namespace

std::optional<NamedClasses> read_named_classes(const std::string& spec, const std::vector<std::string>& names,
                                               std::int64_t most) {
  if (is_builtin(spec)) return std::nullopt;
  Numbering numbering(names);
  NamedClasses found{{}, names};
  for (const Spec& one : specs_of(spec)) {
    const std::unique_ptr<CsvStream> column = open_column(one);
    if (!column) return std::nullopt;
    for (std::string word; column->read_text(word);) {
      if (found.classes.empty() && core::to_float(word)) return std::nullopt;
      if (std::ssize(found.classes) == most)
        core::refuse(spec, "there are more labels than the " + std::to_string(most) + " rows",
                     "Give one for each row, in the same order.");
      found.classes.push_back(numbering.of(word, *column, one.text));
    }
  }
  if (!names.empty()) return found;
  const std::vector<std::int32_t> places = numbering.places(found.names);
  for (std::int32_t& one : found.classes) one = places[static_cast<std::size_t>(one)];
  return found;
}

}  // namespace cuvae::data
