// The executable where there is a GPU.
#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

using CommandLineOnGpu = CliTest;

// `train` of the other tests asks for the CPU with its threads; the last --device counts.
const Words kOnGpu{"--device", "cuda"};

TEST_F(CommandLineOnGpu, ListsItAndTakesItWhereNoneIsNamed) {
  const CommandResult devices = cuvae({"devices"});
  EXPECT_TRUE(devices.out.starts_with("cuda:0  host GPU (compute capability 9.0")) << devices.out;
  EXPECT_NE(devices.out.find("cuda:1"), std::string::npos) << devices.out;
  const CommandResult planned = cuvae({"train", "builtin:shapes:512", "--dry-run"});
  EXPECT_NE(planned.out.find("cuda:0: host GPU"), std::string::npos) << planned.out;
}

TEST_F(CommandLineOnGpu, TrainsToTheWeightsOfTheCpuWithinRounding) {
  trained("cpu");
  trained("gpu", kOnGpu);
  const auto expected = weights("cpu/model.safetensors"), actual = weights("gpu/model.safetensors");
  for (const auto& [name, values] : expected) {
    ASSERT_EQ(actual.at(name).size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(actual.at(name)[i], values[i], 1e-3f) << name;
  }
}

TEST_F(CommandLineOnGpu, ResumesToTheSameBits) {
  for (const char* precision : {"bf16", "fp32"}) {
    if (kQuickTests && precision == std::string_view("fp32")) break;
    const Words settings = kOnGpu + Words{"--precision", precision, "--validation-fraction", "0.1"};
    const std::string whole = std::string("whole-") + precision, part = std::string("part-") + precision;
    trained(whole, settings);
    trained(part, settings + Words{"--max-steps", "5"});
    trained(part, settings + Words{"--resume"});
    EXPECT_EQ(weights(part + "/state.safetensors"), weights(whole + "/state.safetensors")) << precision;
    EXPECT_EQ(text(part + "/samples.png"), text(whole + "/samples.png")) << precision;
  }
}

TEST_F(CommandLineOnGpu, UsesAModelOnEither) {
  trained("run", kOnGpu);
  const Words eval{"eval", "run/model.safetensors", "builtin:shapes:100", "--json", "--device"};
  const CommandResult on_gpu = cuvae(eval + Words{"cuda:1"}), on_cpu = cuvae(eval + Words{"cpu"});
  EXPECT_EQ(on_gpu.exit_code, 0) << on_gpu.err;
  EXPECT_EQ(on_gpu.out.substr(0, on_gpu.out.find('.')), on_cpu.out.substr(0, on_cpu.out.find('.')));
}

// Each checks its results itself. Under sanitizers every measurement takes long: two ops have to do.
TEST_F(CommandLineOnGpu, MeasuresKernels) {
  const std::string more = kQuickTests ? "" : ",bernoulli_nll,latent_backward,column_sum,gradient_norm";
  const CommandResult all = cuvae({"bench", "--device", "cuda", "--rows", "16", "--cols", "40", "--out",
                                   "k.json", "--op", "load_rows,adam" + more, "--type", "bf16"});
  ASSERT_EQ(all.exit_code, 0) << all.err;
  EXPECT_NE(all.out.find("cuda:0: host GPU, driver of CUDA 13.0"), std::string::npos) << all.out;
  Words rows{"| load_rows | 16x40 | bf16 | cold | 4480 |", "| adam | 16x40 | bf16 | hot | 19200 |"};
  if (!kQuickTests)
    rows =
        rows + Words{"| bernoulli_nll | 16x40 | bf16 | hot |", "| latent_backward | 16x40 | bf16 | cold |"};
  for (const std::string& row : rows)
    EXPECT_NE(all.out.find(row), std::string::npos) << row << "\n" << all.out;
  EXPECT_NE(text("k.json").find("\"gpu\": \"host GPU\""), std::string::npos);
  expect_refusal(cuvae({"bench", "--device", "cuda:7"}), 4, {"cuda:7", "2 GPUs"});
}

TEST_F(CommandLineOnGpu, RefusesOneThatIsNotThere) {
  expect_refusal(cuvae({"train", "builtin:shapes:512", "--device", "cuda:7"}), 4,
                 {"cuda:7", "2 GPUs", "cuvae devices"});
}

}  // namespace
}  // namespace cuvae::test
