// Rows that a device cannot read as they are stored train to the same bits as the same values in f32.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "data/sample_files.hpp"
#include "src/data/dataset_impl.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

constexpr std::int64_t kRows = 70;

struct Trained {
  std::vector<std::uint32_t> arenas;
  std::vector<std::string> history;
};

Trained train_on(const Dataset& data, std::int32_t micro_batch, Binarize binarize) {
  Job job = small_job();
  job.data = data;
  job.model.binarize = binarize;
  job.train.micro_batch = micro_batch;
  job.train.validation_fraction = 0.2;
  Trainer trainer = trainer_of(job);
  Trained trained{{}, describe(fit(trainer, job).history)};
  trained.arenas = arena_bits(trainer);
  return trained;
}

void expect_same_training(const std::string& npy, const std::vector<float>& values) {
  const SampleFile file("rows.npy", npy);
  const Dataset staged = file.open(), plain = Dataset::from_values(values, kColumns);
  ASSERT_EQ(staged.rows(), kRows);
  EXPECT_FALSE(staged.impl().contiguous()) << "these rows are read in place: the test tests nothing";
  EXPECT_TRUE(plain.impl().contiguous());
  for (const std::int32_t micro : {0, 7}) {
    const Binarize binarize = micro == 0 ? Binarize::none : Binarize::dynamic;
    const Trained ours = train_on(staged, micro, binarize), theirs = train_on(plain, micro, binarize);
    EXPECT_TRUE(ours.arenas == theirs.arenas);
    EXPECT_EQ(ours.history, theirs.history);
  }
  Vae vae(small_job().model, 1, Device::cpu(1));
  EXPECT_EQ(vae.evaluate(staged).mean.elbo, vae.evaluate(plain).mean.elbo);
}

std::vector<float> values() { return random_values(kRows * kColumns, 14); }

template <class T>
std::string reversed_bytes(const std::vector<T>& numbers) {
  std::string bytes = bytes_of(numbers);
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(T)) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + sizeof(T)));
  }
  return bytes;
}

TEST(StagedData, Doubles) {
  const std::vector<float> plain = values();
  const std::vector<double> doubles(plain.begin(), plain.end());
  expect_same_training(npy_header("<f8", "(70, 13)") + bytes_of(doubles), plain);
}

TEST(StagedData, BigEndian) {
  expect_same_training(npy_header(">f4", "(70, 13)") + reversed_bytes(values()), values());
}

TEST(StagedData, FortranOrder) {
  const std::vector<float> plain = values();
  std::vector<float> by_column;
  for (std::size_t col = 0; col < kColumns; ++col) {
    for (std::size_t row = 0; row < kRows; ++row) by_column.push_back(plain[row * kColumns + col]);
  }
  expect_same_training(
      npy_header("{'descr': '<f4', 'fortran_order': True, 'shape': (70, 13), }\n") + bytes_of(by_column),
      plain);
}

TEST(StagedData, BytesReadInPlaceAreTheirValues) {
  std::vector<std::uint8_t> pixels;
  std::vector<float> grey;
  for (const float value : values()) {
    pixels.push_back(static_cast<std::uint8_t>(value * 255));
    grey.push_back(static_cast<float>(pixels.back()) * (1.0f / 255.0f));
  }
  const Trained ours = train_on(Dataset::from_bytes(pixels, kColumns), 0, Binarize::none);
  const Trained theirs = train_on(Dataset::from_values(grey, kColumns), 0, Binarize::none);
  EXPECT_TRUE(ours.arenas == theirs.arenas);
  EXPECT_EQ(ours.history, theirs.history);
}

}  // namespace
}  // namespace cuvae::test
