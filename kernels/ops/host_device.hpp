// One text for two compilers. Forced inline, so that the linker never merges what g++ and nvcc made of it.
#pragma once

#if defined(__CUDACC__)
#define CUVAE_HD __host__ __device__ __forceinline__
#else
#define CUVAE_HD inline __attribute__((always_inline))
#endif
