#include "src/config/names.hpp"

#include <gtest/gtest.h>

#include <set>

#include "config/expect_error.hpp"

namespace cuvae::config {
namespace {

template <class Enum>
class Names : public testing::Test {};
using Enums = testing::Types<Activation, Likelihood, Variance, Binarize, Prior, LabelKind, Initialization,
                             OutputBias, Objective, Optimizer, RowSequence, Precision>;
TYPED_TEST_SUITE(Names, Enums);

TYPED_TEST(Names, SpellAndReadEveryValue) {
  std::set<std::string_view> words;
  std::set<TypeParam> values;
  for (const Name<TypeParam>& name : kNames<TypeParam>) {
    EXPECT_EQ(to_string(name.value), name.word);
    EXPECT_EQ(parse<TypeParam>(name.word), name.value);
    words.insert(name.word);
    values.insert(name.value);
  }
  EXPECT_EQ(words.size(), kNames<TypeParam>.size());
  EXPECT_EQ(values.size(), kNames<TypeParam>.size());
}

TYPED_TEST(Names, HaveNoWordBeyondTheLast) {
  EXPECT_EQ(to_string(static_cast<TypeParam>(kNames<TypeParam>.size())), "");
}

TEST(Names, ARefusalOfAHugeOrHostileWordStaysReadable) {
  try {
    parse<Activation>("\x1b[31m" +
                      std::string(10'000'000, 'x'));  // all edits of it would be 10^8 steps and more
    FAIL() << "taken for an activation";
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_LT(message.size(), 200u);
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
  }
}

TEST(Names, ARefusalShowsWhatIsAllowedAndWhatWasMeant) {
  test::expect_error(Errc::invalid_argument,
                     {"'rleu'", "relu, tanh, gelu, silu, softplus", "did you mean 'relu'?"},
                     [] { parse<Activation>("rleu"); });
  test::expect_error(Errc::invalid_argument, {"'Relu'"}, [] { parse<Activation>("Relu"); });
  test::expect_error(Errc::invalid_argument, {"''"}, [] { parse<Optimizer>(""); });
}

}  // namespace
}  // namespace cuvae::config
