#include "src/data/row_converter.hpp"

#include <bit>
#include <cmath>

#include "data/sample_files.hpp"

namespace cuvae::test {
namespace {

using data::ElementType;
using data::Values;

data::Header header_of(ElementType type, std::int64_t columns,
                       data::ByteOrder order = data::ByteOrder::native) {
  return {.type = type, .order = order, .shape = {1000, columns}};
}

template <class Out, class In>
std::vector<Out> converted(const data::Header& header, Values to, float scale, std::vector<In> values,
                           std::int64_t first_row = 0) {
  data::RowConverter converter(header, to, scale, "x.npy");
  const std::span<const std::byte> bytes =
      converter.convert(std::as_writable_bytes(std::span(values)), first_row);
  const auto* const begin = reinterpret_cast<const Out*>(bytes.data());
  return {begin, begin + bytes.size() / sizeof(Out)};
}

TEST(RowConverter, StoredValuesAreInThisMachinesOrder) {
  const std::vector<std::uint32_t> values{1, 0x01020304};
  EXPECT_EQ(converted<std::uint32_t>(header_of(ElementType::u32, 2), Values::stored, 1, values), values);
  EXPECT_EQ(converted<std::uint32_t>(header_of(ElementType::u32, 2, data::ByteOrder::swapped), Values::stored,
                                     1, values),
            (std::vector<std::uint32_t>{0x01000000, 0x04030201}));
}

TEST(RowConverter, FloatsAreScaled) {
  EXPECT_EQ(converted<float>(header_of(ElementType::i16, 3), Values::f32, 0.5f,
                             std::vector<std::int16_t>{-2, 0, 5}),
            (std::vector<float>{-1, 0, 2.5f}));
}

TEST(RowConverter, WhatIsFiniteStaysSo) {
  const auto refused = [](const data::Header& header, float scale, auto values) {
    expect_error(Errc::data, {"x.npy", "row 5, column 1 (from 0) is beyond float32", "--scale"},
                 [&] { static_cast<void>(converted<float>(header, Values::f32, scale, values, 5)); });
  };
  constexpr double kInfinity = HUGE_VAL;
  refused(header_of(ElementType::f64, 2), 1, std::vector<double>{-kInfinity, 1e39});
  refused(header_of(ElementType::f32, 2), 100, std::vector<float>{1, -1e38f});
  refused(header_of(ElementType::f64, 2, data::ByteOrder::swapped), 1,
          std::vector<std::uint64_t>{0, __builtin_bswap64(std::bit_cast<std::uint64_t>(1e300))});
  EXPECT_EQ(
      converted<float>(header_of(ElementType::f64, 2), Values::f32, 1, std::vector<double>{kInfinity, 1}),
      (std::vector<float>{HUGE_VALF, 1}));
}

TEST(RowConverter, BytesAreRoundedAndHeldToTheirRange) {
  const auto header = header_of(ElementType::f32, 2);
  EXPECT_EQ(converted<std::uint8_t>(header, Values::u8, 1, std::vector<float>{0, 1.4f, 1.5f, 255}),
            (std::vector<std::uint8_t>{0, 1, 2, 255}));
  for (const float bad : {-0.01f, 255.5f, std::nanf(""), HUGE_VALF}) {
    expect_error(Errc::data, {"x.npy", "row 11, column 1", "uint8", "--scale"}, [&] {
      static_cast<void>(converted<std::uint8_t>(header, Values::u8, 1, std::vector<float>{0, 1, 2, bad}, 10));
    });
  }
}

TEST(RowConverter, ShadesOfRealNumbersAreFromZeroToOne) {
  EXPECT_EQ(converted<std::uint8_t>(header_of(ElementType::f32, 3), Values::shades, 1,
                                    std::vector<float>{0, 0.5f, 1}),
            (std::vector<std::uint8_t>{0, 128, 255}));
  EXPECT_EQ(converted<std::uint8_t>(header_of(ElementType::boolean, 2), Values::shades, 1,
                                    std::vector<std::uint8_t>{0, 1}),
            (std::vector<std::uint8_t>{0, 255}));
  expect_error(Errc::data, {"row 0, column 1 (from 0) is 1.5", "from 0 to 1", ".npy"}, [&] {
    static_cast<void>(converted<std::uint8_t>(header_of(ElementType::f32, 2), Values::shades, 1,
                                              std::vector<float>{0, 1.5f}));
  });
}

// Every byte stays what it is, also by way of 1/255.
TEST(RowConverter, WholeNumbersAreShadesAlready) {
  std::vector<std::uint8_t> all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(converted<std::uint8_t>(header_of(ElementType::u8, 256), Values::shades, 1, all), all);
  EXPECT_EQ(converted<std::uint8_t>(header_of(ElementType::u8, 256), Values::shades, 1.0f / 255, all), all);
  expect_error(Errc::data, {"row 1, column 0 (from 0) is 256", "0 to 255"}, [&] {
    static_cast<void>(converted<std::uint8_t>(header_of(ElementType::i32, 1), Values::shades, 1,
                                              std::vector<std::int32_t>{7, 256}));
  });
}

}  // namespace
}  // namespace cuvae::test
