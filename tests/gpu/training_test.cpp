// The same jobs on the GPU and on the CPU: the same seed gives the same curve.
#include <gtest/gtest.h>

#include <thread>

#include "cuvae/error.hpp"
#include "data/sample_files.hpp"
#include "src/train/trainer_impl.hpp"
#include "support/gpu.hpp"
#include "train/kinds_of_jobs.hpp"

namespace cuvae::test {
namespace {

using TrainingOnGpu = OnGpu;

Trainer gpu_trainer(const Job& job) { return Trainer(job.model, job.train, Device::cuda()); }

// 200 steps of 20 rows.
Job long_job() {
  Job job = small_job();
  job.train.epochs = 50;
  return job;
}

// Nats per row by which epochs may differ. fp32: sums and products in another order and functions to 2^-18,
// amplified by 200 steps. tf32 and bf16: operands of 10 and 7 bits.
double tolerance_of(Precision precision) {
  return precision == Precision::fp32 ? 5e-3 : precision == Precision::tf32 ? 0.03 : 0.15;
}

void expect_as_on_the_cpu(const std::vector<NamedJob>& jobs) {
  for (auto [name, job] : jobs) {
    Trainer reference = trainer_of(job);
    const std::vector<EpochMetrics> expected = fit(reference, job).history;
    for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
      if (!takes(job, precision)) continue;
      SCOPED_TRACE(name + ", " + std::string(to_string(precision)));
      job.train.precision = precision;
      Trainer trainer = gpu_trainer(job);
      expect_near(fit(trainer, job).history, expected, tolerance_of(precision));
    }
  }
}

TEST_F(TrainingOnGpu, IsThatOfTheCpuFor200Steps) { expect_as_on_the_cpu({{"200 steps", long_job()}}); }
TEST_F(TrainingOnGpu, IsThatOfTheCpuWithEveryActivation) {
  expect_as_on_the_cpu(with_every_activation(small_job()));
}
TEST_F(TrainingOnGpu, IsThatOfTheCpuWithEveryLikelihood) {
  expect_as_on_the_cpu(with_every_likelihood(small_job()));
}
TEST_F(TrainingOnGpu, IsThatOfTheCpuWithEveryOptimizer) {
  expect_as_on_the_cpu(with_every_optimizer(small_job()));
}
TEST_F(TrainingOnGpu, IsThatOfTheCpuWithEveryObjective) {
  expect_as_on_the_cpu(with_every_objective(small_job()));
}
TEST_F(TrainingOnGpu, IsThatOfTheCpuWithEveryPrior) { expect_as_on_the_cpu(with_every_prior(small_job())); }
TEST_F(TrainingOnGpu, IsThatOfTheCpuWithLabels) { expect_as_on_the_cpu(with_every_label(small_job())); }
TEST_F(TrainingOnGpu, IsThatOfTheCpuForEveryWidth) { expect_as_on_the_cpu(with_every_width(small_job())); }

TEST_F(TrainingOnGpu, GivesTheSameBitsTwiceAndInAnyLaunch) {
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    Job job = long_job();
    job.train.precision = precision;
    std::vector<std::uint32_t> first;
    for (const std::int64_t many : {16, 16, 1, 3}) {
      Trainer trainer = gpu_trainer(job);
      trainer.impl().steps_per_launch = many;
      fit(trainer, job);
      if (first.empty()) first = arena_bits(trainer);
      EXPECT_EQ(arena_bits(trainer), first) << many << ", " << to_string(precision);
    }
  }
}

// What Trainer::step queues is not a graph; a step of fit is. The same rows with the same noise, in another
// order.
TEST_F(TrainingOnGpu, IsTheSameWithAndWithoutAGraph) {
  Job job = small_job();
  job.data = random_rows(20, 5);
  job.train.epochs = 1;
  job.train.optimizer = Optimizer::sgd;
  Trainer as_graph = gpu_trainer(job), queued = gpu_trainer(job);
  const Elbo of_graph = fit(as_graph, job).history.back().train;
  std::vector<float> rows;
  for (std::int64_t row = 0; row < 20; ++row) {
    const std::vector<float> values = row_of(job.data, row);
    rows.insert(rows.end(), values.begin(), values.end());
  }
  EXPECT_NEAR(queued.step(rows).elbo, of_graph.elbo, 1e-5);
  const auto a = as_graph.model().parameters(), b = queued.model().parameters();
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < a[i].values.size(); ++k) EXPECT_NEAR(a[i].values[k], b[i].values[k], 1e-6f);
  }
}

TEST_F(TrainingOnGpu, ResumesAtAnyStepToTheSameBits) {
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    for (const std::int64_t at : {1, 6, 13}) {
      SCOPED_TRACE(std::string(to_string(precision)) + ", " + std::to_string(at));
      Job job = small_job();
      job.train.epochs = 5;
      job.train.precision = precision;
      Trainer whole = gpu_trainer(job);
      fit(whole, job);
      const TempDir folder;
      const std::string state = folder.path / "state.safetensors";
      Job beginning = job;
      beginning.train.max_steps = at;
      Trainer stopped = gpu_trainer(beginning);
      fit(stopped, beginning);
      stopped.save_state(state);
      Trainer resumed = gpu_trainer(job);
      resumed.load_state(state);
      fit(resumed, job);
      EXPECT_EQ(arena_bits(resumed), arena_bits(whole));
    }
  }
}

// f8 rows are handed out by the host, f4 rows lie on the device.
TEST_F(TrainingOnGpu, StreamsRowsAsItGathersThem) {
  Job job = small_job();
  const std::vector<float> values = random_values(70 * kColumns, 1);
  const std::vector<double> wide(values.begin(), values.end());
  job.data = Dataset::from_values(values, kColumns);
  Trainer gathered = gpu_trainer(job), streamed = gpu_trainer(job);
  fit(gathered, job);
  const SampleFile file("wide.npy", npy_header("<f8", "(70, 13)") + bytes_of(wide));
  job.data = file.open();
  fit(streamed, job);
  EXPECT_EQ(arena_bits(streamed), arena_bits(gathered));
}

TEST_F(TrainingOnGpu, GivesUpAfterThreeUpdatesWithTheWeightsOfBefore) {
  Job job = long_job();
  job.model.likelihood = Likelihood::gaussian;
  job.data = Dataset::from_values(std::vector<float>(70 * kColumns, 1e30f), kColumns);
  Trainer trainer = gpu_trainer(job);
  const auto before = arena_bits(trainer);
  expect_error(Errc::numerics, {"3 updates in a row"}, [&] { fit(trainer, job); });
  EXPECT_EQ(arena_bits(trainer), before);
  EXPECT_EQ(trainer.steps_done(), 3);
}

TEST_F(TrainingOnGpu, OfTwoTrainersInTwoThreadsIsThatOfEachAlone) {
  const Job job = long_job();
  Trainer alone = gpu_trainer(job), first = gpu_trainer(job), second = gpu_trainer(job);
  fit(alone, job);
  std::thread other([&] { fit(second, job); });
  fit(first, job);
  other.join();
  EXPECT_EQ(arena_bits(first), arena_bits(alone));
  EXPECT_EQ(arena_bits(second), arena_bits(alone));
}

TEST_F(TrainingOnGpu, GivesAModelThatEncodesAsOnTheCpu) {
  const Job job = small_job();
  Trainer trainer = gpu_trainer(job);
  fit(trainer, job);
  const TempDir folder;
  const std::string path = folder.path / "model.safetensors";
  trainer.save_model(path);
  Vae on_gpu = Vae::load(path, Device::cuda()), on_cpu = Vae::load(path, Device::cpu(1));
  const std::vector<float> rows = random_values(300 * kColumns, 4);
  const Latents a = on_gpu.encode(rows), b = on_cpu.encode(rows);
  for (std::size_t i = 0; i < a.mean.size(); ++i) EXPECT_NEAR(a.mean[i], b.mean[i], 1e-4f);
  const Latents few = on_gpu.encode({rows.data(), 7 * kColumns});
  const std::vector<float> beginning(a.mean.begin(),
                                     a.mean.begin() + static_cast<std::ptrdiff_t>(few.mean.size()));
  EXPECT_EQ(bits(few.mean), bits(beginning)) << "a row's bits do not depend on how many there are";
  EXPECT_NEAR(on_gpu.evaluate(job.data).mean.elbo, on_cpu.evaluate(job.data).mean.elbo, 1e-3);
}

}  // namespace
}  // namespace cuvae::test
