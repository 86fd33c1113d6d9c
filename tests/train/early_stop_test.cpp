#include <gtest/gtest.h>

#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

// Nothing is learned, so no epoch after the first is better.
Job frozen_job() {
  Job job = small_job();
  freeze(job);
  job.train.epochs = 20;
  job.train.patience = 2;
  job.validation = random_rows(20, 4);
  return job;
}

TEST(EarlyStop, ComesAfterSoManyEpochsWithoutABetterOne) {
  const Job job = frozen_job();
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  EXPECT_EQ(result.reason, StopReason::early_stop);
  ASSERT_EQ(result.history.size(), 3u);
  EXPECT_TRUE(result.history[0].best);
  EXPECT_FALSE(result.history[1].best);
  const std::string best = std::to_string(result.history[0].validation->elbo).substr(0, 5);
  for (const std::string& part : {best, std::string("epoch 1"), std::string("2 epochs")}) {
    EXPECT_NE(result.explanation.find(part), std::string::npos) << part << " in " << result.explanation;
  }
}

TEST(EarlyStop, WaitsForTheKlWeightToRise) {
  Job job = frozen_job();
  job.train.kl_warmup = 4;
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  EXPECT_EQ(result.reason, StopReason::early_stop);
  EXPECT_EQ(result.history.size(), 6u) << "epochs 5 and 6 are the first without excuse";
}

TEST(EarlyStop, WaitsForTheKlWeightInEveryCycle) {
  Job job = frozen_job();
  job.train.kl_warmup = 4;
  job.train.kl_cycles = 4;  // of 5 epochs: one of them without excuse
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  EXPECT_EQ(result.reason, StopReason::early_stop);
  EXPECT_EQ(result.history.size(), 10u) << "epochs 5 and 10";
}

TEST(EarlyStop, NeedsPatienceAndValidation) {
  Job job = frozen_job();
  job.train.patience = 0;
  Trainer without_patience = trainer_of(job);
  EXPECT_EQ(fit(without_patience, job).reason, StopReason::epochs_done);
  job.train.patience = 2;
  job.validation.reset();
  Trainer without_validation = trainer_of(job);
  const FitResult result = fit(without_validation, job);
  EXPECT_EQ(result.reason, StopReason::epochs_done);
  EXPECT_EQ(result.history.size(), 20u);
  EXPECT_FALSE(result.history[0].best);
}

TEST(EarlyStop, ABetterEpochRenewsThePatience) {
  Job job = frozen_job();
  job.train.optimizer = Optimizer::adam;
  job.train.learning_rate = 0.01;
  job.validation = job.data;
  Trainer trainer = trainer_of(job);
  const FitResult result = fit(trainer, job);
  EXPECT_GT(result.history.size(), 5u) << "it learns";
  double best = -1e300;
  for (const EpochMetrics& metrics : result.history) {
    EXPECT_EQ(metrics.best, metrics.validation->elbo > best);
    best = std::max(best, metrics.validation->elbo);
  }
}

}  // namespace
}  // namespace cuvae::test
