// After the first step, a step allocates nothing.
#include <gtest/gtest.h>

#include "data/sample_files.hpp"
#include "train/allocation_watch.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

TEST(AllocationWatch, SeesBothKinds) {
  const std::int64_t before = allocations();
  const auto number = std::make_unique<int>(1);
  const std::unique_ptr<void, decltype(&std::free)> aligned(std::aligned_alloc(256, 256), &std::free);
  EXPECT_EQ(allocations() - before, 2);
}

// Allocations between one step's callback and the next's, of the same epoch.
void expect_no_allocation(Job job, int threads) {
  job.train.epochs = 2;
  Trainer trainer = trainer_of(job, threads);
  std::int64_t before = -1, steps_watched = 0;
  fit(trainer, job, [&](const Progress& progress) {
    if (progress.event == Progress::Event::step && before >= 0) {
      EXPECT_EQ(allocations() - before, 0) << "step " << progress.step;
      ++steps_watched;
    }
    const bool epoch_goes_on =
        progress.event == Progress::Event::step && progress.step_in_epoch < progress.steps_per_epoch;
    before = epoch_goes_on ? allocations() : -1;
    return Control::proceed;
  });
  EXPECT_EQ(steps_watched, 6);
}

TEST(StepAllocates, NothingOnAnyNumberOfThreads) {
  for (const int threads : {1, 2}) expect_no_allocation(small_job(), threads);
}

TEST(StepAllocates, NothingWithMicroBatchesAndClipping) {
  Job job = small_job();
  job.train.micro_batch = 7;
  job.train.clip_norm = 0.1;
  expect_no_allocation(job, 1);
}

TEST(StepAllocates, NothingWithBinarization) {
  Job job = small_job();
  job.model.binarize = Binarize::dynamic;
  expect_no_allocation(job, 1);
}

TEST(StepAllocates, NothingWithALearnedVariance) {
  Job job = small_job();
  job.model.likelihood = Likelihood::gaussian;
  for (const Variance variance : {Variance::shared, Variance::per_dimension}) {
    job.model.variance = variance;
    expect_no_allocation(job, 1);
  }
}

TEST(StepAllocates, NothingForBytesOrStagedRows) {
  Job job = small_job();
  job.data = Dataset::from_bytes(std::vector<std::uint8_t>(70 * kColumns, 128), kColumns);
  expect_no_allocation(job, 1);
  const std::vector<double> values(70 * kColumns, 0.25);
  job.data = SampleFile("f8.npy", npy_header("<f8", "(70, 13)") + bytes_of(values)).open();
  expect_no_allocation(job, 1);
}

}  // namespace
}  // namespace cuvae::test
