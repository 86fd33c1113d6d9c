// Independent pieces of work over the backend's threads. What a piece is never depends on the number of
// threads, so results do not either.
#pragma once

#include <cstdint>

namespace cuvae::cpu {

template <class Piece>
void for_each_piece(std::int64_t pieces, int threads, const Piece& piece) {
  if (threads <= 1 || pieces <= 1) {
    for (std::int64_t i = 0; i < pieces; ++i) piece(i);
    return;
  }
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t i = 0; i < pieces; ++i) piece(i);
}

}  // namespace cuvae::cpu
