// What is kept of fuzzing, through the same doors: every build reads it once.
#include <gtest/gtest.h>

#include <filesystem>

#include "fuzz/targets.hpp"
#include "support/test_data.hpp"

namespace cuvae::fuzz {
namespace {

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, IsTakenOrRefused) {
  std::size_t good = 0, bad = 0;
  const std::filesystem::path folder = std::filesystem::path(CUVAE_FUZZ_CORPUS) / GetParam().name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().string());
    const std::string bytes = test::read_file(entry.path()), name = entry.path().filename().string();
    Outcome outcome{};
    ASSERT_NO_THROW(outcome = try_bytes(GetParam(), std::as_bytes(std::span(bytes))));
    const bool is_good = name.starts_with("good-"), is_bad = name.starts_with("bad-");
    good += is_good;
    bad += is_bad;
    EXPECT_FALSE(is_good && outcome == Outcome::refused) << "it is refused";
    EXPECT_FALSE(is_bad && outcome == Outcome::taken) << "it is taken";
  }
  EXPECT_GT(good, 0u);
  EXPECT_GT(bad, 0u);
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace cuvae::fuzz
