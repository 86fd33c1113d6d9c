#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "data/sample_files.hpp"
#include "src/train/trainer_impl.hpp"
#include "train/allocation_watch.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

std::int64_t bytes_for(const Plan& plan, const std::string& what) {
  for (const MemoryItem& item : plan.memory) {
    if (item.what.starts_with(what)) return item.bytes;
  }
  ADD_FAILURE() << "no line '" << what << "'";
  return -1;
}

// The backend rounds up to 256 bytes.
std::int64_t rounded(std::int64_t bytes) { return (bytes + 255) / 256 * 256; }

std::int64_t count_of(const std::vector<std::int64_t>& sizes, std::int64_t bytes) {
  return std::count(sizes.begin(), sizes.end(), rounded(bytes));
}

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

Job wide_job() {  // so that every line of the table has another size
  Job job = small_job();
  job.data = Dataset::builtin_shapes(300);
  job.model.data_dim = 784;
  job.model.encoder_hidden = {40};
  job.train.batch = 30;
  job.train.epochs = 1;
  return job;
}

TEST(Plan, MemoryIsWhatIsAllocated) {
  for (const std::int32_t micro : {0, 8}) {
    Job job = wide_job();
    job.train.micro_batch = micro;
    const Plan plan = Trainer::plan(job.model, job.train, job.data);
    const std::int64_t arena = bytes_for(plan, "parameters");
    EXPECT_EQ(bytes_for(plan, "gradients"), arena);
    EXPECT_EQ(bytes_for(plan, "optimizer moments"), 2 * arena);
    EXPECT_EQ(bytes_for(plan, "data"), static_cast<std::int64_t>(job.data.bytes()));

    const AlignedAllocations watch;
    Trainer trainer = trainer_of(job);
    const std::vector<std::int64_t> built = watch.sizes();
    EXPECT_EQ(count_of(built, arena), 4);
    EXPECT_EQ(count_of(built, bytes_for(plan, "activations, training")), 1);
    EXPECT_LT(sum(built) - 4 * arena - bytes_for(plan, "activations, training"), 4096)
        << "something is not in the plan";

    trainer.fit(job.data);
    const std::vector<std::int64_t> all = watch.sizes();
    EXPECT_EQ(count_of(all, bytes_for(plan, "activations, evaluation")), 1);
    EXPECT_GE(count_of(all, bytes_for(plan, "step table")), 1);
    const std::int64_t planned =
        bytes_for(plan, "activations, evaluation") + rounded(bytes_for(plan, "step table"));
    EXPECT_LT(sum(all) - sum(built) - planned, 4096) << "something is not in the plan";
  }
}

TEST(Plan, StepsAreThoseOfTheRun) {
  Job job = small_job();
  for (const double fraction : {0.0, 0.3}) {
    job.train.validation_fraction = fraction;
    const Plan plan = Trainer::plan(job.model, job.train, job.data);
    Trainer trainer = trainer_of(job);
    std::int64_t per_epoch = 0, total = 0;
    trainer.fit(job.data, [&](const Progress& progress) {
      per_epoch = progress.steps_per_epoch, total = progress.total_steps;
      return Control::proceed;
    });
    EXPECT_EQ(plan.steps_per_epoch, per_epoch) << "validation_fraction " << fraction;
    EXPECT_EQ(plan.total_steps, total) << "validation_fraction " << fraction;
    EXPECT_EQ(plan.parameters, trainer.model().parameter_count());
  }
}

TEST(Plan, RefusesWhatFitWould) {
  Job job = small_job();
  const auto refused = [&](const Dataset& data, const char* fragment) {
    expect_error(Errc::data, {fragment},
                 [&] { static_cast<void>(Trainer::plan(job.model, job.train, data)); });
  };
  refused(Dataset::from_values(random_values(70, 1), 14), "14");
  refused(Dataset::from_values(random_values(7 * kColumns, 1, 0.0f, 2.0f), kColumns), "row");
  expect_error(Errc::data, {"14"}, [&] {
    const Dataset wide = Dataset::from_values(random_values(70, 1), 14);
    static_cast<void>(Trainer::plan(job.model, job.train, job.data, wide));
  });
  job.train.validation_fraction = 0.9;
  refused(random_rows(1, 1), "validation");
  expect_error(Errc::invalid_argument, {"validation_fraction"},
               [&] { static_cast<void>(Trainer::plan(job.model, job.train, job.data, job.data)); });
}

TEST(Plan, PhasesAreThoseOfTheStep) {
  Job job = small_job();
  job.model.likelihood = Likelihood::gaussian;
  job.model.variance = Variance::shared;
  Trainer trainer = trainer_of(job);
  const Trainer::Impl& run = trainer.impl();
  const Plan plan = Trainer::plan(job.model, job.train, job.data);
  ASSERT_EQ(plan.phases.size(), 1 + run.forward.size() + run.first_backward.size() + 2);
  for (std::size_t i = 0; i < run.forward.size(); ++i) EXPECT_EQ(plan.phases[1 + i], run.forward[i].name);
  for (std::size_t i = 0; i < run.first_backward.size(); ++i) {
    EXPECT_EQ(plan.phases[1 + run.forward.size() + i], run.first_backward[i].name);
  }
}

}  // namespace
}  // namespace cuvae::test
