#include "src/cuda/graph.hpp"

#include <cstddef>

namespace cuvae::cuda {
namespace {

using Graph = Unique<cudaGraph_t, cudaGraphDestroy>;
using GraphExec = Unique<cudaGraphExec_t, cudaGraphExecDestroy>;

class GraphRecording final : public Recording {
 public:
  GraphRecording(Context& context, const Graph& graph) : context_(context) {
    cudaGraphExec_t exec = nullptr;
    CUVAE_CUDA_CHECK(cudaGraphInstantiate(&exec, graph.get(), 0));
    exec_.reset(exec);
    for (Event& event : done_) event = make_event();
  }

  // The host may be so many launches ahead, not more: the device has work, and the host is heard soon.
  void replay() override {
    const OnDevice guard(context_.device());
    const Event& done = done_[next_];
    next_ = (next_ + 1) % done_.size();
    CUVAE_CUDA_CHECK(cudaEventSynchronize(done.get()));  // at once where it was never recorded
    CUVAE_CUDA_CHECK(cudaGraphLaunch(exec_.get(), context_.main()));
    CUVAE_CUDA_CHECK(cudaEventRecord(done.get(), context_.main()));
  }

 private:
  Context& context_;
  GraphExec exec_;
  std::array<Event, 2> done_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Recording> record_graph(Context& context, const std::function<void()>& work) {
  const OnDevice guard(context.device());
  cudaGraph_t captured = nullptr;
  // Relaxed: a library may load a kernel, or allocate, when it is used for the first time.
  CUVAE_CUDA_CHECK(cudaStreamBeginCapture(context.capture(), cudaStreamCaptureModeRelaxed));
  try {
    work();
  } catch (...) {
    if (cudaStreamEndCapture(context.capture(), &captured) == cudaSuccess) Graph(captured).reset();
    static_cast<void>(cudaGetLastError());
    throw;
  }
  CUVAE_CUDA_CHECK(cudaStreamEndCapture(context.capture(), &captured));
  return std::make_unique<GraphRecording>(context, Graph(captured));
}

}  // namespace cuvae::cuda
