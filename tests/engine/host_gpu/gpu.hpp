// A GPU that is this host, so that the CUDA engine runs whole where there is none: its streams, events,
// graphs and memory as CUDA orders them, its kernels thread by thread (tests/simt), cuBLASLt by the letter.
//
// Work that is queued runs only when the host waits, or by chance before; what CUDA does not order runs in an
// order that is drawn. So what relies on an order that nobody asked for goes wrong here.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string_view>

namespace cuvae::host_gpu {

inline constexpr int kDevices = 2;

inline const std::set<cublasLtEpilogue_t> kEveryEpilogue{
    CUBLASLT_EPILOGUE_BIAS,  CUBLASLT_EPILOGUE_RELU_BIAS, CUBLASLT_EPILOGUE_RELU_AUX_BIAS,
    CUBLASLT_EPILOGUE_DRELU, CUBLASLT_EPILOGUE_GELU_BIAS, CUBLASLT_EPILOGUE_GELU_AUX_BIAS,
    CUBLASLT_EPILOGUE_DGELU, CUBLASLT_EPILOGUE_BGRADB};

struct Settings {
  std::uint32_t order = 1;  // which of the orders that are allowed
  std::size_t memory = std::size_t{1} << 40;
  int capability = 9;                                     // major
  std::set<cublasLtEpilogue_t> offered = kEveryEpilogue;  // besides none
};

// From here on. Waits for all work, and forgets what went wrong.
void set_up(const Settings& settings);
[[nodiscard]] const Settings& settings();

// Queues work that is no kernel of cuvae's.
cudaError_t queue(cudaStream_t stream, std::function<void()> work);
[[nodiscard]] int device_of(cudaStream_t stream);

// Says on stderr which rule was broken, so that a test that fails tells more than its number.
cudaError_t refuse(cudaError_t error, std::string_view why);

}  // namespace cuvae::host_gpu
