// Kernels with a planted bug, and the same without it: what the sanitizers must report, and must not.
#include <string_view>
#include <vector>

#include "kernels/cuda/launch.cuh"

namespace cuvae::test {
namespace {

enum class Barrier { missing, there };

template <Barrier kBarrier>
__global__ void mirror_kernel(int* values) {
  __shared__ int of_thread[cuda::kBlockThreads];
  cuda::wait_for_kernel_before();
  of_thread[threadIdx.x] = static_cast<int>(threadIdx.x);
  if constexpr (kBarrier == Barrier::there) __syncthreads();
  values[threadIdx.x] = of_thread[blockDim.x - 1 - threadIdx.x];
}

// Writes values[0 .. end).
__global__ void fill_kernel(float* values, unsigned end) {
  cuda::wait_for_kernel_before();
  for (unsigned i = threadIdx.x; i < end; i += blockDim.x) values[i] = 1;
}

int run(std::string_view name) {
  std::vector<int> mirrored(cuda::kBlockThreads);
  std::vector<float> filled(300);
  if (name == "barrier_missing")
    cuda::launch(mirror_kernel<Barrier::missing>, 1, cuda::kBlockThreads, {}, mirrored.data());
  else if (name == "barrier_there")
    cuda::launch(mirror_kernel<Barrier::there>, 1, cuda::kBlockThreads, {}, mirrored.data());
  else if (name == "write_beyond")
    cuda::launch(fill_kernel, 1, cuda::kBlockThreads, {}, filled.data(), 301u);
  else if (name == "write_within")
    cuda::launch(fill_kernel, 1, cuda::kBlockThreads, {}, filled.data(), 300u);
  else
    return 2;
  return 0;
}

}  // namespace
}  // namespace cuvae::test

int main(int count, char** arguments) { return count == 2 ? cuvae::test::run(arguments[1]) : 2; }
