// The built executable, run in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cuvae/vae.hpp"
#include "support/run_command.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {

using Words = std::vector<std::string>;

[[nodiscard]] std::string cuvae_binary();
[[nodiscard]] Words operator+(Words words, const Words& more);

class CliTest : public testing::Test {
 protected:
  [[nodiscard]] CommandResult cuvae(const Words& arguments, const Words& environment = {}) const;
  // `train` on 512 built-in pictures: 8 steps an epoch, 2 epochs, tiny layers, one thread.
  [[nodiscard]] CommandResult train(const std::string& out, const Words& more = {}) const;
  // The same, expected to go well.
  void trained(const std::string& out, const Words& more = {}) const;

  [[nodiscard]] std::filesystem::path at(const std::string& name) const { return folder_.path / name; }
  [[nodiscard]] std::string text(const std::string& name) const { return read_file(at(name)); }
  // What it prints, expected to go well.
  [[nodiscard]] std::string done(const Words& arguments) const;
  // Of a .npy file, row by row.
  [[nodiscard]] std::vector<float> values_of(const std::string& npy) const;
  // Everything in the folder, at any depth.
  [[nodiscard]] std::vector<std::string> files() const;
  [[nodiscard]] std::map<std::string, std::vector<float>> weights(const std::string& checkpoint) const;

 private:
  TempDir folder_;
};

// Exit code, fragments of the message on stderr, and its form: prefix, at most four lines.
void expect_refusal(const CommandResult& result, int exit_code, const Words& fragments);

}  // namespace cuvae::test
