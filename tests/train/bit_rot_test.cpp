// A byte of a checkpoint that is another than it was is always seen: each of the header, and many of the
// values.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "cuvae/error.hpp"
#include "src/io/safetensors_header.hpp"
#include "src/train/checkpoint.hpp"
#include "support/test_data.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

constexpr int kPayloadFlips = 2000;

class BitRot : public testing::Test {
 protected:
  BitRot() {
    const Job job = small_job();
    Trainer trainer = trainer_of(job);
    fit(trainer, job);
    trainer.save_model(model_);
    trainer.save_state(state_);
  }

  // Flips bytes in the file, one at a time, and counts those that `read` takes.
  template <class Read>
  void expect_all_seen(const std::string& path, const Read& read) {
    const std::string whole = read_file(path);
    const std::size_t header = io::read_header(std::as_bytes(std::span(whole)), path).data_offset;
    ASSERT_NO_THROW(read(path));
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const auto put = [&](std::size_t at, char byte) {
      file.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
      ASSERT_TRUE(file);
    };
    const auto flip = [&](std::size_t at) {
      const int change = std::uniform_int_distribution(1, 255)(random_);
      put(at, static_cast<char>(whole[at] ^ change));
      try {
        read(path);
        ADD_FAILURE() << path << " is taken with byte " << at << " xor " << change;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::data) << error.what();
        EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
      }
      put(at, whole[at]);
    };
    for (std::size_t at = 0; at < header; ++at) flip(at);
    std::uniform_int_distribution<std::size_t> places(header, whole.size() - 1);
    for (int i = 0; i < kPayloadFlips; ++i) flip(places(random_));
    EXPECT_TRUE(read_file(path) == whole);
    ASSERT_NO_THROW(read(path));
  }

  TempDir folder_;
  std::string model_ = folder_.path / "model.safetensors", state_ = folder_.path / "state.safetensors";
  std::mt19937 random_{20'000};
};

TEST_F(BitRot, OfAModelIsSeen) {
  expect_all_seen(model_, [](const std::string& path) { static_cast<void>(train::read_model(path)); });
}

TEST_F(BitRot, OfAStateIsSeen) {
  expect_all_seen(state_, [](const std::string& path) { static_cast<void>(train::read_state(path)); });
}

}  // namespace
}  // namespace cuvae::test
