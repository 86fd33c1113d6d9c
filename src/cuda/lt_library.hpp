// cuBLASLt behind ProductLibrary, and the products themselves.
#pragma once

#include <map>

#include "src/cuda/gemm_plans.hpp"
#include "src/cuda/handle.hpp"
#include "src/cuda/lt_api.hpp"

namespace cuvae::cuda {

cublasStatus_t destroy_handle(cublasLtHandle_t handle);
cublasStatus_t destroy_product(cublasLtMatmulDesc_t product);
cublasStatus_t destroy_layout(cublasLtMatrixLayout_t layout);

// Scratch of a product, for the products of one stream.
struct Workspace {
  void* memory = nullptr;
  std::size_t bytes = 0;
};

class LtLibrary final : public ProductLibrary {
 public:
  // On the current device. `workspace_bytes`: of each Workspace given to multiply; it decides over
  // algorithms.
  LtLibrary(std::string device_name, std::size_t workspace_bytes);

  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::optional<Algorithm> best(const Problem& problem) override;
  [[nodiscard]] bool accepts(const Problem& problem, const Algorithm& algorithm) override;

  void multiply(const Gemm& product, const Problem& problem, const Algorithm& algorithm, Workspace workspace,
                cudaStream_t stream);

 private:
  struct Descriptors {
    Unique<cublasLtMatmulDesc_t, destroy_product> product;
    Unique<cublasLtMatrixLayout_t, destroy_layout> a, b, c;
  };
  Descriptors& describe(const Problem& problem);

  Unique<cublasLtHandle_t, destroy_handle> handle_;
  std::string device_name_;
  std::size_t workspace_bytes_;
  std::map<Problem, Descriptors> descriptors_;
};

}  // namespace cuvae::cuda
