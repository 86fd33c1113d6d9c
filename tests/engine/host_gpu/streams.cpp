// Devices, streams, events and launches of the host GPU.
#include <cuda_runtime.h>

#include <cstring>

#include "engine/host_gpu/work.hpp"
#include "executor.hpp"

using namespace cuvae::host_gpu;

namespace {

Gpu& gpu() { return Gpu::instance(); }

thread_local cudaError_t last_error = cudaSuccess;

cudaError_t answer(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

}  // namespace

cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    default:
      return "an error of the host GPU";
  }
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = kDevices;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
  *device = current_device();
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= kDevices) return answer(cudaErrorInvalidDevice);
  current_device() = device;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device < 0 || device >= kDevices) return answer(cudaErrorInvalidDevice);
  *properties = {.name = "host GPU",
                 .totalGlobalMem = settings().memory,
                 .major = settings().capability,
                 .minor = 0,
                 .multiProcessorCount = 1,
                 .l2CacheSize = 32768};
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  const std::lock_guard lock(gpu().mutex);
  if (flags != cudaStreamNonBlocking)
    return refuse(cudaErrorInvalidValue, "a stream that waits for the default one");
  *stream = gpu().add_stream(current_device());
  return answer(gpu().failure);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const std::lock_guard lock(gpu().mutex);
  stream->destroyed = true;
  // It is gone once its work is done.
  gpu().queue(stream, Item{.run = Run(std::make_shared<Nodes>())});
  return answer(gpu().failure);
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const std::lock_guard lock(gpu().mutex);
  const CUstream_st& on = *gpu().find(stream);
  if (on.capture)
    return answer(refuse(cudaErrorStreamCaptureUnsupported, "to wait for a stream that is captured"));
  return answer(gpu().wait_for(on));
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  *event = new CUevent_st{.device = current_device(), .is_timed = (flags & cudaEventDisableTiming) == 0};
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const std::lock_guard lock(gpu().mutex);
  CUstream_st& on = *gpu().find(stream);
  if (event->device != on.device)
    return answer(refuse(cudaErrorInvalidResourceHandle, "an event and a stream of two devices"));
  event->capture = on.capture;
  event->tails = on.tails;
  if (on.capture) return cudaSuccess;
  gpu().queue(&on, Item{.event = event->state, .time = ++event->state->recorded, .records = true});
  return answer(gpu().failure);
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t stop) {
  const std::lock_guard lock(gpu().mutex);
  for (const cudaEvent_t event : {start, stop}) {
    if (!event->is_timed)
      return answer(refuse(cudaErrorInvalidResourceHandle, "the time of an event without one"));
    if (event->state->recorded == 0 || event->state->reached < event->state->recorded)
      return answer(refuse(cudaErrorInvalidResourceHandle, "the time of an event that has not been reached"));
  }
  *milliseconds = std::chrono::duration<float, std::milli>(stop->state->when - start->state->when).count();
  return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const std::lock_guard lock(gpu().mutex);
  if (event->capture) return answer(refuse(cudaErrorCapturedEvent, "to wait for an event of a capture"));
  return answer(gpu().wait_for(*event->state, event->state->recorded));
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const std::lock_guard lock(gpu().mutex);
  CUstream_st& on = *gpu().find(stream);
  on.kernel_was_last = false;
  if (!event->capture && !on.capture) {
    gpu().queue(&on, Item{.event = event->state, .time = event->state->recorded});
    return answer(gpu().failure);
  }
  if (!event->capture || (on.capture && on.capture != event->capture))
    return answer(refuse(cudaErrorStreamCaptureIsolation, "a capture that waits for what is not in it"));
  if (event->capture->origin == nullptr)
    return answer(refuse(cudaErrorCapturedEvent, "to wait for an event of a capture that has ended"));
  on.capture = event->capture;
  on.tails.insert(on.tails.end(), event->tails.begin(), event->tails.end());
  return cudaSuccess;
}

cudaError_t launch_on_host(const cudaLaunchConfig_t& config, std::function<void()> thread) {
  const std::lock_guard lock(gpu().mutex);
  const CUstream_st& on = *gpu().find(config.stream);
  if (on.device != current_device())
    return answer(
        refuse(cudaErrorInvalidResourceHandle, "a kernel on a stream of a device that is not current"));
  if (config.numAttrs > 0 && (!on.kernel_was_last || settings().capability < 9))
    return answer(
        refuse(cudaErrorInvalidValue, "a kernel may start early only behind a kernel, from 9.0 on"));
  const cuvae::simt::Launch launch{
      .grid_blocks = config.gridDim.x, .end_block = config.gridDim.x, .threads = config.blockDim.x};
  return answer(gpu().queue(config.stream, Kind::kernel,
                            [launch, thread = std::move(thread)] { cuvae::simt::run(launch, thread); }));
}
