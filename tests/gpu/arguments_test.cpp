// Wrong arguments of the embedding interface are refused by name, before CUDA is asked for anything.
#include <gtest/gtest.h>

#include <functional>

#include "cuvae/cuda.hpp"
#include "data/sample_files.hpp"
#include "support/gpu.hpp"

namespace cuvae::test {
namespace {

using namespace cuda;

// Never read.
float* some() { return reinterpret_cast<float*>(std::uintptr_t{1} << 20); }

constexpr Shape kShape{4, 10};
Rows wide() { return {some(), 10, Type::f32}; }
Rows narrow() { return {some(), 10, Type::bf16}; }
ConstRows read(const Rows& rows) { return {rows.data, rows.ld, rows.type}; }

struct Case {
  std::function<void()> call;
  std::vector<std::string> parts;
};

void expect_each_refused(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    SCOPED_TRACE(one.parts.front());
    expect_error(Errc::invalid_argument, one.parts, one.call);
  }
}

TEST(FusedKernelArguments, ThatAreWrongAreNamed) {
  const ConstRows x = read(wide());
  expect_each_refused({
      {[&] {
         bernoulli_nll({-1, 10}, x, x, wide(), some(), 1, nullptr);
       },
       {"bernoulli_nll", "shape", "-1 x 10"}},
      {[&] {
         bernoulli_nll({4, 0}, x, x, wide(), some(), 1, nullptr);
       },
       {"shape", "4 x 0"}},
      {[&] {
         bernoulli_nll(kShape, {nullptr, 10}, x, wide(), some(), 1, nullptr);
       },
       {"logits", "null pointer"}},
      {[&] {
         bernoulli_nll(kShape, x, {nullptr, 10}, wide(), some(), 1, nullptr);
       },
       {": x:", "null pointer"}},
      {[&] {
         bernoulli_nll(kShape, x, {some(), 9}, wide(), some(), 1, nullptr);
       },
       {": x:", "9", "10 columns"}},
      {[&] {
         bernoulli_nll(kShape, x, x, {some(), -10}, some(), 1, nullptr);
       },
       {"d_logits", "-10"}},
      {[&] { bernoulli_nll(kShape, x, read(narrow()), wide(), some(), 1, nullptr); }, {": x:", "bf16"}},
      {[&] { bernoulli_nll(kShape, x, x, narrow(), some(), 1, nullptr); }, {"d_logits", "logits"}},
      {[&] { gaussian_nll(kShape, x, x, nullptr, wide(), {}, some(), 1, nullptr); },
       {"log_var", "null pointer"}},
      {[&] { gaussian_nll(kShape, x, x, some(), wide(), narrow(), some(), 1, nullptr); },
       {"d_log_var", "bf16"}},
      {[&] { sample_latent(kShape, x, read(narrow()), {}, wide(), some(), nullptr); }, {"log_var", "mean"}},
      {[&] { sample_latent(kShape, x, x, {.sample = 65536}, wide(), some(), nullptr); }, {"noise", "65536"}},
      {[&] { sample_latent(kShape, x, x, {.first_row = -1}, wide(), some(), nullptr); }, {"noise", "2^40"}},
      {[&] { latent_backward(kShape, x, x, x, {}, wide(), narrow(), 1, nullptr); }, {"d_log_var", "d_mean"}},
      {[&] {
         const ConstRows odd{reinterpret_cast<const std::byte*>(some()) + 2, 10, Type::f32};
         latent_backward(kShape, x, x, odd, {}, wide(), wide(), 1, nullptr);
       },
       {"d_z", "address"}},
  });
}

TEST(ResourcesArguments, AreCheckedOrTheDeviceIsAbsent) {
  const ModelConfig model{.data_dim = 4};
  Resources half;
  half.allocator.allocate = [](void*, Stream, std::size_t, std::size_t) -> void* { return nullptr; };
  expect_error(Errc::invalid_argument, {"Resources", "allocator"},
               [&] { static_cast<void>(make_trainer(model, {}, half)); });
  Resources crooked;
  crooked.workspace = reinterpret_cast<std::byte*>(some()) + 16;
  crooked.workspace_bytes = 1 << 20;
  expect_error(Errc::invalid_argument, {"Resources", "workspace"},
               [&] { static_cast<void>(make_trainer(model, {}, crooked)); });
  if (why_no_gpu().empty()) return;
  expect_error(Errc::device, {"driver", "--device cpu"},
               [&] { static_cast<void>(make_trainer(model, {}, Resources{})); });
  expect_error(Errc::device, {"driver", "--device cpu"}, [&] { Trainer(model, {}, Device::cuda()); });
}

}  // namespace
}  // namespace cuvae::test
