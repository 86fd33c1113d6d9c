#include "cli/cuvae.hpp"

#include <algorithm>

#include "cuvae/dataset.hpp"

namespace cuvae::test {

namespace fs = std::filesystem;

std::string cuvae_binary() { return CUVAE_BINARY; }

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

CommandResult CliTest::cuvae(const Words& arguments, const Words& environment) const {
  return run_command(Words{cuvae_binary()} + arguments, {folder_.path, environment});
}

CommandResult CliTest::train(const std::string& out, const Words& more) const {
  const Words tiny{
      "train", "builtin:shapes:512", "--out", out,         "--hidden", "8",        "--latent", "3", "--batch",
      "64",    "--epochs",           "2",     "--threads", "1",        "--device", "cpu"};
  return cuvae(tiny + more);
}

void CliTest::trained(const std::string& out, const Words& more) const {
  const CommandResult result = train(out, more);
  ASSERT_EQ(result.exit_code, 0) << result.err;
}

std::string CliTest::done(const Words& arguments) const {
  const CommandResult result = cuvae(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.out;
}

std::vector<float> CliTest::values_of(const std::string& npy) const {
  const Dataset data = Dataset::open(at(npy).string());
  std::vector<float> all, row(static_cast<std::size_t>(data.cols()));
  for (std::int64_t i = 0; i < data.rows(); ++i) {
    data.read_row(i, row);
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

std::vector<std::string> CliTest::files() const {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_.path)) {
    names.push_back(fs::relative(entry.path(), folder_.path).string());
  }
  std::ranges::sort(names);
  return names;
}

std::map<std::string, std::vector<float>> CliTest::weights(const std::string& checkpoint) const {
  std::map<std::string, std::vector<float>> by_name;
  const Vae vae = Vae::load(at(checkpoint).string(), Device::cpu(1));
  for (const Parameter& parameter : vae.parameters()) by_name[parameter.name] = parameter.values;
  return by_name;
}

void expect_refusal(const CommandResult& result, int exit_code, const Words& fragments) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_TRUE(result.err.starts_with("cuvae: error: ")) << result.err;
  EXPECT_LE(std::ranges::count(result.err, '\n'), 4) << result.err;
  for (const std::string& fragment : fragments) {
    EXPECT_NE(result.err.find(fragment), std::string::npos)
        << "'" << fragment << "' is not in: " << result.err;
  }
}

}  // namespace cuvae::test
