#include "src/cuda/lt_library.hpp"

#include <cstring>
#include <utility>

#include "cuvae/error.hpp"

namespace cuvae::cuda {
namespace {

static_assert(sizeof(cublasLtMatmulAlgo_t) == sizeof(Algorithm::words), "an algorithm is kept word for word");

void check(cublasStatus_t status, const char* call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const Errc code = status == CUBLAS_STATUS_ALLOC_FAILED ? Errc::out_of_memory : Errc::device;
  throw Error(code, std::string("cuBLASLt: ") + lt().status_string(status) + " [" + call +
                        "]\nA run continues from its last checkpoint with --resume.");
}

cudaDataType_t type_of(ops::Element element) {
  return element == ops::Element::bf16 ? CUDA_R_16BF : CUDA_R_32F;
}

template <class Value>
void set(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t attribute, const Value& value) {
  check(lt().set_product(product, attribute, &value, sizeof(value)), "cublasLtMatmulDescSetAttribute");
}

template <class Value>
void set(cublasLtMatmulPreference_t preference, cublasLtMatmulPreferenceAttributes_t attribute,
         const Value& value) {
  check(lt().set_preference(preference, attribute, &value, sizeof(value)),
        "cublasLtMatmulPreferenceSetAttribute");
}

cublasLtEpilogue_t epilogue_of(const Problem& problem) {
  const bool keeps = problem.ld_aux != 0;
  switch (problem.epilogue) {
    case Epilogue::none:
      return CUBLASLT_EPILOGUE_DEFAULT;
    case Epilogue::bias:
      return CUBLASLT_EPILOGUE_BIAS;
    case Epilogue::bias_relu:
      return keeps ? CUBLASLT_EPILOGUE_RELU_AUX_BIAS : CUBLASLT_EPILOGUE_RELU_BIAS;
    case Epilogue::bias_gelu:
      return keeps ? CUBLASLT_EPILOGUE_GELU_AUX_BIAS : CUBLASLT_EPILOGUE_GELU_BIAS;
    case Epilogue::relu_backward:
      return CUBLASLT_EPILOGUE_DRELU;
    case Epilogue::gelu_backward:
      return CUBLASLT_EPILOGUE_DGELU;
    case Epilogue::bias_gradient:
      return CUBLASLT_EPILOGUE_BGRADB;
  }
  return CUBLASLT_EPILOGUE_DEFAULT;
}

bool is_relu(Epilogue epilogue) {
  return epilogue == Epilogue::bias_relu || epilogue == Epilogue::relu_backward;
}

// A ReLU's mask is counted in bits, 32 to an element of its matrix.
std::int64_t ld_aux_of(const Problem& problem) {
  return is_relu(problem.epilogue) ? 32 * problem.ld_aux : problem.ld_aux;
}

// cuBLASLt asks for the pointers before it chooses, for their alignment alone: no one reads there.
void* some_aligned_address() { return reinterpret_cast<void*>((std::uintptr_t{1} << 20) + 128); }

void set_pointers(cublasLtMatmulDesc_t product, const Problem& problem, void* bias, void* aux) {
  const bool has_bias = problem.epilogue != Epilogue::none && problem.epilogue != Epilogue::relu_backward &&
                        problem.epilogue != Epilogue::gelu_backward;
  if (has_bias) set(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
  if (problem.ld_aux != 0) set(product, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, aux);
}

cublasLtMatrixLayout_t layout_of(ops::Element element, std::int64_t rows, std::int64_t cols,
                                 std::int64_t ld) {
  cublasLtMatrixLayout_t layout = nullptr;
  check(lt().create_layout(&layout, type_of(element), static_cast<std::uint64_t>(rows),
                           static_cast<std::uint64_t>(cols), ld),
        "cublasLtMatrixLayoutCreate");
  return layout;
}

cublasStatus_t destroy_preference(cublasLtMatmulPreference_t preference) {
  return lt().destroy_preference(preference);
}

cublasLtMatmulAlgo_t as_lt(const Algorithm& algorithm) {
  cublasLtMatmulAlgo_t native;
  std::memcpy(&native, algorithm.words.data(), sizeof(native));
  return native;
}

}  // namespace

cublasStatus_t destroy_handle(cublasLtHandle_t handle) { return lt().destroy(handle); }
cublasStatus_t destroy_product(cublasLtMatmulDesc_t product) { return lt().destroy_product(product); }
cublasStatus_t destroy_layout(cublasLtMatrixLayout_t layout) { return lt().destroy_layout(layout); }

LtLibrary::LtLibrary(std::string device_name, std::size_t workspace_bytes)
    : device_name_(std::move(device_name)), workspace_bytes_(workspace_bytes) {
  cublasLtHandle_t handle = nullptr;
  check(lt().create(&handle), "cublasLtCreate");
  handle_.reset(handle);
}

std::string LtLibrary::identity() const {
  return "cuBLASLt " + std::to_string(lt().version()) + " on " + device_name_ + " with " +
         std::to_string(workspace_bytes_) + " bytes";
}

// cuBLASLt is column-major: our row-major c = a b is its c^T = b^T a^T, so its first operand is our b. A
// matrix we store row-major and read as it is, it reads as it is too.
LtLibrary::Descriptors& LtLibrary::describe(const Problem& p) {
  Descriptors& d = descriptors_[p];
  if (d.product != nullptr) return d;
  const bool tf32 = p.precision == Precision::tf32 && p.a == ops::Element::f32;
  cublasLtMatmulDesc_t product = nullptr;
  check(lt().create_product(&product, tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, CUDA_R_32F),
        "cublasLtMatmulDescCreate");
  d.product.reset(product);
  const bool ta = p.layout_a == Layout::transposed, tb = p.layout_b == Layout::transposed;
  set(product, CUBLASLT_MATMUL_DESC_TRANSA, tb ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(product, CUBLASLT_MATMUL_DESC_TRANSB, ta ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(product, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue_of(p));
  if (p.ld_aux != 0) set(product, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, ld_aux_of(p));
  d.a.reset(tb ? layout_of(p.b, p.k, p.n, p.ldb) : layout_of(p.b, p.n, p.k, p.ldb));
  d.b.reset(ta ? layout_of(p.a, p.m, p.k, p.lda) : layout_of(p.a, p.k, p.m, p.lda));
  d.c.reset(layout_of(p.c, p.n, p.m, p.ldc));
  return d;
}

// The first choice of the heuristic with a fixed workspace, among algorithms that add in a fixed order.
std::optional<Algorithm> LtLibrary::best(const Problem& problem) {
  constexpr std::uint32_t kAlignment = 16;
  constexpr std::uint32_t kFixedOrder = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;  // partial sums in fp32
  const Descriptors& d = describe(problem);
  set_pointers(d.product.get(), problem, some_aligned_address(), some_aligned_address());
  cublasLtMatmulPreference_t preference = nullptr;
  check(lt().create_preference(&preference), "cublasLtMatmulPreferenceCreate");
  const Unique<cublasLtMatmulPreference_t, destroy_preference> owner(preference);
  set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace_bytes_);
  set(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, kFixedOrder);
  for (const auto alignment :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
    set(preference, alignment, kAlignment);
  cublasLtMatmulHeuristicResult_t result{};
  int found = 0;
  const cublasStatus_t status = lt().heuristic(handle_.get(), d.product.get(), d.a.get(), d.b.get(),
                                               d.c.get(), d.c.get(), preference, 1, &result, &found);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_INVALID_VALUE) return std::nullopt;
  check(status, "cublasLtMatmulAlgoGetHeuristic");
  if (found == 0 || result.state != CUBLAS_STATUS_SUCCESS) return std::nullopt;
  Algorithm algorithm;
  std::memcpy(algorithm.words.data(), &result.algo, sizeof(result.algo));
  return algorithm;
}

bool LtLibrary::accepts(const Problem& problem, const Algorithm& algorithm) {
  const Descriptors& d = describe(problem);
  set_pointers(d.product.get(), problem, some_aligned_address(), some_aligned_address());
  const cublasLtMatmulAlgo_t native = as_lt(algorithm);
  cublasLtMatmulHeuristicResult_t result{};
  const cublasStatus_t status = lt().check_algorithm(handle_.get(), d.product.get(), d.a.get(), d.b.get(),
                                                     d.c.get(), d.c.get(), &native, &result);
  return status == CUBLAS_STATUS_SUCCESS && result.workspaceSize <= workspace_bytes_;
}

void LtLibrary::multiply(const Gemm& product, const Problem& problem, const Algorithm& algorithm,
                         Workspace workspace, cudaStream_t stream) {
  const Descriptors& d = describe(problem);
  set_pointers(d.product.get(), problem, product.bias, product.aux.data);
  const float one = 1.0f, beta = problem.mode == GradientMode::accumulate ? 1.0f : 0.0f;
  const cublasLtMatmulAlgo_t native = as_lt(algorithm);
  check(lt().matmul(handle_.get(), d.product.get(), &one, product.b.data, d.a.get(), product.a.data,
                    d.b.get(), &beta, product.c.data, d.c.get(), product.c.data, d.c.get(), &native,
                    workspace.memory, workspace.bytes, stream),
        "cublasLtMatmul");
}

}  // namespace cuvae::cuda
