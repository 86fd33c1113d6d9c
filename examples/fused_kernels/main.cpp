// One training step of a VAE whose network is your own: cuvae's fused kernels do what lies between its
// layers, queued on your stream.
//
// The network's matrices here are constants, so that the result is known: a mean of 1/2 and a log-variance of
// 0 in each of 20 latent dimensions give a KL of 20 (1/2)^2 / 2 = 2.5 nats; logits of 0 on 784 columns give a
// negative log-likelihood (NLL) of 784 log 2 = 543.427 nats. Ends with 4 where there is no GPU.
#include <cuda_runtime_api.h>

#include <cuvae/cuda.hpp>
#include <cuvae/error.hpp>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace {

using cuvae::cuda::Shape;

void check(cudaError_t error) {
  if (error != cudaSuccess)
    throw cuvae::Error(cuvae::Errc::device, std::string("CUDA: ") + cudaGetErrorString(error));
}

// A stream that does not wait for others.
class Stream {
 public:
  Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  operator cudaStream_t() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

// float [rows, cols] on the device, row after row.
class Matrix {
 public:
  Matrix(Shape shape, float value, cudaStream_t stream)
      : size_(static_cast<std::size_t>(shape.rows * shape.cols)), cols_(shape.cols) {
    void* memory = nullptr;
    check(cudaMalloc(&memory, size_ * sizeof(float)));
    memory_.reset(static_cast<float*>(memory));
    const std::vector<float> host(size_, value);
    check(cudaMemcpyAsync(memory, host.data(), size_ * sizeof(float), cudaMemcpyHostToDevice, stream));
  }

  float* data() { return memory_.get(); }
  operator cuvae::cuda::ConstRows() const { return {.data = memory_.get(), .ld = cols_}; }
  operator cuvae::cuda::Rows() { return {.data = memory_.get(), .ld = cols_}; }

  // Waits for the stream, as it asks for a number.
  double mean(cudaStream_t stream) const {
    std::vector<float> host(size_);
    check(cudaMemcpyAsync(host.data(), memory_.get(), size_ * sizeof(float), cudaMemcpyDeviceToHost, stream));
    check(cudaStreamSynchronize(stream));
    return std::accumulate(host.begin(), host.end(), 0.0) / static_cast<double>(size_);
  }

 private:
  struct Free {
    void operator()(float* memory) const { cudaFree(memory); }
  };
  std::unique_ptr<float, Free> memory_;
  std::size_t size_;
  std::int32_t cols_;
};

}  // namespace

int main() try {
  constexpr Shape data{.rows = 256, .cols = 784};   // of x and logits
  constexpr Shape latent{.rows = 256, .cols = 20};  // of mean, log_var and z
  constexpr Shape per_row{.rows = 256, .cols = 1};  // of the losses
  const Stream stream;

  Matrix x(data, 0.5f, stream), logits(data, 0, stream), d_logits(data, 0, stream);
  Matrix mean(latent, 0.5f, stream), log_var(latent, 0, stream), z(latent, 0, stream);
  Matrix d_z(latent, 0, stream), d_mean(latent, 0, stream), d_log_var(latent, 0, stream);
  Matrix row_kl(per_row, 0, stream), row_nll(per_row, 0, stream);

  constexpr float row_weight = 1.0f / data.rows;  // the loss is the mean over the batch
  const cuvae::cuda::NoiseKey noise{.seed = 1, .step = 0};

  // Your encoder: x -> mean, log_var.
  cuvae::cuda::sample_latent(latent, mean, log_var, noise, z, row_kl.data(), stream);
  // Your decoder: z -> logits.
  cuvae::cuda::bernoulli_nll(data, logits, x, d_logits, row_nll.data(), row_weight, stream);
  // Your decoder's backward: d_logits -> d_z, and the gradients of its weights.
  cuvae::cuda::latent_backward(latent, mean, log_var, d_z, noise, d_mean, d_log_var, row_weight, stream);
  // Your encoder's backward: d_mean, d_log_var -> the gradients of its weights. Then your optimizer.

  std::cout << "KL " << row_kl.mean(stream) << ", NLL " << row_nll.mean(stream) << " nats per row\n";
} catch (const cuvae::Error& error) {
  std::cerr << error.what() << '\n';
  return 4;
}
