// A product with every epilogue a library may offer, by the letter, for engines that run on the host.
#pragma once

#include "src/backend/gemm.hpp"

namespace cuvae::test {

void host_gemm(const Gemm& product);

}  // namespace cuvae::test
