// Files of models and of training states.
#include "src/train/checkpoint.hpp"

#include <gtest/gtest.h>

#include "data/sample_files.hpp"
#include "src/io/safetensors.hpp"
#include "support/unsealed.hpp"
#include "train/jobs.hpp"

namespace cuvae::test {
namespace {

class Checkpoint : public testing::Test {
 protected:
  Vae load(const std::string& path) { return Vae::load(path, Device::cpu(1)); }

  // Puts `to` in the place of the only `from` in the file; of the same length, so that the file stays sound.
  void change(const std::string& path, const std::string& from, const std::string& to) {
    ASSERT_EQ(from.size(), to.size());
    std::string bytes = unsealed(read_file(path));
    const std::size_t place = bytes.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    ASSERT_EQ(bytes.find(from, place + 1), std::string::npos) << from;
    write_file(path, bytes.replace(place, from.size(), to));
  }

  void expect_refused(const std::string& path, std::vector<std::string> parts) {
    parts.push_back(path);
    expect_error(Errc::data, parts, [&] { load(path); });
  }

  TempDir folder_;
  std::string model_ = folder_.path / "model.safetensors", state_ = folder_.path / "state.safetensors";
};

TEST_F(Checkpoint, ModelMakesTheRoundTrip) {
  ModelConfig config = small_job().model;
  config.likelihood = Likelihood::gaussian;
  config.variance = Variance::shared;
  config.initialization = Initialization::glorot;
  Vae vae(config, 4, Device::cpu(1));
  vae.save(model_, {{"trained.on", "something"}});
  Vae back = load(model_);
  EXPECT_EQ(back.config(), config);
  EXPECT_EQ(bits(back.parameters()), bits(vae.parameters()));
  EXPECT_EQ(back.metadata().at("trained.on"), "something");
  EXPECT_EQ(back.metadata().at("cuvae.kind"), "model");
  EXPECT_EQ(back.sample(5, 1), vae.sample(5, 1));
}

TEST_F(Checkpoint, EveryFieldOfAConfigurationMakesTheRoundTrip) {
  ModelConfig config = small_job().model;
  config.encoder_hidden = {};
  config.decoder_hidden = {7, 5, 8};
  config.activation = Activation::softplus;
  config.binarize = Binarize::dynamic;
  config.initialization = Initialization::he;
  config.output_bias = OutputBias::data_mean;
  Vae(config, 4, Device::cpu(1)).save(model_);
  EXPECT_EQ(load(model_).config(), config);
  config.likelihood = Likelihood::gaussian;
  config.binarize = Binarize::none;
  config.fixed_variance = 0.1;
  Vae(config, 4, Device::cpu(1)).save(model_);
  EXPECT_EQ(load(model_).config(), config);
}

TEST_F(Checkpoint, ModelsOfEveryPriorMakeTheRoundTrip) {
  for (const auto& [name, config] : with_every_other_prior(small_job().model)) {
    SCOPED_TRACE(name);
    Vae vae(config, 4, Device::cpu(1));
    vae.save(model_);
    Vae back = load(model_);
    EXPECT_EQ(back.config(), config);
    EXPECT_EQ(bits(back.parameters()), bits(vae.parameters()));
    EXPECT_EQ(back.sample(5, 1), vae.sample(5, 1));
  }
}

// Files from before there was another prior, a second layer or another objective do not name theirs.
TEST_F(Checkpoint, WithoutLaterKeysIsWhatItWas) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  fit(trainer, job, [](const Progress& p) { return p.step == 5 ? Control::stop : Control::proceed; });
  trainer.save_model(model_), trainer.save_state(state_);
  for (const char* key : {"model.categories", "model.top_latent", "model.top_hidden", "model.prior",
                          "model.prior_components"}) {
    for (const std::string& file : {model_, state_})
      change(file, '"' + std::string(key) + '"', "\"other" + std::string(key).substr(5) + '"');
  }
  for (const char* key : {"train.objective", "train.samples"})
    change(state_, '"' + std::string(key) + '"', "\"other" + std::string(key).substr(5) + '"');
  EXPECT_EQ(load(model_).config(), job.model);
  EXPECT_EQ(load(model_).sample(5, 1), trainer.model().sample(5, 1));
  Trainer resumed = trainer_of(job);
  resumed.load_state(state_);
  fit(trainer, job), fit(resumed, job);
  EXPECT_EQ(arena_bits(resumed), arena_bits(trainer));
}

TEST_F(Checkpoint, KeepsTheShapeOfPictures) {
  ModelConfig config = small_job().model;
  config.data_dim = 15;
  Vae vae(config, 4, Device::cpu(1));
  vae.set_image({3, 5});
  vae.save(model_);
  EXPECT_EQ(load(model_).image(), (ImageShape{3, 5}));
  vae.set_image({3, 6});
  vae.save(model_);
  EXPECT_EQ(load(model_).image(), ImageShape{}) << "a shape that is none of these rows";
  for (const ChannelOrder order : {ChannelOrder::interleaved, ChannelOrder::planar}) {
    vae.set_image({1, 5, 3, order});
    vae.save(model_);
    EXPECT_EQ(load(model_).image(), (ImageShape{1, 5, 3, order}));
  }
  change(model_, R"("image.channels":"3")", R"("image.channels":"5")");
  EXPECT_EQ(load(model_).image(), ImageShape{}) << "no picture has 5 channels";

  Job job = small_job();
  job.model.data_dim = 784;
  job.data = Dataset::builtin_shapes(20);
  Trainer trainer = trainer_of(job);
  fit(trainer, job);
  trainer.save_model(model_);
  EXPECT_EQ(load(model_).image(), (ImageShape{28, 28}));
}

// Files from before there were colours name no channels.
TEST_F(Checkpoint, WithoutChannelsIsGrey) {
  ModelConfig config = small_job().model;
  config.data_dim = 15;
  Vae vae(config, 4, Device::cpu(1));
  vae.set_image({3, 5});
  vae.save(model_);
  change(model_, "image.channels", "other.channels");
  change(model_, "image.order", "other.order");
  EXPECT_EQ(load(model_).image(), (ImageShape{3, 5}));
}

TEST_F(Checkpoint, StateIsAModelToo) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  fit(trainer, job);
  trainer.save_state(state_, {{"note", "x"}});
  trainer.save_model(model_, {{"note", "y"}});
  EXPECT_EQ(bits(load(state_).parameters()), bits(trainer.model().parameters()));
  EXPECT_EQ(bits(load(model_).parameters()), bits(trainer.model().parameters()));
  EXPECT_EQ(load(state_).metadata().at("note"), "x");
  EXPECT_EQ(load(model_).metadata().at("note"), "y");
}

TEST_F(Checkpoint, ModelHoldsItsTensorsAndNothingElse) {
  const Job job = small_job();
  const Trainer trainer = trainer_of(job);
  trainer.save_model(model_);
  const io::SafetensorsFile file = io::SafetensorsFile::open(model_);
  EXPECT_EQ(file.names().size(), trainer.model().parameters().size());
  for (const Parameter& p : trainer.model().parameters()) {
    EXPECT_EQ(file.shape(p.name), p.shape);
    EXPECT_EQ(file.floats(p.name), p.values);
  }
  EXPECT_EQ(file.metadata().at("format"), "pt");
}

TEST_F(Checkpoint, SavingOverAnOldFileReplacesItWhole) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  trainer.save_state(state_);
  fit(trainer, job);
  trainer.save_state(state_);
  EXPECT_EQ(bits(load(state_).parameters()), bits(trainer.model().parameters()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path), {}), 1)
      << "nothing is left beside it";
}

TEST_F(Checkpoint, ChangedConfigurationIsRefused) {
  const std::vector<std::array<std::string, 3>> changes{
      {"\"model.activation\":\"tanh\"", "\"model.activation\":\"tank\"", "activation"},
      {"\"model.latent\":\"3\"", "\"model.latent\":\"4\"", "encoder.mean"},
      {"\"model.latent\":\"3\"", "\"model.latent\":\"0\"", "latent"},
      {"\"model.latent\":\"3\"", "\"model.latent\":\"x\"", "latent"},
      {"\"model.latent\":\"3\"", "\"model.latenz\":\"3\"", "latent"},
      {"\"model.data_dim\":\"13\"", "\"model.data_dim\":\"31\"", "encoder.0.weight"},
      {"\"model.data_dim\":\"13\"", "\"model.data_dim\":\"-1\"", "data_dim"},
      {"\"model.likelihood\":\"bernoulli\"", "\"model.likelihood\":\"bernoullj\"", "likelihood"},
      {"\"cuvae.kind\"", "\"cuvae.kinb\"", "cuvae.kind"},
      {"\"decoder.0.bias\"", "\"decoder.0.bios\"", "decoder.0.bias"}};
  for (const auto& [from, to, named] : changes) {
    SCOPED_TRACE(to);
    Vae(small_job().model, 4, Device::cpu(1)).save(model_);
    change(model_, from, to);
    expect_refused(model_, {named});
  }
}

TEST_F(Checkpoint, AModelWithoutColumnsIsRefused) {
  ModelConfig config = small_job().model;
  config.data_dim = 1;
  Vae(config, 4, Device::cpu(1)).save(model_);
  change(model_, "\"model.data_dim\":\"1\"", "\"model.data_dim\":\"0\"");
  expect_refused(model_, {});
}

TEST_F(Checkpoint, AModelIsNoState) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  trainer.save_model(model_);
  expect_error(Errc::data, {model_, "state"}, [&] { trainer.load_state(model_); });
  const std::string missing = folder_.path / "missing.safetensors";
  expect_error(Errc::data, {missing}, [&] { trainer.load_state(missing); });
  expect_refused(missing, {});
}

TEST_F(Checkpoint, AStateWithoutAllItsPartsIsRefused) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"run.counters\"", "\"run.counterz\""},
           {"\"run.sums\"", "\"run.sumz\""},
           {"\"first_moment.encoder.0.weight\"", "\"first_moment.encoder.0.weighd\""},
           {"\"second_moment.decoder.output.bias\"", "\"second_moment.decoder.output.bios\""},
           {"\"train.batch\":\"20\"", "\"train.batch\":\"2x\""}}) {
    SCOPED_TRACE(to);
    trainer.save_state(state_);
    change(state_, from, to);
    expect_error(Errc::data, {state_}, [&] { trainer.load_state(state_); });
  }
}

TEST_F(Checkpoint, NegativeCountersAreRefused) {
  const Job job = small_job();
  Trainer trainer = trainer_of(job);
  trainer.save_state(state_);
  train::StateFile file = train::read_state(state_);
  using Run = train::RunState;
  Run good;
  good.step = 12, good.epochs_finished = 3, good.step_in_epoch = 1, good.skipped = 2;
  const auto refused = [&](std::int64_t Run::*counter, std::int64_t value, const char* name) {
    file.run = good;
    file.run.*counter = value;
    train::write_state(state_, file);
    expect_error(Errc::data, {state_, name, std::to_string(value)}, [&] { trainer.load_state(state_); });
  };
  refused(&Run::step, -1, "step");
  refused(&Run::step, std::numeric_limits<std::int64_t>::max(), "step");
  refused(&Run::epochs_finished, 13, "epochs_finished");
  refused(&Run::step_in_epoch, 13, "step_in_epoch");
  refused(&Run::measured_position, 13, "measured_position");
  refused(&Run::skipped, 13, "skipped");
  refused(&Run::skipped_in_a_row, 3, "skipped_in_a_row");
  refused(&Run::best_epoch, 4, "best_epoch");
  refused(&Run::epochs_since_best, -1, "epochs_since_best");
  file.run = good;
  train::write_state(state_, file);
  trainer.load_state(state_);
  EXPECT_EQ(trainer.steps_done(), 12);
}

TEST_F(Checkpoint, StateMakesTheRoundTripToTheLastCounter) {
  const Job job = small_job();
  Trainer(job.model, job.train, Device::cpu(1)).save_state(state_);
  train::StateFile file = train::read_state(state_);
  EXPECT_EQ(file.train, job.train);
  file.run = {.step = 11,
              .epochs_finished = 2,
              .step_in_epoch = 3,
              .measured_position = 9,
              .skipped = 4,
              .skipped_in_a_row = 1,
              .epoch_sums = {1.5, 2.5, 3.5, 60},
              .best_elbo = -7.25,
              .best_epoch = 2,
              .epochs_since_best = 1,
              .data_fingerprint = 0xFEDCBA9876543210,
              .validation_fingerprint = 0x8000000000000001};
  train::write_state(state_, file);
  const train::RunState back = train::read_state(state_).run;
  EXPECT_EQ(back.step, 11);
  EXPECT_EQ(back.epochs_finished, 2);
  EXPECT_EQ(back.step_in_epoch, 3);
  EXPECT_EQ(back.measured_position, 9);
  EXPECT_EQ(back.skipped, 4);
  EXPECT_EQ(back.skipped_in_a_row, 1);
  EXPECT_EQ(back.epoch_sums.nll, 1.5);
  EXPECT_EQ(back.epoch_sums.kl, 2.5);
  EXPECT_EQ(back.epoch_sums.objective, 3.5);
  EXPECT_EQ(back.epoch_sums.rows, 60);
  EXPECT_EQ(back.best_elbo, -7.25);
  EXPECT_EQ(back.best_epoch, 2);
  EXPECT_EQ(back.epochs_since_best, 1);
  EXPECT_EQ(back.data_fingerprint, 0xFEDCBA9876543210);
  EXPECT_EQ(back.validation_fingerprint, 0x8000000000000001);
}

}  // namespace
}  // namespace cuvae::test
