#include "src/cli/array_out.hpp"

#include <utility>

#include "src/cli/output.hpp"
#include "src/cli/row_watch.hpp"

namespace cuvae::cli {

std::unique_ptr<io::ArrayWriter> rows_to(const std::string& out, std::int64_t rows, std::int64_t columns,
                                         std::vector<std::string> names) {
  return io::write_array(out, {.shape = {rows, columns}, .columns = std::move(names)});
}

void commit(io::ArrayWriter& rows) {
  const StopSignals signals;
  rows.commit(stop_if_asked);
}

void print_done(const std::string& out, std::string_view text) {
  print(text, out == io::kStandardOutput ? Stream::err : Stream::out);
}

}  // namespace cuvae::cli
