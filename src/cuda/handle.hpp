// CUDA and cuBLASLt handles, each owned by one unique_ptr.
#pragma once

#include <memory>
#include <type_traits>

namespace cuvae::cuda {

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* handle) const noexcept {
    static_cast<void>(Destroy(handle));
  }
};

template <class Handle, auto Destroy>
using Unique = std::unique_ptr<std::remove_pointer_t<Handle>, Destroyer<Destroy>>;

}  // namespace cuvae::cuda
