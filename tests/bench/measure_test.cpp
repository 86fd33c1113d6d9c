// Measuring on the CPU: the figures are those of the right results, or there are none.
#include "bench/kernels/measure.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cuvae/error.hpp"

namespace cuvae::bench {
namespace {

constexpr Shape kShape{24, 40};

Machine& cpu() {
  static const std::unique_ptr<Machine> machine = make_machine(Device::cpu(1), Precision::fp32);
  return *machine;
}

Operation named(std::string_view name) { return *std::ranges::find(operations(), name, &Operation::name); }

std::vector<Samples> measured(const Operation& operation, const Shape& shape = kShape) {
  return measure(cpu(), {&operation, shape, Type::fp32}, [] {});
}

std::string message_of(const Operation& operation, Errc code, const Shape& shape = kShape) {
  try {
    static_cast<void>(measured(operation, shape));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "nothing was thrown";
}

// Each checks its results, and those of its unfused sequence, itself.
TEST(Measure, EveryOperationIsRightAndTimedBesideACopyAndItsUnfusedSequence) {
  for (const Operation& operation : operations()) {
    for (const Samples& samples : measured(operation)) {
      EXPECT_GE(samples.fused.size(), 15u) << operation.name;
      EXPECT_EQ(samples.fused.size(), samples.copy.size()) << operation.name;
      EXPECT_EQ(samples.unfused.empty(), !operation.unfused) << operation.name;
      for (const auto* times : {&samples.fused, &samples.copy, &samples.unfused}) {
        EXPECT_TRUE(std::ranges::all_of(*times, [](double seconds) { return seconds > 0; }))
            << operation.name;
      }
      EXPECT_GT(samples.clock_before, 1e8);
      EXPECT_GT(samples.clock_after, 1e8);
    }
  }
}

TEST(Measure, ColumnsThatFillNoVectorAreRightToo) {
  for (const Operation& operation : operations())
    EXPECT_NO_THROW(measured(operation, {5, 13})) << operation.name;
}

TEST(Measure, AKernelThatDoesNothingHasNoFigures) {
  Operation idle = named("bernoulli_nll");
  idle.run = [](const Call&) {};
  EXPECT_NE(message_of(idle, Errc::internal).find("bernoulli_nll 24x40 fp32 computes something else"),
            std::string::npos);
}

TEST(Measure, AKernelThatComputesSomethingElseHasNoFigures) {
  Operation other = named("adam");
  other.run = [sgd = named("sgd")](const Call& call) {
    Call swapped = call;
    sgd.run(swapped);
  };
  EXPECT_NE(message_of(other, Errc::internal).find("computes something else"), std::string::npos);
}

TEST(Measure, AnUnfusedSequenceThatComputesSomethingElseHasNoFigures) {
  Operation shorter = named("sample_latent");
  shorter.unfused = [](const Call& call) { call.machine.row_sum(call[0], call.row_loss); };
  EXPECT_NE(message_of(shorter, Errc::internal).find("something else unfused"), std::string::npos);
}

TEST(Measure, SaysHowMuchMemoryIsMissing) {
  const std::string why = message_of(named("adam"), Errc::out_of_memory, {2'000'000'000, 1'000'000});
  EXPECT_NE(why.find("adam 2000000000x1000000 fp32 needs "), std::string::npos) << why;
  EXPECT_NE(why.find("GB; cpu has") == std::string::npos ? why.find("cpu has") : 0, std::string::npos) << why;
  EXPECT_NE(why.find("fewer --rows or --cols"), std::string::npos) << why;
}

TEST(Measure, StopsWhereItIsAskedTo) {
  struct Enough {};
  const Operation operation = named("sgd");
  EXPECT_THROW(static_cast<void>(measure(cpu(), {&operation, kShape, Type::fp32}, [] { throw Enough{}; })),
               Enough);
}

TEST(Measure, ValuesRepeatAndAreStoredAsTheyAreSaid) {
  for (const Type type : {Type::fp32, Type::bf16}) {
    const Operand operand{Stored::as_type, -1, 1};
    const Values values(operand, type, 3);
    const std::int64_t count = 20 * Values::kPeriod;
    const std::int64_t size = ops::size_of(element_of(operand.stored, type));
    const Backend::Buffer memory = cpu().backend().allocate(count * size);
    values.upload(cpu().backend(), memory.get(), count);
    for (const std::int64_t at : {std::int64_t{0}, Values::kPeriod - 1, Values::kPeriod, count - 1}) {
      const std::byte* there = memory.get() + at * size;
      const float stored = type == Type::bf16 ? reinterpret_cast<const ops::Bf16*>(there)->value()
                                              : *reinterpret_cast<const float*>(there);
      EXPECT_EQ(stored, values.at(at));
      EXPECT_EQ(values.at(at), values.at(at % Values::kPeriod));
    }
  }
}

}  // namespace
}  // namespace cuvae::bench
