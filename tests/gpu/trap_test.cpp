// The GPU fails in the middle of training: an error of its own kind, and the checkpoint of before is as it
// was.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "cuvae/error.hpp"
#include "data/sample_files.hpp"
#include "gpu/device_array.hpp"
#include "gpu/trap.hpp"
#include "support/gpu.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

using TrapOnGpu = OnGpu;

// In a process of its own: the context does not survive. Leaves with 0 where all is as it should be.
[[noreturn]] void train_into_a_trap(const std::string& state) {
  Job job = small_job();
  job.train.epochs = 1000;
  const OwnedStream stream;
  try {
    Trainer trainer = cuda::make_trainer(job.model, job.train, {.stream = stream.get()});
    fit(trainer, job, [&](const Progress& progress) {
      if (progress.event == Progress::Event::epoch && progress.epoch == 1) trainer.save_state(state);
      if (progress.epoch == 3) queue_a_trap(stream.get());
      return Control::proceed;
    });
    std::cerr << "nothing was thrown\n";
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
    std::_Exit(error.code() == Errc::device ? 0 : 1);
  }
  std::_Exit(2);
}

// The process that trains begins this test anew: it is told where its state belongs.
TEST_F(TrapOnGpu, IsADeviceErrorAndLeavesTheCheckpoint) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  constexpr const char* kState = "CUVAE_TRAP_STATE";
  const TempDir folder;
  if (std::getenv(kState) == nullptr) ::setenv(kState, (folder.path / "state.safetensors").c_str(), 1);
  const std::string state = std::getenv(kState);
  EXPECT_EXIT(train_into_a_trap(state), testing::ExitedWithCode(0), "CUDA: ");
  Job job = small_job();
  job.train.epochs = 1000;
  Trainer resumed = trainer_of(job);
  resumed.load_state(state);
  EXPECT_EQ(resumed.epochs_done(), 1);
}

}  // namespace
}  // namespace cuvae::test
