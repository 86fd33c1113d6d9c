// cuBLASLt by the letter, in its own terms: column-major, D = op(A) op(B) + beta C and an epilogue. It
// refuses what its documentation says it refuses, so that a call that only a GPU would judge is judged here.
#include <cublasLt.h>

#include <atomic>
#include <bit>
#include <cstring>
#include <stdexcept>

#include "engine/host_gpu/gpu.hpp"
#include "kernels/ops/activation.hpp"
#include "kernels/ops/element.hpp"
#include "src/cuda/lt_api.hpp"

using cuvae::host_gpu::refuse;

struct cublasLtContext {
  int device;
};
struct cublasLtMatrixLayoutOpaque {
  cudaDataType_t type;
  std::int64_t rows, cols, ld;
};
struct cublasLtMatmulDescOpaque {
  cublasComputeType_t compute;
  cublasOperation_t transpose_a = CUBLAS_OP_N, transpose_b = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  void* bias = nullptr;
  void* aux = nullptr;
  std::int64_t aux_ld = 0;
};
struct cublasLtMatmulPreferenceOpaque {
  std::uint64_t workspace = 0;
  std::uint32_t schemes = 7, alignment_a = 256, alignment_b = 256, alignment_c = 256, alignment_d = 256;
};

namespace {

using Product = cublasLtMatmulDescOpaque;
using MatrixLayout = cublasLtMatrixLayoutOpaque;

constexpr std::uint64_t kAlgorithm = 0xC0FFEE;  // the only one there is
constexpr std::size_t kWorkspace = 1024;        // it writes there

cublasStatus_t refuse_value(std::string_view why) {
  static_cast<void>(refuse(cudaErrorInvalidValue, why));
  return CUBLAS_STATUS_INVALID_VALUE;
}

template <class Value>
cublasStatus_t take(Value& to, const void* from, std::size_t bytes) {
  if (bytes != sizeof(Value)) return refuse_value("an attribute of cuBLASLt of another size");
  std::memcpy(&to, from, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

bool writes_mask(cublasLtEpilogue_t e) { return e == CUBLASLT_EPILOGUE_RELU_AUX_BIAS; }
bool reads_mask(cublasLtEpilogue_t e) { return e == CUBLASLT_EPILOGUE_DRELU; }
bool has_gelu_aux(cublasLtEpilogue_t e) {
  return e == CUBLASLT_EPILOGUE_GELU_AUX_BIAS || e == CUBLASLT_EPILOGUE_DGELU;
}
bool has_aux(cublasLtEpilogue_t e) { return writes_mask(e) || reads_mask(e) || has_gelu_aux(e); }
bool adds_bias(cublasLtEpilogue_t e) {
  return e == CUBLASLT_EPILOGUE_BIAS || e == CUBLASLT_EPILOGUE_RELU_BIAS ||
         e == CUBLASLT_EPILOGUE_RELU_AUX_BIAS || e == CUBLASLT_EPILOGUE_GELU_BIAS ||
         e == CUBLASLT_EPILOGUE_GELU_AUX_BIAS;
}

std::int64_t size_of(cudaDataType_t type) { return type == CUDA_R_16BF ? 2 : 4; }
bool is_aligned(const void* address, std::uintptr_t bytes) {
  return std::bit_cast<std::uintptr_t>(address) % bytes == 0;
}

// Which combinations are offered at all.
cublasStatus_t judge(const Product& p, const MatrixLayout& a, const MatrixLayout& b, const MatrixLayout& c,
                     const MatrixLayout& d) {
  const bool ta = p.transpose_a == CUBLAS_OP_T, tb = p.transpose_b == CUBLAS_OP_T;
  const std::int64_t m = ta ? a.cols : a.rows, k = ta ? a.rows : a.cols, n = tb ? b.rows : b.cols;
  if (m != d.rows || n != d.cols || k != (tb ? b.cols : b.rows) || c.rows != m || c.cols != n)
    return refuse_value("a product of matrices that do not fit");
  for (const MatrixLayout* x : {&a, &b, &c, &d}) {
    if (x->ld < x->rows) return refuse_value("a leading dimension below the rows");
    if (x->ld * size_of(x->type) % 16 != 0) return refuse_value("a leading dimension off 16 bytes");
  }
  if (a.type != b.type || c.type != d.type) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (a.type == CUDA_R_32F && d.type != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (p.compute == CUBLAS_COMPUTE_32F_FAST_TF32 && a.type != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
  const cublasLtEpilogue_t e = p.epilogue;
  if (e != CUBLASLT_EPILOGUE_DEFAULT && !cuvae::host_gpu::settings().offered.contains(e))
    return CUBLAS_STATUS_NOT_SUPPORTED;
  if ((adds_bias(e) || e == CUBLASLT_EPILOGUE_BGRADB) && (p.bias == nullptr || !is_aligned(p.bias, 16)))
    return refuse_value("an epilogue without its bias, or with one off 16 bytes");
  if (has_aux(e) && (p.aux == nullptr || !is_aligned(p.aux, 16) || p.aux_ld < d.rows ||
                     p.aux_ld % (has_gelu_aux(e) ? 8 : 128) != 0))
    return refuse_value(
        "an epilogue whose second matrix is missing, off 16 bytes or of a wrong leading dimension");
  return CUBLAS_STATUS_SUCCESS;
}

float number(const void* data, cudaDataType_t type, std::int64_t index) {
  if (type == CUDA_R_16BF) return static_cast<const cuvae::ops::Bf16*>(data)[index].value();
  return static_cast<const float*>(data)[index];
}
void put(void* data, cudaDataType_t type, std::int64_t index, double value) {
  if (type == CUDA_R_16BF) {
    static_cast<cuvae::ops::Bf16*>(data)[index] = cuvae::ops::Bf16::from(static_cast<float>(value));
  } else {
    static_cast<float*>(data)[index] = static_cast<float>(value);
  }
}

// One product, by value: the descriptors may be changed as soon as it is queued.
struct Call {
  Product p;
  const void* a;
  MatrixLayout layout_a;
  const void* b;
  MatrixLayout layout_b;
  float alpha, beta;
  const void* c;
  void* d;
  MatrixLayout layout_d;

  [[nodiscard]] double of_a(std::int64_t i, std::int64_t k) const {
    const bool t = p.transpose_a == CUBLAS_OP_T;
    return static_cast<double>(number(a, layout_a.type, t ? i * layout_a.ld + k : k * layout_a.ld + i));
  }
  [[nodiscard]] double of_b(std::int64_t k, std::int64_t j) const {
    const bool t = p.transpose_b == CUBLAS_OP_T;
    return static_cast<double>(number(b, layout_b.type, t ? k * layout_b.ld + j : j * layout_b.ld + k));
  }
  [[nodiscard]] std::int64_t inner() const {
    return p.transpose_a == CUBLAS_OP_T ? layout_a.rows : layout_a.cols;
  }

  // A bit of a mask: rows of D lie side by side.
  [[nodiscard]] bool mask(std::int64_t at) const {
    return (static_cast<const std::uint8_t*>(p.aux)[at / 8] >> (at % 8) & 1) != 0;
  }
  void set_mask(std::int64_t at, bool on) const {
    auto& byte = static_cast<std::uint8_t*>(p.aux)[at / 8];
    const auto bit = static_cast<std::uint8_t>(1u << (at % 8));
    byte = static_cast<std::uint8_t>(on ? byte | bit : byte & ~bit);
  }

  [[nodiscard]] double after(double sum, std::int64_t i, std::int64_t j) const {
    using cuvae::ops::Gelu;
    const std::int64_t at = j * p.aux_ld + i;
    const double y =
        adds_bias(p.epilogue) ? sum + static_cast<double>(number(p.bias, layout_d.type, i)) : sum;
    switch (p.epilogue) {
      case CUBLASLT_EPILOGUE_RELU_AUX_BIAS:
        set_mask(at, y > 0);
        return y < 0 ? 0 : y;
      case CUBLASLT_EPILOGUE_RELU_BIAS:
        return y < 0 ? 0
                     : y;  // a NaN stays one: no documentation says so, tests/backend/nan_test.cpp asks a GPU
      case CUBLASLT_EPILOGUE_GELU_AUX_BIAS:
        put(p.aux, layout_d.type, at, y);
        return Gelu::value(y);
      case CUBLASLT_EPILOGUE_GELU_BIAS:
        return Gelu::value(y);
      case CUBLASLT_EPILOGUE_DRELU:
        return mask(at) ? y : 0;
      case CUBLASLT_EPILOGUE_DGELU:
        return y * Gelu::derivative(static_cast<double>(number(p.aux, layout_d.type, at)));
      default:
        return y;
    }
  }

  void operator()() const {
    for (std::int64_t j = 0; j < layout_d.cols; ++j) {
      for (std::int64_t i = 0; i < layout_d.rows; ++i) {
        double sum = 0;
        for (std::int64_t k = 0; k < inner(); ++k) sum += of_a(i, k) * of_b(k, j);
        const std::int64_t index = j * layout_d.ld + i;
        sum *= static_cast<double>(alpha);
        if (beta != 0)
          sum += static_cast<double>(beta) * static_cast<double>(number(c, layout_d.type, index));
        put(d, layout_d.type, index, after(sum, i, j));
      }
      if (p.epilogue != CUBLASLT_EPILOGUE_BGRADB) continue;
      double sum = 0;
      for (std::int64_t k = 0; k < inner(); ++k) sum += of_b(k, j);
      put(p.bias, layout_d.type, j, sum);
    }
  }
};

}  // namespace

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  int device = 0;
  static_cast<void>(cudaGetDevice(&device));
  *handle = new cublasLtContext{device};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}
std::size_t cublasLtGetVersion() { return 130000; }
const char* cublasLtGetStatusString(cublasStatus_t) { return "refused by the host GPU"; }

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* product, cublasComputeType_t compute,
                                        cudaDataType_t) {
  *product = new Product{.compute = compute};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product) {
  delete product;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t product,
                                              cublasLtMatmulDescAttributes_t attribute, const void* value,
                                              std::size_t bytes) {
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return take(product->transpose_a, value, bytes);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return take(product->transpose_b, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return take(product->epilogue, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return take(product->bias, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER:
      return take(product->aux, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD:
      return take(product->aux_ld, value, bytes);
  }
  return CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType_t type,
                                          std::uint64_t rows, std::uint64_t cols, std::int64_t ld) {
  *layout = new MatrixLayout{type, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(cols), ld};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete layout;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = new cublasLtMatmulPreferenceOpaque;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete preference;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t bytes) {
  switch (attribute) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
      return take(preference->workspace, value, bytes);
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
      return take(preference->schemes, value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
      return take(preference->alignment_a, value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
      return take(preference->alignment_b, value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
      return take(preference->alignment_c, value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
      return take(preference->alignment_d, value, bytes);
  }
  return CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t product,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int,
                                              cublasLtMatmulHeuristicResult_t* results, int* found) {
  *found = 0;
  if (preference->schemes != CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE)
    return refuse_value("a product whose partial sums may be rounded");
  const cublasStatus_t status = judge(*product, *a, *b, *c, *d);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  if (preference->workspace < kWorkspace) return CUBLAS_STATUS_NOT_SUPPORTED;
  *results = {.algo = {{kAlgorithm}}, .workspaceSize = kWorkspace, .state = CUBLAS_STATUS_SUCCESS};
  *found = 1;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t, cublasLtMatmulDesc_t product,
                                       cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                       cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                       const cublasLtMatmulAlgo_t* algorithm,
                                       cublasLtMatmulHeuristicResult_t* result) {
  if (algorithm->data[0] != kAlgorithm) return CUBLAS_STATUS_INVALID_VALUE;
  result->workspaceSize = kWorkspace;
  return judge(*product, *a, *b, *c, *d);
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t product, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t layout_a, const void* b,
                              cublasLtMatrixLayout_t layout_b, const void* beta, const void* c,
                              cublasLtMatrixLayout_t layout_c, void* d, cublasLtMatrixLayout_t layout_d,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace,
                              std::size_t workspace_bytes, cudaStream_t stream) {
  if (handle->device != cuvae::host_gpu::device_of(stream))
    return refuse_value("a product on another device than its handle's");
  if (algorithm->data[0] != kAlgorithm || workspace_bytes < kWorkspace || !is_aligned(workspace, 256))
    return refuse_value("a product with another algorithm, or without its workspace");
  for (const void* operand : {a, b, c, static_cast<const void*>(d)}) {
    if (!is_aligned(operand, 16)) return refuse_value("an operand off 16 bytes");
  }
  const cublasStatus_t status = judge(*product, *layout_a, *layout_b, *layout_c, *layout_d);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  const Call call{.p = *product,
                  .a = a,
                  .layout_a = *layout_a,
                  .b = b,
                  .layout_b = *layout_b,
                  .alpha = *static_cast<const float*>(alpha),
                  .beta = *static_cast<const float*>(beta),
                  .c = c,
                  .d = d,
                  .layout_d = *layout_d};
  // In two parts, as a product that splits its sum has them: a workspace that two streams share is noticed.
  static std::atomic<std::uint64_t> calls{0};
  const std::uint64_t mark = ++calls;
  cudaError_t error = cuvae::host_gpu::queue(stream, [=] { std::memcpy(workspace, &mark, sizeof(mark)); });
  if (error == cudaSuccess) {
    error = cuvae::host_gpu::queue(stream, [call, workspace, mark] {
      if (std::memcmp(workspace, &mark, sizeof(mark)) != 0)
        throw std::logic_error("a workspace that two products share");
      call();
    });
  }
  return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

namespace cuvae::cuda {

const LtApi& lt() {
  static const LtApi api{.create = cublasLtCreate,
                         .destroy = cublasLtDestroy,
                         .version = cublasLtGetVersion,
                         .status_string = cublasLtGetStatusString,
                         .matmul = cublasLtMatmul,
                         .heuristic = cublasLtMatmulAlgoGetHeuristic,
                         .check_algorithm = cublasLtMatmulAlgoCheck,
                         .create_product = cublasLtMatmulDescCreate,
                         .destroy_product = cublasLtMatmulDescDestroy,
                         .set_product = cublasLtMatmulDescSetAttribute,
                         .create_layout = cublasLtMatrixLayoutCreate,
                         .destroy_layout = cublasLtMatrixLayoutDestroy,
                         .create_preference = cublasLtMatmulPreferenceCreate,
                         .destroy_preference = cublasLtMatmulPreferenceDestroy,
                         .set_preference = cublasLtMatmulPreferenceSetAttribute};
  return api;
}

}  // namespace cuvae::cuda
