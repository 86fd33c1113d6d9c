#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/data/csr_entries.hpp"
#include "src/data/npz_archive.hpp"
#include "src/data/value_stream.hpp"

namespace cuvae::data {

// Whether its arrays are those of scipy.sparse.save_npz, in CSR or another format.
[[nodiscard]] bool is_sparse_matrix(const NpzArchive& archive);

// A sparse matrix of scipy, in CSR, as dense rows of float32, whatever type it has: its values are numbers,
// never pixels. Entries for the same place are added up (of bool: are 1). Memory does not grow with the rows
// or their width, and check() makes no zeros. Throws Error(data), and for other formats than CSR.
class CsrStream final : public ValueStream {
 public:
  explicit CsrStream(const NpzArchive& archive);

  [[nodiscard]] const Header& header() const override { return header_; }
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  void check() override;
  [[nodiscard]] std::string description() const override;

 private:
  CsrStream(const NpzArchive& archive, CsrShape shape);
  [[nodiscard]] bool next_window();
  void add(CsrEntry entry);

  CsrEntries entries_;
  Header header_;
  std::optional<CsrEntry> next_;  // of the row under way
  std::int64_t first_ = 0;        // column of the window
  std::vector<float> window_;
  std::size_t taken_ = 0;  // of the window
};

}  // namespace cuvae::data
