#include "src/data/load.hpp"

#include <cstdlib>
#include <new>

#include "src/core/read_error.hpp"
#include "src/data/heap_block.hpp"

namespace cuvae::data {
namespace {

constexpr std::int64_t kAlways = std::int64_t{32} << 20;  // may be taken for any file

// Memory that grows; realloc moves large blocks without a copy.
class Growing {
 public:
  explicit Growing(const std::string& source) : source_(source) {}
  Growing(const Growing&) = delete;
  Growing& operator=(const Growing&) = delete;
  ~Growing() { std::free(values_); }

  [[nodiscard]] std::size_t size() const { return size_; }
  void clear() { size_ = 0; }
  [[nodiscard]] std::span<std::byte> room(std::size_t bytes) {
    if (size_ + bytes > capacity_) resize(size_ + size_ / 2 + bytes);
    return {values_ + size_, bytes};
  }
  void add(std::size_t bytes) { size_ += bytes; }
  [[nodiscard]] std::shared_ptr<const void> take() {
    if (size_ < capacity_) resize(size_);
    std::byte* const values = values_;
    values_ = nullptr;
    return {values, [](const void* block) { std::free(const_cast<void*>(block)); }};
  }

 private:
  void resize(std::size_t bytes) {
    require_memory(static_cast<std::int64_t>(bytes), source_);
    void* const moved = std::realloc(values_, bytes);
    if (moved == nullptr) throw std::bad_alloc();
    values_ = static_cast<std::byte*>(moved);
    capacity_ = bytes;
  }

  const std::string& source_;
  std::byte* values_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

Loaded load_unknown(std::unique_ptr<ValueStream> stream, const auto& open, std::int64_t stored,
                    const std::string& source) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  Growing values(source);
  bool checked = false;
  for (std::size_t got = kPiece; got == kPiece;) {
    got = stream->read(values.room(kPiece));
    values.add(got);
    if (checked || vouches_for(stored, static_cast<std::int64_t>(values.size()))) continue;
    stream->check();
    checked = true;
    values.clear();
    stream = open();
    got = kPiece;
  }
  std::shared_ptr<const void> block = values.take();
  const auto* first = static_cast<const std::byte*>(block.get());
  return {stream->header(), std::move(block), first, stream->description(), stream->column_names()};
}

}  // namespace

bool vouches_for(std::int64_t stored, std::int64_t bytes) { return bytes - kAlways <= 2 * stored; }

Loaded load(const std::function<std::unique_ptr<ValueStream>()>& open, std::int64_t stored,
            const std::string& source) {
  std::unique_ptr<ValueStream> stream = open();
  if (stream->header().rows() == kRowsUnknown) return load_unknown(std::move(stream), open, stored, source);
  const std::int64_t payload = stream->header().payload();
  require_memory(payload, source);
  if (!vouches_for(stored, payload)) {
    stream->check();
    stream = open();
  }
  const std::shared_ptr<std::byte[]> block = allocate_block(payload, source);
  if (stream->read({block.get(), static_cast<std::size_t>(payload)}) != static_cast<std::size_t>(payload))
    core::refuse(source, "it became shorter while it was read", "Try again when nothing writes to it.");
  return {stream->header(), block, block.get(), stream->description(), stream->column_names()};
}

}  // namespace cuvae::data
