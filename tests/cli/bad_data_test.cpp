// Files that are not what they should be: exit code 3, a message that names them, nothing left behind.
#include <cmath>

#include "cli/cuvae.hpp"
#include "support/unsealed.hpp"

namespace cuvae::test {
namespace {

using BadData = CliTest;

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string idx(std::uint32_t rows, const std::string& pixels, std::uint32_t height = 2,
                std::uint32_t width = 2) {
  return std::string("\0\0\x08\x03", 4) + big_endian(rows) + big_endian(height) + big_endian(width) + pixels;
}

// What stands before values in numpy's format.
std::string npy_header(const std::string& type, std::size_t rows, std::size_t cols) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + std::to_string(rows) +
                       ", " + std::to_string(cols) + "), }";
  header.resize(118, ' ');
  header.back() = '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(118) + '\0' + header;
}

// float32 [rows, cols]
std::string npy(const std::vector<float>& values, std::size_t cols) {
  std::string bytes = npy_header("<f4", values.size() / cols, cols);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return bytes;
}

TEST_F(BadData, IsRefusedBeforeAnythingIsCreated) {
  const std::string pixels(16, '\x10');
  const std::vector<std::pair<std::string, std::string>> contents{
      {"empty", ""},
      {"garbage", "this is no data file at all, whatever its name says"},
      {"truncated.idx", idx(4, pixels.substr(0, 7))},
      {"huge.idx", idx(0xffffffff, pixels)},
      {"zero.idx", idx(0, "")},
      {"cut.gz", std::string("\x1f\x8b\x08\x00\x00", 5)},
      {"nan.npy", npy({0.5f, 0.5f, std::nanf(""), 0.5f}, 2)},
      {"infinite.npy", npy({0.5f, 0.5f, 0.5f, HUGE_VALF}, 2)},
  };
  for (const auto& [name, bytes] : contents) write_file(at(name), bytes);
  const Words all = files();
  for (const auto& [name, bytes] : contents) {
    SCOPED_TRACE(name);
    expect_refusal(cuvae({"train", name, "--out", "run"}), 3, {name});
    if (name == "nan.npy" || name == "infinite.npy") {
      EXPECT_NE(done({"info", name}).find("Training refuses them"), std::string::npos);
    } else {
      expect_refusal(cuvae({"info", name}), 3, {name});
    }
  }
  expect_refusal(cuvae({"train", "absent.npy", "--out", "run"}), 3, {"absent.npy"});
  expect_refusal(cuvae({"train", "builtin:circles", "--out", "run"}), 2,
                 {"builtin:circles", "builtin:shapes"});
  EXPECT_EQ(files(), all);
}

TEST_F(BadData, ForValidationIsRefusedBeforeAnythingIsAnnounced) {
  write_file(at("two.npy"), npy({0.0f, 1.0f, 0.5f, 0.5f}, 2));
  write_file(at("four.npy"), npy({0.0f, 1.0f, 0.5f, 0.5f}, 4));
  for (const Words& more : {Words{}, Words{"--dry-run"}}) {
    const CommandResult result =
        cuvae(Words{"train", "two.npy", "--validation", "four.npy", "--out", "run"} + more);
    expect_refusal(result, 3, {"four.npy", "4", "2"});
    EXPECT_EQ(result.out, "");
  }
}

TEST_F(BadData, ThatNoUpdateSurvivesIsNoSuccess) {
  write_file(at("far.npy"), npy({0.0f, 1.0f, 1e30f, 0.5f}, 2));
  const CommandResult result = cuvae(
      {"train", "far.npy", "--likelihood", "gaussian", "--hidden", "none", "--epochs", "2", "--out", "run"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_NE(result.err.find("no update of epoch 1 was finite"), std::string::npos) << result.err;
  EXPECT_EQ(files(), Words{"far.npy"});
}

// Bytes of 0 and 1 are values in an NPY file and shades in an IDX file: a run goes on with its own only.
TEST_F(BadData, OfTheSameBytesOnAnotherScaleIsOtherData) {
  const std::string bytes("\0\1\1\0\1\1\0\0", 8);
  write_file(at("values.npy"), npy_header("|u1", 2, 4) + bytes);
  write_file(at("shades.idx"), idx(2, bytes));
  const Words tiny{"--hidden", "none", "--latent", "1", "--out", "run", "--epochs"};
  EXPECT_EQ(cuvae(Words{"train", "values.npy"} + tiny + Words{"1"}).exit_code, 0);
  const CommandResult other = cuvae(Words{"train", "shades.idx"} + tiny + Words{"2", "--resume"});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_NE(other.err.find("fingerprint"), std::string::npos) << other.err;
}

// 64 pictures of this height are more than a PNG can be high.
TEST_F(BadData, PicturesThatAreTooLongAreShownInSmallerNumber) {
  write_file(at("long.idx"), idx(2, std::string(2 * 130'000, '\x10'), 130'000, 1));
  const CommandResult result = cuvae({"train", "long.idx", "--hidden", "none", "--latent", "1", "--batch",
                                      "2", "--epochs", "1", "--out", "run"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(std::filesystem::exists(at("run/samples.png")));
  expect_refusal(cuvae({"sample", "run/model.safetensors", "--out", "s.png"}), 2, {"-n", "64", "130000 x 1"});
}

TEST_F(BadData, ValuesBeyondBernoulliNameTheRow) {
  write_file(at("wide.npy"), npy({0.0f, 1.0f, 0.5f, 1.5f}, 2));
  const Words tiny{"train", "wide.npy", "--out", "run", "--hidden", "none", "--latent", "1", "--epochs", "1"};
  expect_refusal(cuvae(tiny), 3, {"wide.npy", "row 1", "gaussian"});
  EXPECT_EQ(files(), Words{"wide.npy"});
  const CommandResult gaussian = cuvae(tiny + Words{"--likelihood", "gaussian"});
  EXPECT_EQ(gaussian.exit_code, 0) << gaussian.err;
  EXPECT_NE(gaussian.out.find("--out samples.npy"), std::string::npos) << gaussian.out;
  EXPECT_FALSE(std::filesystem::exists(at("run/samples.png"))) << "two numbers are no picture";
  expect_refusal(cuvae({"sample", "run/model.safetensors", "--out", "s.png"}), 2, {"no pictures", "s.npy"});
}

TEST_F(BadData, OfAnotherWidthThanTheModelsIsRefused) {
  trained("run");
  write_file(at("narrow.npy"), npy({0.0f, 1.0f, 0.5f, 0.5f}, 2));
  for (const Words& command :
       {Words{"eval"}, Words{"encode", "--out", "o.npy"}, Words{"reconstruct", "--out", "o.npy"}}) {
    expect_refusal(cuvae(command + Words{"run/model.safetensors", "narrow.npy"}), 3,
                   {"narrow.npy", "2", "784"});
  }
  EXPECT_FALSE(std::filesystem::exists(at("o.npy")));
  expect_refusal(train("other", {"--validation", "narrow.npy"}), 3, {"narrow.npy"});
  EXPECT_FALSE(std::filesystem::exists(at("other")));
}

TEST_F(BadData, DamagedCheckpointsAreRefused) {
  trained("run");
  const std::string whole = unsealed(text("run/model.safetensors"));
  std::string other_config = whole;
  other_config.replace(other_config.find("\"model.latent\":\"3\""), 18, "\"model.latent\":\"4\"");
  std::string out_of_range = whole;
  const std::size_t offsets = out_of_range.find("\"data_offsets\":[0,");
  out_of_range.replace(offsets, 18, "\"data_offsets\":[9,");
  const std::vector<std::pair<std::string, std::string>> contents{
      {"empty.safetensors", ""},
      {"short.safetensors", whole.substr(0, whole.size() - 1)},
      {"header.safetensors", whole.substr(0, 100)},
      {"config.safetensors", other_config},
      {"offsets.safetensors", out_of_range},
      {"garbage.safetensors", std::string(200, 'x')},
  };
  for (const auto& [name, bytes] : contents) {
    SCOPED_TRACE(name);
    write_file(at(name), bytes);
    expect_refusal(cuvae({"eval", name, "builtin:shapes:10"}), 3, {name});
    if (name == "nan.npy" || name == "infinite.npy") {
      EXPECT_NE(done({"info", name}).find("Training refuses them"), std::string::npos);
    } else {
      expect_refusal(cuvae({"info", name}), 3, {name});
    }
  }
  expect_refusal(cuvae({"sample", "absent.safetensors", "--out", "s.npy"}), 3, {"absent.safetensors"});
  for (const char* state : {"run/state.safetensors", "run/state.previous.safetensors"}) {
    write_file(at(state), text(state).substr(0, 500));
  }
  expect_refusal(train("run", {"--resume"}), 3, {"run/state.safetensors", "run/state.previous.safetensors"});
}

TEST_F(BadData, AFullDiskIsThreeAndLeavesNothing) {
  const std::string limited = "ulimit -f 20; exec \"$0\" \"$@\"";  // blocks of 512 bytes
  const Words command{"sh",  "-c",       limited, cuvae_binary(), "train", "builtin:shapes:512", "--out",
                      "run", "--hidden", "8",     "--epochs",     "1"};
  // The limit also holds for the counts of lines that a build for them writes at its end.
  const TempDir counts;
  const CommandOptions limits{at("."), {"GCOV_PREFIX=" + counts.path.string(), "GCOV_ERROR_FILE=/dev/null"}};
  expect_refusal(run_command(command, limits), 3, {"run/"});
  EXPECT_EQ(files(), Words{});
  trained("run");
  const std::string state = text("run/state.safetensors");
  expect_refusal(
      run_command(command + Words{"--latent", "3", "--batch", "64", "--epochs", "3", "--resume"}, limits), 3,
      {"run/"});
  EXPECT_EQ(text("run/state.safetensors"), state);
}

// The file is cut off when the first of it has been read and the reader of the output is waited for.
TEST_F(BadData, AFileThatIsCutOffWhileItIsReadIsThree) {
  write_file(at("data.npy"), npy_header("|u1", 65536, 256) + std::string(65536 * 256, '\0'));
  const std::string cut =
      "mkfifo pipe; (head -c 1000; truncate -s 1000 data.npy; cat) < pipe > /dev/null & "
      "exec \"$0\" convert data.npy /dev/stdout > pipe";
  expect_refusal(run_command({"sh", "-c", cut, cuvae_binary()}, {at("."), {}}), 3,
                 {"a data file became shorter", "--resume"});
}

TEST_F(BadData, OutputThatCannotBeWrittenIsThree) {
  trained("run");
  write_file(at("file"), "precious");
  expect_refusal(train("file"), 3, {"file"});
  expect_refusal(train("file/below"), 3, {"file/below"});
  expect_refusal(cuvae({"sample", "run/model.safetensors", "--out", "absent/s.npy"}), 3, {"absent/s.npy"});
  expect_refusal(train("/dev/full"), 3, {"/dev/full"});
  EXPECT_EQ(text("file"), "precious");

  const CommandResult full =
      run_command({"sh", "-c", "exec \"$0\" devices > /dev/full", cuvae_binary()}, {at("."), {}});
  expect_refusal(full, 3, {"stdout"});
}

}  // namespace
}  // namespace cuvae::test
