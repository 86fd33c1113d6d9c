#include "src/cuda/lt_api.hpp"

#include <dlfcn.h>

#include <string>

#include "cuvae/error.hpp"

namespace cuvae::cuda {
namespace {

// The name of the version that the header is of; the plain name belongs to development packages.
std::string file_name() { return "libcublasLt.so." + std::to_string(CUBLAS_VER_MAJOR); }

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Errc::device, "cuBLASLt cannot be loaded: " + why + "\nInstall the libraries of CUDA " +
                                std::to_string(CUBLAS_VER_MAJOR) +
                                ", or name their folder in LD_LIBRARY_PATH; or use --device cpu.");
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) refuse(file_name() + " has no " + name);
}

LtApi load() {
  void* library = dlopen(file_name().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    refuse(why == nullptr ? file_name() : why);
  }
  LtApi api{};
  find(library, "cublasLtCreate", api.create);
  find(library, "cublasLtDestroy", api.destroy);
  find(library, "cublasLtGetVersion", api.version);
  find(library, "cublasLtGetStatusString", api.status_string);
  find(library, "cublasLtMatmul", api.matmul);
  find(library, "cublasLtMatmulAlgoGetHeuristic", api.heuristic);
  find(library, "cublasLtMatmulAlgoCheck", api.check_algorithm);
  find(library, "cublasLtMatmulDescCreate", api.create_product);
  find(library, "cublasLtMatmulDescDestroy", api.destroy_product);
  find(library, "cublasLtMatmulDescSetAttribute", api.set_product);
  find(library, "cublasLtMatrixLayoutCreate", api.create_layout);
  find(library, "cublasLtMatrixLayoutDestroy", api.destroy_layout);
  find(library, "cublasLtMatmulPreferenceCreate", api.create_preference);
  find(library, "cublasLtMatmulPreferenceDestroy", api.destroy_preference);
  find(library, "cublasLtMatmulPreferenceSetAttribute", api.set_preference);
  return api;
}

}  // namespace

const LtApi& lt() {
  static const LtApi api = load();  // stays loaded: handles may be destroyed at any time
  return api;
}

}  // namespace cuvae::cuda
