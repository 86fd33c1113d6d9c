// The fused kernels of cuvae/cuda.hpp, as nvcc compiles them, over the host GPU.
#include "kernels/cuda/api.cu"
