// The CUDA backend, as nvcc compiles it, over the host GPU.
#include "src/cuda/cuda_backend.cu"
