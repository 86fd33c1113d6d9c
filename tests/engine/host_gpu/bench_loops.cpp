// The loops of a measured GPU, as nvcc compiles them, over the host GPU.
#include "bench/kernels/cuda/cuda_loops.cu"
