// The latent space in pictures: traverse, interpolate, manifold.
#include <algorithm>
#include <cmath>

#include "cli/cuvae.hpp"
#include "cuvae/dataset.hpp"
#include "src/io/npy_writer.hpp"

namespace cuvae::test {
namespace {

constexpr std::size_t kColumns = 784;
constexpr float kRounding = 1e-5f;  // a row's place in a batch changes it by that

class Latent : public CliTest {
 protected:
  void SetUp() override { trained("run"); }

  [[nodiscard]] Vae vae(const std::string& model) const {
    return Vae::load(at(model).string(), Device::cpu(1));
  }
  // What the file holds is what the model decodes these points to.
  void expect_decoded(const std::string& npy, const std::vector<float>& z,
                      const std::string& model = "run/model.safetensors") const {
    const std::vector<float> expected = vae(model).decode(z), values = values_of(npy);
    ASSERT_EQ(values.size(), expected.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_NEAR(values[i], expected[i], kRounding) << "picture " << i / kColumns << ", " << i % kColumns;
  }
  // Height and width of a PNG, from its header.
  [[nodiscard]] std::pair<int, int> size_of(const std::string& png) const {
    const std::string bytes = text(png);
    EXPECT_TRUE(bytes.starts_with("\x89PNG"));
    const auto number = [&](std::size_t place) {
      int value = 0;
      for (std::size_t i = 0; i < 4; ++i)
        value = 256 * value + static_cast<unsigned char>(bytes.at(place + i));
      return value;
    };
    return {number(20), number(16)};
  }
  // Of a grid of 28 x 28 pictures, enlarged to 56 x 56.
  static std::pair<int, int> grid(int rows, int columns) { return {rows * 58 - 2, columns * 58 - 2}; }

  [[nodiscard]] std::vector<float> row(std::int64_t i) const {
    std::vector<float> values(kColumns);
    Dataset::builtin_shapes(64).read_row(i, values);
    return values;
  }

  const std::string model_ = "run/model.safetensors";
};

TEST_F(Latent, ATraversalMovesOneDimensionAtATime) {
  const std::string said =
      done({"traverse", model_, "--dims", "2,0", "--steps", "3", "--range", "1.5", "--out", "t.npy"});
  EXPECT_TRUE(said.starts_with("from the top: dimension 2, 0\n2 of 3 dimensions x 3 steps: t.npy")) << said;
  expect_decoded("t.npy", {0, 0, -1.5f, 0, 0, 0, 0, 0, 1.5f, -1.5f, 0, 0, 0, 0, 0, 1.5f, 0, 0});
  (void)done({"traverse", model_, "--out", "t.png"});
  EXPECT_EQ(size_of("t.png"), grid(3, 11));
}

TEST_F(Latent, ATraversalStartsAtARow) {
  (void)done({"traverse", model_, "builtin:shapes:64", "--row", "5", "--dims", "1", "--steps", "2", "--out",
              "t.npy"});
  const std::vector<float> mean = vae(model_).encode(row(5)).mean;
  expect_decoded("t.npy", {mean[0], -3, mean[2], mean[0], 3, mean[2]});
  (void)done({"traverse", model_, "builtin:shapes:64", "--dims", "1", "--steps", "2", "--out", "first.npy"});
  const std::vector<float> first = vae(model_).encode(row(0)).mean;
  expect_decoded("first.npy", {first[0], -3, first[2], first[0], 3, first[2]});
}

// In the order of what the model encodes about the first rows in each dimension.
TEST_F(Latent, ATraversalBeginsWithWhatSaysMost) {
  constexpr std::size_t kRows = 2048;
  Vae model = vae(model_);
  std::vector<Parameter> parameters = model.parameters();
  for (Parameter& parameter : parameters) {
    if (parameter.name != "encoder.mean.bias") continue;
    parameter.values = {0.5f, 3.0f, 1.5f};  // mostly these decide
  }
  model.set_parameters(parameters);
  model.save(at("biased.safetensors").string());
  const Dataset data = Dataset::builtin_shapes(kRows + 1000);
  std::vector<float> rows(kRows * kColumns);
  for (std::size_t i = 0; i < kRows; ++i)
    data.read_row(static_cast<std::int64_t>(i), std::span(rows).subspan(i * kColumns, kColumns));
  const Latents latents = model.encode(rows);
  std::vector<double> kl(3);
  for (std::size_t i = 0; i < latents.mean.size(); ++i) {
    const double mean = latents.mean[i], log_var = latents.log_var[i];
    kl[i % 3] += 0.5 * (mean * mean + std::exp(log_var) - 1 - log_var) / kRows;
  }
  ASSERT_TRUE(kl[1] > kl[2] && kl[2] > kl[0]);
  std::string expected = "from the top: dimension ";
  for (const std::size_t dimension : {1, 2, 0}) {
    char text[64];
    std::snprintf(text, sizeof text, "%zu (KL %.2f)%s", dimension, kl[dimension],
                  dimension == 0 ? "\n" : ", ");
    expected += text;
  }
  const std::string said =
      done({"traverse", "biased.safetensors", "builtin:shapes:3048", "--batch", "100", "--out", "t.npy"});
  EXPECT_TRUE(said.starts_with(expected)) << said << expected;
}

TEST_F(Latent, ATraversalOfManyDimensionsShowsThirtyTwo) {
  trained("wide", {"--latent", "40", "--epochs", "1"});
  EXPECT_NE(done({"traverse", "wide/model.safetensors", "--steps", "2", "--out", "t.npy"}).find("32 of 40"),
            std::string::npos);
  (void)done({"traverse", "wide/model.safetensors", "--dims", "39", "--steps", "2", "--out", "t.npy"});
}

TEST_F(Latent, AnInterpolationLeadsFromReconstructionToReconstruction) {
  (void)done({"interpolate", model_, "builtin:shapes:64", "--rows", "9,4", "--steps", "3", "--out", "i.npy"});
  const std::vector<float> from = vae(model_).encode(row(9)).mean, to = vae(model_).encode(row(4)).mean;
  std::vector<float> z = from;
  for (std::size_t i = 0; i < 3; ++i) z.push_back((from[i] + to[i]) / 2);
  z.insert(z.end(), to.begin(), to.end());
  expect_decoded("i.npy", z);
  (void)done({"interpolate", model_, "builtin:shapes:64", "--rows", "9,4", "--out", "i.png"});
  EXPECT_EQ(size_of("i.png"), grid(1, 13)) << "the originals stand at both ends";
}

// The quantiles of 1/6, 1/2 and 5/6.
TEST_F(Latent, AManifoldHasItsPointsWhereThePriorHasThem) {
  trained("plane", {"--latent", "2"});
  const std::string plane = "plane/model.safetensors";
  (void)done({"manifold", plane, "--steps", "3", "--out", "p.npy"});
  constexpr float q = 0.9674215661f;
  expect_decoded("p.npy", {-q, q, 0, q, q, q, -q, 0, 0, 0, q, 0, -q, -q, 0, -q, q, -q}, plane);
  (void)done({"manifold", plane, "--out", "p.png"});
  EXPECT_EQ(size_of("p.png"), grid(20, 20));
}

TEST_F(Latent, EveryPriorIsDrawnWhereItHasAMeaning) {
  const std::string data = "builtin:shapes:64";
  const std::vector<std::pair<std::string, Words>> priors{
      {"mixture", {"--prior", "mixture", "--prior-components", "7"}},
      {"vamp", {"--prior", "vamp", "--prior-components", "7"}},
      {"top", {"--top-latent", "2"}}};
  for (const auto& [run, options] : priors) {
    SCOPED_TRACE(run);
    trained(run, options + Words{"--objective", "elbo-sampled", "--latent", "2", "--epochs", "1"});
    const std::string model = run + "/model.safetensors";
    EXPECT_TRUE(text(run + "/samples.png").starts_with("\x89PNG"));
    (void)done({"sample", model, "-n", "70", "--seed", "4", "--out", "s.npy"});
    EXPECT_EQ(values_of("s.npy"), vae(model).sample(70, 4));
    (void)done({"reconstruct", model, data, "--out", "r.png"});
    (void)done({"interpolate", model, data, "--rows", "0,1", "--out", "i.png"});
    const std::string said = done({"traverse", model, data, "--out", "t.png"});
    EXPECT_EQ(size_of("t.png"), grid(2, 11));
    EXPECT_NE(said.find("(variance "), std::string::npos) << said;
    EXPECT_EQ(said.find("KL"), std::string::npos) << said;
    expect_refusal(cuvae({"traverse", model, "--out", "o.png"}), 2, {model, "learned prior", "DATA"});
    expect_refusal(cuvae({"manifold", model, "--out", "o.png"}), 2, {model, "learned prior", "cuvae sample"});
  }
}

// By how much the means of q(z|x) vary over the first rows.
TEST_F(Latent, ATraversalUnderALearnedPriorBeginsWithWhatVariesMost) {
  trained("mixture", {"--prior", "mixture", "--prior-components", "7", "--objective", "elbo-sampled"});
  Vae model = vae("mixture/model.safetensors");
  std::vector<Parameter> parameters = model.parameters();
  for (Parameter& parameter : parameters) {
    if (parameter.name == "encoder.mean.bias") parameter.values = {50, 0, 0};  // says nothing of a row
    if (parameter.name != "encoder.mean.weight") continue;
    for (std::size_t i = 0; i < parameter.values.size(); ++i)
      parameter.values[i] *= i / 8 == 0 ? 0.1f : i / 8 == 1 ? 1.0f : 10.0f;
  }
  model.set_parameters(parameters);
  model.save(at("spread.safetensors").string());
  const std::string said =
      done({"traverse", "spread.safetensors", "builtin:shapes:64", "--steps", "2", "--out", "t.npy"});
  std::vector<float> rows;
  for (std::int64_t i = 0; i < 64; ++i) {
    const std::vector<float> one = row(i);
    rows.insert(rows.end(), one.begin(), one.end());
  }
  const std::vector<float> means = model.encode(rows).mean;
  double sum = 0, square = 0;
  for (std::size_t i = 2; i < means.size(); i += 3)
    sum += means[i] / 64.0, square += means[i] * means[i] / 64.0;
  char first[64];
  std::snprintf(first, sizeof first, "from the top: dimension 2 (variance %.2f), 1 (", square - sum * sum);
  EXPECT_TRUE(said.starts_with(first)) << said << first;
}

TEST_F(Latent, WhatIsNotThereIsNotDrawn) {
  const Words before = files();
  const std::string data = "builtin:shapes:64";
  const auto refused = [&](const Words& arguments, const Words& message) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    expect_refusal(cuvae(arguments + Words{"--out", "o.png"}), 2, message);
  };
  refused({"traverse", model_, data, "--row", "64"}, {"--row", "no row 64", "0 to 63"});
  refused({"traverse", model_, "--dims", "0,3"}, {"--dims", "no latent dimension 3", "0 to 2"});
  refused({"traverse", model_, "--dims", "-1"}, {"--dims", "no latent dimension -1"});
  refused({"traverse", model_, "--dims", "1,0,1"}, {"--dims: 1 is there twice"});
  refused({"interpolate", model_, data, "--rows", "0,64"}, {"--rows", "no row 64", "0 to 63"});
  refused({"manifold", model_}, {"3 latent dimensions", "cuvae traverse", "--latent 2"});
  EXPECT_EQ(files(), before);
}

TEST_F(Latent, PicturesThatAreTooManyAreNotDrawn) {
  trained("plane", {"--latent", "2", "--epochs", "1"});
  expect_refusal(cuvae({"manifold", "plane/model.safetensors", "--steps", "1000", "--out", "p.png"}), 2,
                 {"1000 x 1000 pictures of 28 x 28", "--steps", ".npy"});
}

TEST_F(Latent, RowsThatAreNoPicturesAreWrittenAsNumbers) {
  io::write_npy(at("pairs.npy"), std::vector<float>{0, 1, 0.5f, 0.5f, 1, 0}, std::vector<std::int64_t>{3, 2});
  ASSERT_EQ(
      cuvae({"train", "pairs.npy", "--hidden", "none", "--latent", "2", "--epochs", "1", "--out", "pairs"})
          .exit_code,
      0);
  const std::string model = "pairs/model.safetensors";
  const std::vector<Words> commands{{"traverse", model, "--steps", "4"},
                                    {"interpolate", model, "pairs.npy", "--rows", "0,2", "--steps", "8"},
                                    {"manifold", model, "--steps", "2"}};
  for (const Words& command : commands) {
    expect_refusal(cuvae(command + Words{"--out", "o.png"}), 2, {"no pictures", "o.npy"});
    EXPECT_FALSE(std::filesystem::exists(at("o.png")));
    (void)done(command + Words{"--out", "o.npy"});
    EXPECT_EQ(values_of("o.npy").size(), command[0] == "manifold" ? 8u : 16u);
  }
}

}  // namespace
}  // namespace cuvae::test
