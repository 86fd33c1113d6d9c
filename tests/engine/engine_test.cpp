// The CUDA engine trains the same models as the CPU: what is stored how, which epilogue replaces which
// kernel, launches of several steps, rows that are handed out; in whatever order the device does what it is
// asked for.
#include <gtest/gtest.h>

#include "cuvae/error.hpp"
#include "data/sample_files.hpp"
#include "engine/host_gpu/gpu.hpp"
#include "src/train/trainer_impl.hpp"
#include "train/kinds_of_jobs.hpp"

namespace cuvae::test {
namespace {

using host_gpu::kEveryEpilogue;
using host_gpu::set_up;

class Engine : public testing::Test {
 protected:
  void TearDown() override { set_up({}); }
};

// Enough for small jobs, but not to keep data on the device.
constexpr std::size_t kLittle = std::size_t{320} << 20;

Trainer gpu_trainer(const Job& job, int device = 0) {
  return Trainer(job.model, job.train, Device::cuda(device));
}

Job short_job() {
  Job job = small_job();
  job.train.epochs = 1;
  return job;
}

// Nats per row by which the epochs of two runs may differ: products and sums in another order, amplified by
// four steps of training; or operands rounded to 8 bits.
constexpr double kRounding = 2e-4, kNarrow = 0.08;

// On the engine as on the CPU, with and without every epilogue, in both forms.
void expect_as_on_the_cpu(const std::vector<NamedJob>& jobs) {
  for (auto [name, job] : jobs) {
    Trainer reference = trainer_of(job);
    const std::vector<EpochMetrics> expected = fit(reference, job).history;
    for (const Precision precision : {Precision::fp32, Precision::bf16}) {
      if (!takes(job, precision)) continue;
      for (const auto& offered : {std::set<cublasLtEpilogue_t>{}, kEveryEpilogue}) {
        SCOPED_TRACE(name + ", " + std::string(to_string(precision)) +
                     (offered.empty() ? ", plain products" : ", every epilogue"));
        set_up({.offered = offered});
        job.train.precision = precision;
        Trainer trainer = gpu_trainer(job);
        expect_near(fit(trainer, job).history, expected, precision == Precision::fp32 ? kRounding : kNarrow);
      }
    }
  }
}

TEST_F(Engine, TrainsAsTheCpuWithEveryActivation) {
  expect_as_on_the_cpu(with_every_activation(short_job()));
}
TEST_F(Engine, TrainsAsTheCpuWithEveryLikelihood) {
  expect_as_on_the_cpu(with_every_likelihood(short_job()));
}
TEST_F(Engine, TrainsAsTheCpuWithEveryOptimizer) { expect_as_on_the_cpu(with_every_optimizer(short_job())); }
TEST_F(Engine, TrainsAsTheCpuWithEveryObjective) { expect_as_on_the_cpu(with_every_objective(short_job())); }
TEST_F(Engine, TrainsAsTheCpuWithEveryPrior) { expect_as_on_the_cpu(with_every_prior(short_job())); }
TEST_F(Engine, TrainsAsTheCpuWithLabels) { expect_as_on_the_cpu(with_every_label(short_job())); }
TEST_F(Engine, TrainsAsTheCpuForEveryWidth) { expect_as_on_the_cpu(with_every_width(short_job())); }

TEST_F(Engine, SamplesAsTheCpuFromEveryPrior) {
  for (const auto& [name, model] : with_every_other_prior(small_job().model)) {
    SCOPED_TRACE(name);
    const std::vector<float> expected = Vae(model, 3, Device::cpu(1)).sample(70, 8),
                             samples = Vae(model, 3, Device::cuda(0)).sample(70, 8);
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(samples[i], expected[i], 1e-5) << i;
  }
}

// Bytes, floats, and what has to be handed out, where nothing fits and where it does: the same rows and
// noise.
TEST_F(Engine, ReadsTheSameRowsHoweverTheyCome) {
  Job job = short_job();
  job.model.binarize = Binarize::dynamic;
  std::vector<std::uint8_t> bytes(70 * kColumns);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 37);
  std::vector<float> floats;
  for (const std::uint8_t byte : bytes) floats.push_back(static_cast<float>(byte) * (1.0f / 255));
  job.model = with_numbers(job).model;
  const auto with_labels = [](const Dataset& data) { return data.with_labels(random_values(140, 9), 2); };
  job.data = with_labels(Dataset::from_bytes(bytes, kColumns));
  Trainer reference = gpu_trainer(job);
  const auto expected = describe(fit(reference, job).history);
  for (const Dataset& data : {Dataset::from_bytes(bytes, kColumns), Dataset::from_values(floats, kColumns)}) {
    job.data = with_labels(data);
    set_up({});
    Trainer resident = gpu_trainer(job);
    EXPECT_EQ(describe(fit(resident, job).history), expected);
    Trainer streamed = gpu_trainer(job);
    set_up({.memory = kLittle});
    EXPECT_EQ(describe(fit(streamed, job).history), expected);
  }
}

// The same bits in any order that is allowed; with micro-batches, a validation set, and rows that are
// streamed.
TEST_F(Engine, GivesTheSameBitsInAnyOrder) {
  Job job = short_job();
  job.train.micro_batch = 7;
  job.validation = random_rows(30, 3);
  for (const bool resident : {true, false}) {
    std::vector<std::uint32_t> first;
    std::vector<std::string> metrics;
    for (std::uint32_t order = 1; order <= 12; ++order) {
      SCOPED_TRACE(order);
      set_up({.order = order});
      Trainer trainer = gpu_trainer(job);
      if (!resident) set_up({.order = order, .memory = kLittle});
      const FitResult result = fit(trainer, job);
      if (first.empty()) first = arena_bits(trainer), metrics = describe(result.history);
      EXPECT_EQ(arena_bits(trainer), first);
      EXPECT_EQ(describe(result.history), metrics);
    }
  }
}

TEST_F(Engine, GivesTheSameBitsForAnyLaunchAndTwice) {
  const Job job = short_job();
  std::vector<std::uint32_t> first;
  for (const std::int64_t many : {1, 2, 16, 16}) {
    Trainer trainer = gpu_trainer(job);
    trainer.impl().steps_per_launch = many;
    fit(trainer, job);
    if (first.empty()) first = arena_bits(trainer);
    EXPECT_EQ(arena_bits(trainer), first) << many;
  }
}

TEST_F(Engine, ResumesABf16RunToTheSameBits) {
  Job job = short_job();
  job.train.precision = Precision::bf16;
  Trainer whole = gpu_trainer(job);
  fit(whole, job);
  const TempDir folder;
  Trainer stopped = gpu_trainer(job);
  stopped.impl().steps_per_launch = 1;
  fit(stopped, job, [](const Progress& p) { return p.step == 3 ? Control::stop : Control::proceed; });
  stopped.save_state(folder.path / "state.safetensors");
  Trainer resumed = gpu_trainer(job);
  resumed.load_state(folder.path / "state.safetensors");
  fit(resumed, job);
  EXPECT_EQ(arena_bits(resumed), arena_bits(whole));
}

// Of two devices the one that was asked for, whichever is the thread's; which stays that.
TEST_F(Engine, WorksOnAnyDevice) {
  const Job job = short_job();
  Trainer first = gpu_trainer(job), second = gpu_trainer(job, 1);
  fit(first, job);
  fit(second, job);
  EXPECT_EQ(arena_bits(second), arena_bits(first));
  int current = -1;
  ASSERT_EQ(cudaGetDevice(&current), cudaSuccess);
  EXPECT_EQ(current, 0);
  expect_error(Errc::device, {"cuda:2", "2 GPUs"}, [&] { static_cast<void>(gpu_trainer(job, 2)); });
}

TEST_F(Engine, RefusesADeviceThatIsTooOld) {
  set_up({.capability = 7});
  expect_error(Errc::device, {"cuda:0", "compute capability 7.0", "8.0 or later"},
               [] { static_cast<void>(gpu_trainer(short_job())); });
  EXPECT_FALSE(list_devices().front().available);
}

TEST_F(Engine, TrainsWhereKernelsMayNotOverlap) {
  const Job job = short_job();
  Trainer overlapping = gpu_trainer(job);
  fit(overlapping, job);
  set_up({.capability = 8});
  Trainer one_by_one = gpu_trainer(job);
  fit(one_by_one, job);
  EXPECT_EQ(arena_bits(one_by_one), arena_bits(overlapping));
}

std::size_t memory_in_use() {
  std::size_t available = 0, all = 0;
  EXPECT_EQ(cudaMemGetInfo(&available, &all), cudaSuccess);
  return all - available;
}

// While it runs. A few vectors come on top of the plan.
TEST_F(Engine, NeedsTheMemoryThatIsPlanned) {
  Job job = short_job();
  job.train.batch = 200;
  job.model.encoder_hidden = {300, 200};
  job.model.activation = Activation::relu;
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    set_up({});
    job.train.precision = precision;
    std::int64_t planned = 0;
    for (const MemoryItem& item : Trainer::plan(job.model, job.train, job.data, Device::Kind::cuda).memory)
      planned += item.what == "scratch of matrix products" ? 0 : item.bytes;
    const std::size_t before = memory_in_use();
    Trainer trainer = gpu_trainer(job);
    fit(trainer, job, [&](const Progress&) {
      const auto used = static_cast<std::int64_t>(memory_in_use() - before) - (std::int64_t{64} << 20);
      EXPECT_NEAR(static_cast<double>(used), static_cast<double>(planned),
                  0.02 * static_cast<double>(planned));
      return Control::proceed;
    });
  }
}

TEST_F(Engine, SaysWhatFitsWhereMemoryDoesNotSuffice) {
  Job job = short_job();
  job.train.batch = 1 << 20;
  set_up({.memory = kLittle});
  expect_error(Errc::out_of_memory,
               {"out of memory on cuda:0", "The largest parts: activations", "The largest batch that fits"},
               [&] { static_cast<void>(gpu_trainer(job)); });
}

}  // namespace
}  // namespace cuvae::test
