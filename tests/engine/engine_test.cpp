// The CUDA engine's loops and kernels train the same models as the CPU, on the host: what is stored how,
// which epilogue replaces which kernel, launches of several steps, rows that are handed out.
#include <gtest/gtest.h>

#include "data/sample_files.hpp"
#include "engine/simt_exec.hpp"
#include "src/backend/backend_on.hpp"
#include "src/train/trainer_impl.hpp"
#include "train/kinds_of_jobs.hpp"

namespace cuvae::test {
namespace {

const std::set<Epilogue> kEveryEpilogue{Epilogue::bias,          Epilogue::bias_relu,
                                        Epilogue::bias_gelu,     Epilogue::relu_backward,
                                        Epilogue::gelu_backward, Epilogue::bias_gradient};

Trainer simt_trainer(const Job& job, const SimtOptions& options = {}) {
  return Trainer(
      Trainer::Impl::on(std::make_unique<BackendOn<SimtExec>>(SimtExec(options)), job.model, job.train));
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
  for (const auto& [name, job] : jobs) {
    Trainer reference = trainer_of(job);
    const std::vector<EpochMetrics> expected = fit(reference, job).history;
    for (const ops::Element products : {ops::Element::f32, ops::Element::bf16}) {
      for (const auto& offers : {std::set<Epilogue>{}, kEveryEpilogue}) {
        SCOPED_TRACE(name + (products == ops::Element::f32 ? ", f32" : ", bf16") +
                     (offers.empty() ? ", plain products" : ", every epilogue"));
        Trainer trainer = simt_trainer(job, {.products = products, .offers = offers});
        expect_near(fit(trainer, job).history, expected, products == ops::Element::f32 ? kRounding : kNarrow);
      }
    }
  }
}

TEST(Engine, TrainsAsTheCpuWithEveryActivation) { expect_as_on_the_cpu(with_every_activation(short_job())); }
TEST(Engine, TrainsAsTheCpuWithEveryLikelihood) { expect_as_on_the_cpu(with_every_likelihood(short_job())); }
TEST(Engine, TrainsAsTheCpuWithEveryOptimizer) { expect_as_on_the_cpu(with_every_optimizer(short_job())); }
TEST(Engine, TrainsAsTheCpuForEveryWidth) { expect_as_on_the_cpu(with_every_width(short_job())); }

// Bytes, floats, and what has to be handed out, where nothing fits and where it does: the same rows and
// noise.
TEST(Engine, ReadsTheSameRowsHoweverTheyCome) {
  Job job = short_job();
  job.model.binarize = Binarize::dynamic;
  std::vector<std::uint8_t> bytes(70 * kColumns);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 37);
  std::vector<float> floats;
  for (const std::uint8_t byte : bytes) floats.push_back(static_cast<float>(byte) * (1.0f / 255));
  job.data = Dataset::from_bytes(bytes, kColumns);
  Trainer reference = simt_trainer(job);
  const auto expected = describe(fit(reference, job).history);
  for (const std::int64_t available : {std::int64_t{0}, std::int64_t{1} << 40}) {
    for (const Dataset& data :
         {Dataset::from_bytes(bytes, kColumns), Dataset::from_values(floats, kColumns)}) {
      job.data = data;
      auto backend = std::make_unique<BackendOn<SimtExec>>(SimtExec({.available_memory = available}));
      Trainer trainer(std::make_unique<Trainer::Impl>(job.model, job.train, std::move(backend)));
      EXPECT_EQ(describe(fit(trainer, job).history), expected) << available;
    }
  }
}

TEST(Engine, GivesTheSameBitsForAnyLaunchAndTwice) {
  const Job job = short_job();
  std::vector<std::uint32_t> first;
  for (const std::int64_t many : {1, 2, 16, 16}) {
    Trainer trainer = simt_trainer(job, {.steps_per_launch = many});
    fit(trainer, job);
    if (first.empty()) first = arena_bits(trainer);
    EXPECT_EQ(arena_bits(trainer), first) << many;
  }
}

TEST(Engine, ResumesABf16RunToTheSameBits) {
  Job job = short_job();
  const SimtOptions options{.products = ops::Element::bf16, .offers = kEveryEpilogue, .steps_per_launch = 1};
  Trainer whole = simt_trainer(job, options);
  fit(whole, job);
  const TempDir folder;
  Trainer stopped = simt_trainer(job, options);
  fit(stopped, job, [](const Progress& p) { return p.step == 3 ? Control::stop : Control::proceed; });
  stopped.save_state(folder.path / "state.safetensors");
  Trainer resumed = simt_trainer(job, options);
  resumed.load_state(folder.path / "state.safetensors");
  fit(resumed, job);
  EXPECT_EQ(arena_bits(resumed), arena_bits(whole));
}

}  // namespace
}  // namespace cuvae::test
