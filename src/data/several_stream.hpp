#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "src/data/spec.hpp"
#include "src/data/value_stream.hpp"

namespace cuvae::data {

// The rows of several files, one file after the other; one is open at a time. They are of one type, and rows
// of one shape. Throws Error(data), naming the first that differs.
class SeveralStream final : public ValueStream {
 public:
  using Open = std::function<std::unique_ptr<ValueStream>(const Spec&)>;
  SeveralStream(std::vector<Spec> files, Open open);

  [[nodiscard]] const Header& header() const override { return header_; }
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::vector<std::string> column_names() const override { return column_names_; }
  [[nodiscard]] std::int64_t rounded() const override {
    return rounded_ + (current_ ? current_->rounded() : 0);
  }
  [[nodiscard]] std::string description() const override;

 private:
  void add_rows(const Header& of_file);

  std::vector<Spec> files_;
  Open open_;
  std::string kind_;                       // of the first file
  std::vector<std::string> column_names_;  // likewise
  Header header_;                          // of all
  std::unique_ptr<ValueStream> current_;
  std::size_t next_ = 0;
  std::int64_t rows_before_ = 0;  // of files that are read
  std::int64_t rounded_ = 0;      // likewise
};

}  // namespace cuvae::data
