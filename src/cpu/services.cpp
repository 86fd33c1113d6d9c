#include "src/cpu/services.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "src/cpu/memory.hpp"

namespace cuvae::cpu {
namespace {

class HostStaging final : public Staging {
 public:
  explicit HostStaging(std::int64_t bytes) : memory_(allocate_zeroed(bytes)) {}
  [[nodiscard]] std::byte* device() const override { return memory_.get(); }
  std::byte* host() override { return memory_.get(); }
  void send() override {}
  void release() override {}

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept { release_memory(memory); }
  };
  std::unique_ptr<std::byte, Free> memory_;
};

class Repetition final : public Recording {
 public:
  explicit Repetition(std::function<void()> work) : work_(std::move(work)) {}
  void replay() override { work_(); }

 private:
  std::function<void()> work_;
};

}  // namespace

std::int64_t available_memory() {
  return std::int64_t{sysconf(_SC_AVPHYS_PAGES)} * std::int64_t{sysconf(_SC_PAGESIZE)};
}

std::unique_ptr<Staging> make_staging(std::int64_t bytes) { return std::make_unique<HostStaging>(bytes); }

std::unique_ptr<Recording> make_recording(std::function<void()> work) {
  return std::make_unique<Repetition>(std::move(work));
}

std::int64_t first_non_finite(const float* values, std::int64_t size) {
  const float* found = std::find_if(values, values + size, [](float value) { return !std::isfinite(value); });
  return found == values + size ? -1 : found - values;
}

}  // namespace cuvae::cpu
