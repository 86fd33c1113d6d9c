// A device that is measured: its backend, and what a measurement needs besides: a stopwatch, a clock check,
// and plain loops to compare with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bench/kernels/steps.hpp"
#include "src/backend/backend.hpp"

namespace cuvae::bench {

struct Facts {
  std::string device = {};         // "cpu", "cuda:0"
  std::string name = {};           // the processor's
  std::string driver = {};         // of a GPU; else empty
  std::int64_t cache_bytes = 0;    // of the last cache
  std::int64_t cold_bytes = 0;     // so many in turn, and nothing is left of the first in a cache
  std::int64_t ceiling_bytes = 0;  // of the operands that ceilings are measured with
  std::int32_t product_size = 0;   // rows and columns of theirs
  double seconds_per_sample = 0;   // long enough for the stopwatch
};

// A loop of cuvae's; one whose stores go past the caches, where a device has such; the system's own: memcpy,
// CUDA's copy. Which is fastest depends on size and place.
enum class CopyBy { loop, past_caches, system };
inline constexpr CopyBy kCopies[] = {CopyBy::loop, CopyBy::past_caches, CopyBy::system};

// Of every draw.
inline constexpr ops::NoiseSource kNoise{.seed = 7, .purpose = ops::Purpose::latent};

class Machine {
 public:
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  virtual ~Machine();

  [[nodiscard]] virtual Facts facts() const = 0;
  [[nodiscard]] virtual Backend& backend() = 0;
  // Of one replay, once all before it has ended. Waits.
  [[nodiscard]] virtual double seconds(Recording& work) = 0;
  // Clock cycles per second, from a loop whose cycles are known: on a CPU of additions that wait for each
  // other.
  [[nodiscard]] virtual double clock() = 0;

  // Loops below the seam; record_loops is to them what Backend::record is to calls of the backend.
  [[nodiscard]] virtual std::unique_ptr<Recording> record_loops(const std::function<void()>& work) = 0;
  virtual void copy(CopyBy way, void* to, const void* from, std::int64_t bytes) = 0;
  virtual void read(const void* from, std::int64_t bytes, float* sink) = 0;  // *sink: what was read, somehow
  virtual void fill(void* to, std::int64_t bytes) = 0;
  virtual void step(const Step& step, Matrix a, Matrix b, Matrix out,
                    PassContext pass) = 0;  // all of one type
  virtual void row_sum(Matrix values, float* sums) = 0;
  // Data-set rows as they are stored to numbers: out[r] = source[row_ids[r]], unscaled.
  virtual void gather(const RowSource& source, Matrix out, PassContext pass) = 0;
  virtual void nothing() = 0;
  // How many of each are made by one call.
  virtual std::int64_t multiply_adds(float* sink) = 0;
  virtual std::int64_t exponentials(float* sink) = 0;
  virtual std::int64_t divisions(float* sink) = 0;
};

// Throws as make_backend does.
[[nodiscard]] std::unique_ptr<Machine> make_machine(const Device& device, Precision precision);

}  // namespace cuvae::bench
