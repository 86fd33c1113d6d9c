#include "src/cuda/pinned_staging.hpp"

#include <cstring>

namespace cuvae::cuda {
namespace {

using Pinned = Unique<void*, cudaFreeHost>;

class PinnedStaging final : public Staging {
 public:
  PinnedStaging(Context& context, std::size_t bytes)
      : context_(context), bytes_(bytes), sent_(make_event()), released_(make_event()) {
    void* memory = nullptr;
    CUVAE_CUDA_CHECK(cudaMallocHost(&memory, bytes));
    host_.reset(memory);
    std::memset(memory, 0, bytes);  // the padding of rows stays so
    device_ = context.memory().allocate(bytes);
    release();  // the copy must find the memory allocated
  }
  ~PinnedStaging() override {
    const OnDevice guard(context_.device(), std::nothrow);
    static_cast<void>(cudaEventSynchronize(sent_.get()));
    context_.memory().release(device_);
  }
  PinnedStaging(const PinnedStaging&) = delete;
  PinnedStaging& operator=(const PinnedStaging&) = delete;

  [[nodiscard]] std::byte* device() const override { return device_; }

  std::byte* host() override {
    CUVAE_CUDA_CHECK(cudaEventSynchronize(sent_.get()));
    return static_cast<std::byte*>(host_.get());
  }

  void send() override {
    const OnDevice guard(context_.device());
    CUVAE_CUDA_CHECK(cudaStreamWaitEvent(context_.copies(), released_.get(), 0));
    CUVAE_CUDA_CHECK(
        cudaMemcpyAsync(device_, host_.get(), bytes_, cudaMemcpyHostToDevice, context_.copies()));
    CUVAE_CUDA_CHECK(cudaEventRecord(sent_.get(), context_.copies()));
    CUVAE_CUDA_CHECK(cudaStreamWaitEvent(context_.main(), sent_.get(), 0));
  }

  void release() override {
    const OnDevice guard(context_.device());
    CUVAE_CUDA_CHECK(cudaEventRecord(released_.get(), context_.main()));
  }

 private:
  Context& context_;
  std::size_t bytes_;
  Event sent_, released_;
  Pinned host_;
  std::byte* device_ = nullptr;
};

}  // namespace

std::unique_ptr<Staging> make_pinned_staging(Context& context, std::int64_t bytes) {
  const OnDevice guard(context.device());
  return std::make_unique<PinnedStaging>(context, static_cast<std::size_t>(bytes));
}

}  // namespace cuvae::cuda
