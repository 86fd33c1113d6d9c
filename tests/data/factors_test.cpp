#include "src/data/factors.hpp"

#include <gtest/gtest.h>

#include <map>

#include "data/sample_files.hpp"
#include "src/data/builtin_shapes.hpp"

namespace cuvae::test {
namespace {

using Levels = std::vector<std::int32_t>;

TEST(Factors, AreReadFromIntegersOfEveryKind) {
  const SampleFile wide("f.npy",
                        npy_header("<i8", "(3, 2)") + bytes_of<std::int64_t>({5, -1, 0, 9, 16777216, 7}));
  const Factors factors = data::read_factors(wide.path());
  EXPECT_EQ(factors.names, (std::vector<std::string>{"factor 0", "factor 1"}));
  EXPECT_EQ(factors.levels, (Levels{5, -1, 0, 9, 16777216, 7}));
  const SampleFile bytes("f.npy", npy_header("|u1", "(4,)") + bytes_of<std::uint8_t>({3, 0, 255, 17}));
  EXPECT_EQ(data::read_factors(bytes.path()).levels, (Levels{3, 0, 255, 17}));
  const SampleFile bits("f.npy", npy_header("|b1", "(2, 1)") + bytes_of<std::uint8_t>({1, 0}));
  EXPECT_EQ(data::read_factors(bits.path()).levels, (Levels{1, 0}));
}

TEST(Factors, AreNoFractionsAndNotTooLarge) {
  const SampleFile floats("f.npy", npy_header("<f4", "(2, 1)") + bytes_of<float>({1, 2}));
  expect_error(Errc::data, {floats.path(), "f32", "integer"},
               [&] { (void)data::read_factors(floats.path()); });
  const SampleFile large("f.npy", npy_header("<i4", "(2, 1)") + bytes_of<std::int32_t>({1, 16777220}));
  expect_error(Errc::data, {large.path(), "2^24"}, [&] { (void)data::read_factors(large.path()); });
}

TEST(Factors, OfShapesAreTheirLevels) {
  const Dataset shapes = Dataset::builtin_shapes(2000, 3);
  const Factors factors = shapes.known_factors().value();
  EXPECT_EQ(factors.names, (std::vector<std::string>{"kind", "x", "y", "size", "angle"}));
  ASSERT_EQ(factors.levels.size(), 2000u * 5);
  std::map<std::size_t, std::map<std::int32_t, int>> seen;
  for (std::size_t row = 0; row < 2000; ++row) {
    const ShapeFactors f = shapes.factors(static_cast<std::int64_t>(row));
    const auto level = [&](std::size_t factor) { return factors.levels[row * 5 + factor]; };
    for (std::size_t factor = 0; factor < 5; ++factor) ++seen[factor][level(factor)];
    EXPECT_EQ(level(0), static_cast<int>(f.kind));
    EXPECT_EQ(level(1), static_cast<int>((f.x - 10) / 0.8f));
    EXPECT_EQ(level(2), static_cast<int>((f.y - 10) / 0.8f));
    EXPECT_EQ(level(3), static_cast<int>((f.size - 4) / 0.35f));
    const float turn = f.kind == ShapeFactors::Kind::triangle ? 2.0943951f : 3.1415927f;
    EXPECT_EQ(level(4), static_cast<int>(f.angle / turn * 10));
  }
  EXPECT_EQ(seen[0].size(), 3u);
  for (std::size_t factor = 1; factor < 5; ++factor) {
    EXPECT_EQ(seen[factor].size(), 10u);
    for (const auto& [level, count] : seen[factor]) EXPECT_NEAR(count, 200, 60) << factor << ", " << level;
  }
  EXPECT_EQ(Dataset::open("builtin:shapes:5").known_factors()->levels.size(), 25u);
}

TEST(Factors, OfOtherDataAreNotKnown) {
  EXPECT_FALSE(Dataset::from_values(std::vector<float>{1, 2}, 2).known_factors());
}

}  // namespace
}  // namespace cuvae::test
