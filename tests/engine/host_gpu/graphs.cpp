// Captures and graphs of the host GPU.
#include <algorithm>

#include "engine/host_gpu/work.hpp"

using namespace cuvae::host_gpu;

struct CUgraph_st {
  std::shared_ptr<const Nodes> nodes;
};
struct CUgraphExec_st {
  std::shared_ptr<const Nodes> nodes;
};

namespace {

Gpu& gpu() { return Gpu::instance(); }

// Whether all nodes come before those at the end of the origin.
bool is_joined(const Nodes& nodes, std::vector<std::size_t> before) {
  std::vector<bool> seen(nodes.size());
  while (!before.empty()) {
    const std::size_t node = before.back();
    before.pop_back();
    if (seen[node]) continue;
    seen[node] = true;
    before.insert(before.end(), nodes[node].after.begin(), nodes[node].after.end());
  }
  return std::all_of(seen.begin(), seen.end(), [](bool is) { return is; });
}

}  // namespace

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  const std::lock_guard lock(gpu().mutex);
  if (stream == nullptr || stream->capture)
    return refuse(cudaErrorStreamCaptureUnsupported, "a capture of a stream that cannot be");
  stream->capture = std::make_shared<Capture>();
  stream->capture->origin = stream;
  stream->tails.clear();
  stream->kernel_was_last = false;
  return gpu().failure;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const std::lock_guard lock(gpu().mutex);
  const std::shared_ptr<Capture> capture = stream->capture;
  if (!capture || capture->origin != stream)
    return refuse(cudaErrorStreamCaptureUnsupported, "the end of a capture that is none");
  const bool joined = is_joined(capture->nodes, stream->tails);
  gpu().leave(*capture);
  capture->origin = nullptr;
  if (!joined) return refuse(cudaErrorStreamCaptureUnjoined, "a capture with a branch that nobody waits for");
  *graph = new CUgraph_st{std::make_shared<Nodes>(std::move(capture->nodes))};
  return gpu().failure;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = new CUgraphExec_st{graph->nodes};
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  const std::lock_guard lock(gpu().mutex);
  if (gpu().failure != cudaSuccess) return gpu().failure;
  CUstream_st& on = *gpu().find(stream);
  if (on.capture) return refuse(cudaErrorStreamCaptureUnsupported, "a graph in a capture");
  on.kernel_was_last = false;
  gpu().queue(&on, Item{.run = Run(exec->nodes)});
  return gpu().failure;
}
