// Options that make no sense: exit code 2, a message that helps, nothing created.
#include "cli/cuvae.hpp"

namespace cuvae::test {
namespace {

using BadUsage = CliTest;

struct Case {
  Words arguments;
  Words message;
};

TEST_F(BadUsage, IsRefusedWithAHint) {
  const std::vector<Case> cases{
      {{"trian"}, {"unknown command 'trian'", "did you mean 'train'?"}},
      {{"--verison"}, {"unknown command"}},
      {{"train", "--lern-rate", "3"}, {"unknown option '--lern-rate'"}},
      {{"train", "--laten=3"}, {"unknown option '--laten'", "did you mean '--latent'?"}},
      {{"train", "-lr", "3"}, {"unknown option '-lr'", "did you mean '--lr'?"}},
      {{"eval", "--jsno"}, {"unknown option '--jsno'", "did you mean '--json'?"}},
      {{"train", "a.npy", "builtin:shapes"}, {"'builtin:shapes'", "stands alone"}},
      {{"train", "--epochs"}, {"--epochs needs a value"}},
      {{"train", "--epochs", "ten"}, {"--epochs: 'ten' is no whole number"}},
      {{"train", "--epochs", "1.5"}, {"--epochs: '1.5' is no whole number"}},
      {{"train", "--epochs", "0"}, {"--epochs: 0 is out of range", "1 to"}},
      {{"train", "--epochs", "-3"}, {"--epochs: -3 is out of range"}},
      {{"train", "--batch=-1"}, {"--batch: -1 is out of range"}},
      {{"train", "--batch", "99999999999999999999"}, {"--batch", "whole number"}},
      {{"train", "--latent", "0"}, {"--latent", "1 to"}},
      {{"train", "--hidden", "400,,2"}, {"--hidden", "400,200"}},
      {{"train", "--hidden", "0"}, {"--hidden: 0 is out of range"}},
      {{"train", "--lr", "-1e-3"}, {"--lr: -0.001 is out of range", "greater than 0"}},
      {{"train", "--lr", "nan"}, {"--lr: 'nan' is no finite number"}},
      {{"train", "--lr", "inf"}, {"--lr"}},
      {{"train", "--seed", "-1"}, {"--seed"}},
      {{"train", "--activation", "rleu"}, {"--activation: 'rleu'", "softplus", "did you mean 'relu'?"}},
      {{"train", "--likelihood", "normal"}, {"bernoulli, gaussian"}},
      {{"train", "--likelihood", "gaussian", "--variance", "0"}, {"--variance: 0 is out of range"}},
      {{"train", "--variance", "shared"}, {"variance", "gaussian"}},
      {{"train", "--likelihood", "discretized-logistic"}, {"variance", "shared or per-dimension"}},
      {{"train", "--likelihood", "categorical"}, {"categories: 0", "2 or more"}},
      {{"train", "--likelihood", "categorical", "--categories", "5"},
       {"categories: 5 does not divide the 784"}},
      {{"train", "--likelihood", "gaussian", "--binarize", "dynamic"}, {"binarize", "bernoulli"}},
      {{"train", "--lr-schedule", "linear"}, {"--lr-schedule", "EPOCH:FACTOR"}},
      {{"train", "--lr-schedule", "5:0.1,3:0.1"}, {"--lr-schedule", "rise"}},
      {{"train", "--micro-batch", "256"}, {"micro_batch: 256", "128"}},
      {{"train", "--patience", "3"}, {"patience", "--validation"}},
      {{"train", "--objective", "iwea"}, {"--objective: 'iwea'", "tc-mss", "did you mean 'iwae'?"}},
      {{"train", "--samples", "0"}, {"--samples: 0 is out of range", "1 to 65535"}},
      {{"eval", "m.safetensors", "x.npy", "--samples", "0"}, {"--samples: 0 is out of range", "1 to 65535"}},
      {{"train", "--optimizer", "iwae-adm"}, {"--optimizer: 'iwae-adm'", "did you mean 'iwae-adam'?"}},
      {{"train", "--prior", "vmap"}, {"--prior: 'vmap'", "did you mean 'vamp'?"}},
      {{"train", "--prior", "vamp"}, {"objective: elbo", "choose elbo-sampled or iwae"}},
      {{"train", "--top-latent", "5"}, {"objective: elbo", "one stochastic layer"}},
      {{"train", "--kl-warmup", "11"},
       {"kl_warmup: 11 epochs do not end before the 10 of the run do", "would never reach"}},
      {{"train", "--kl-warmup", "6", "--kl-cycles", "2"}, {"kl_warmup: 6 epochs", "5 of a cycle"}},
      {{"train", "--kl-cycles", "2"}, {"kl_cycles: 2 cycles need a kl_warmup"}},
      {{"train", "--free-bits", "0.1", "--objective", "iwae"}, {"free_bits", "objective elbo"}},
      {{"train", "--free-bits", "0.1", "--kl-capacity", "3"}, {"free_bits", "held by kl_capacity already"}},
      {{"train", "--free-bits", "0.1", "--micro-batch", "8"}, {"free_bits", "leave micro_batch out"}},
      {{"train", "--tc-weight", "6"}, {"tc_weight", "tc-mws or tc-mss"}},
      {{"train", "--mmd-weight", "6"}, {"mmd_weight", "objective mmd"}},
      {{"train", "--objective", "mmd", "--samples", "5"}, {"samples", "objective mmd", "allowed: 1"}},
      {{"train", "--objective", "tc-mss", "--batch", "1"}, {"batch", "2 or more"}},
      {{"train", "--objective", "tc-mss", "--micro-batch", "8"}, {"micro_batch", "whole batch"}},
      {{"train", "--optimizer", "adam-normgrad", "--clip-norm", "1"}, {"clip_norm", "adam-normgrad"}},
      {{"train", "--validation", "x.npy", "--validation-fraction", "0.1"}, {"exclude each other"}},
      {{"train", "--validation-fraction", "1"}, {"--validation-fraction: 1 is out of range"}},
      {{"train", "--device", "gpu"}, {"--device: 'gpu' is none of auto, cpu, cuda, cuda:N"}},
      {{"train", "--threads", "-1"}, {"--threads: -1 is out of range"}},
      {{"eval"}, {"CHECKPOINT is missing", "usage: cuvae eval"}},
      {{"bench", "--op", "bernouli_nll"},
       {"--op: unknown op 'bernouli_nll'", "did you mean 'bernoulli_nll'?"}},
      {{"bench", "--op", "relu"}, {"--op: unknown op 'relu'", "There are: load_rows, "}},
      {{"bench", "--op", ""}, {"--op"}},
      {{"bench", "--rows", "0"}, {"--rows: 0 is out of range", "1 to"}},
      {{"bench", "--cols", "many"}, {"--cols: 'many' is no whole number"}},
      {{"bench", "--type", "fp16"}, {"--type: 'fp16' is neither fp32 nor bf16"}},
      {{"bench", "--out", "results.txt"}, {"--out: 'results.txt' must end in .json, .csv or .md"}},
      {{"bench", "adam"}, {"unexpected argument 'adam'", "usage: cuvae bench"}},
      {{"eval", "m.safetensors"}, {"DATA is missing"}},
      {{"eval", "m", "d", "--binarize", "hard"}, {"--binarize: 'hard'"}},
      {{"sample", "m"}, {"--out is missing", ".png"}},
      {{"sample", "m", "--out", "s.jpg"},
       {"'s.jpg' must end in .png, .npy, .npz, .csv, .tsv, .csv.gz or .tsv.gz"}},
      {{"sample", "m", "--out", "s.png", "-n", "0"}, {"-n: 0 is out of range"}},
      {{"encode", "m", "d", "--out", "z.png"}, {"must end in .npy, .npz, .csv, .tsv, .csv.gz or .tsv.gz"}},
      {{"encode", "m", "d", "--out", "z"}, {"'z' must end in .npy"}},
      {{"traverse"}, {"CHECKPOINT is missing"}},
      {{"traverse", "m"}, {"--out is missing", ".png"}},
      {{"traverse", "m", "--out", "t.jpg"},
       {"'t.jpg' must end in .png, .npy, .npz, .csv, .tsv, .csv.gz or .tsv.gz"}},
      {{"traverse", "m", "--out", "t.png", "--dims", "0,x"}, {"--dims: '0,x'", "0,3,7"}},
      {{"traverse", "m", "--out", "t.png", "--dims", ""}, {"--dims"}},
      {{"traverse", "m", "--out", "t.png", "--steps", "0"}, {"--steps: 0 is out of range", "2 to 1000"}},
      {{"traverse", "m", "--out", "t.png", "--range", "0"}, {"--range: 0 is out of range"}},
      {{"traverse", "m", "d", "--out", "t.png", "--row", "-1"}, {"--row: -1 is out of range"}},
      {{"traverse", "m", "--out", "t.png", "--row", "0"}, {"--row", "no DATA"}},
      {{"interpolate", "m", "d", "--out", "i.png"}, {"--rows is missing", "--rows 0,1"}},
      {{"interpolate", "m", "d", "--rows", "0,1"}, {"--out is missing"}},
      {{"interpolate", "m", "d", "--out", "i.png", "--rows", "3"}, {"--rows: '3' is not two rows"}},
      {{"interpolate", "m", "d", "--out", "i.png", "--rows", "1,2,3"}, {"--rows: '1,2,3' is not two rows"}},
      {{"interpolate", "m", "d", "--out", "i.png", "--rows", "1-2"}, {"--rows: '1-2' is no list"}},
      {{"interpolate", "m", "d", "--out", "i.png", "--rows", "4,4"}, {"--rows: both are row 4"}},
      {{"interpolate", "m", "d", "--out", "i.png", "--rows", "0,-1"}, {"--rows: -1 is out of range"}},
      {{"interpolate", "m", "d", "--out", "i.png", "--steps", "1"}, {"--steps: 1 is out of range"}},
      {{"interpolate", "m", "--out", "i.png"}, {"DATA is missing"}},
      {{"manifold", "m"}, {"--out is missing"}},
      {{"manifold", "m", "--out", "p.png", "--steps", "1001"}, {"--steps: 1001 is out of range"}},
      {{"curves"}, {"RUN is missing", "usage: cuvae curves"}},
      {{"curves", "run"}, {"--out is missing", ".png"}},
      {{"curves", "run", "--out", "c.npy"}, {"'c.npy' must end in .png"}},
      {{"curves", "1", "2", "3", "4", "5", "6", "7", "8", "9", "--out", "c.png"},
       {"RUN", "up to 8", "not 9"}},
      {{"convert"}, {"FILE is missing", "usage: cuvae convert"}},
      {{"convert", "x.npy"}, {"OUT is missing", "usage: cuvae convert"}},
      {{"convert", "x.npy", "y.txt"}, {"'y.txt' must end in .png, .npy", "or in / for a folder of pictures"}},
      {{"convert", "x.npy", "y.npy", "--scale", "1/0"}, {"--scale: '1/0'"}},
      {{"convert", "x.npy", "y.npy", "--scale", "big"}, {"--scale: 'big' is no finite number"}},
      {{"convert", "x.npy", "y.npy", "--layout", "2x2"}, {"--layout: is of pictures", "'y.npy'"}},
      {{"convert", "x.npy", "y/", "--layout", "round"}, {"--layout: 'round' is no layout"}},
      {{"convert", "x.npy", "y.npy", "--dtype", "int8"}, {"--dtype: 'int8'", "uint8"}},
      {{"convert", "x.npy", "y.npy", "--rows", "0"}, {"--rows: 0 is out of range"}},
      {{"eval", "builtin:shapes", "m"}, {"CHECKPOINT comes first"}},
      {{"info"}, {"FILE is missing"}},
      {{"devices", "--", "-all"}, {"unexpected argument '-all'"}},
      {{"train", "--out=", "--resume"}, {"--out needs a value"}},
      {{"train", "--out", ""}, {"--out needs a value"}},
      {{"train", "--config", ""}, {"--config needs a value"}},
      {{"devices", "all"}, {"unexpected argument 'all'"}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(testing::PrintToString(one.arguments));
    const CommandResult result = cuvae(one.arguments);
    expect_refusal(result, 2, one.message);
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(files(), Words{});
}

TEST_F(BadUsage, AnAbsentDeviceIsFour) {
  if (!cuvae({"devices"}).out.starts_with("cuda:0  not available")) GTEST_SKIP() << "there is a GPU";
  expect_refusal(train("run", {"--device", "cuda"}), 4, {"CUDA"});
  expect_refusal(cuvae({"train", "builtin:shapes:64", "--out", "run", "--device", "cuda:7"}), 4, {});
  EXPECT_EQ(files(), Words{});
}

TEST_F(BadUsage, ABlowUpIsFiveAndLeavesNothing) {
  expect_refusal(train("run", {"--optimizer", "sgd", "--lr", "1e30"}), 5, {"step", "--lr"});
  EXPECT_EQ(files(), Words{});
}

TEST_F(BadUsage, APrecisionTheDeviceDoesNotHaveIsRefused) {
  for (const char* precision : {"tf32", "bf16"}) {
    for (const char* dry : {"--dry-run", "--threads=1"}) {
      const CommandResult result = cuvae(
          {"train", "builtin:shapes:64", "--out", "run", "--device", "cpu", "--precision", precision, dry});
      expect_refusal(result, 4, {"precision", precision, "needs a GPU", "--device cuda"});
    }
  }
}

}  // namespace
}  // namespace cuvae::test
