// What a flawed safetensors file gets: Error(data) that names the file, the tensor and the flaw.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "data/allocation_watch.hpp"
#include "data/sample_files.hpp"
#include "src/io/safetensors.hpp"

namespace cuvae::test {
namespace {

using io::SafetensorsFile;

std::string with_length(std::uint64_t length, std::string_view rest) {
  return bytes_of(std::vector<std::uint64_t>{length}).append(rest);
}

// A header and so many zero bytes of data.
std::string file_of(std::string_view header, std::size_t data_bytes) {
  return with_length(header.size(), header) + std::string(data_bytes, '\0');
}

// One tensor "w" with these JSON values, and 8 bytes of data.
std::string tensor_file(std::string_view dtype, std::string_view shape, std::string_view offsets) {
  std::string header = R"({"w":{"dtype":)";
  header.append(dtype).append(R"(,"shape":)").append(shape).append(R"(,"data_offsets":)").append(offsets);
  return file_of(header + "}}", 8);
}

std::string shape_file(std::string_view shape) { return tensor_file(R"("F32")", shape, "[0,8]"); }
std::string offsets_file(std::string_view offsets) { return tensor_file(R"("F32")", "[2]", offsets); }

// Tensors "a" and "b" of one F32 each.
std::string two_tensors(std::string_view a, std::string_view b, std::size_t data_bytes) {
  std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)";
  header.append(a).append(R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)").append(b).append("}}");
  return file_of(header, data_bytes);
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

void expect_damaged(const std::string& bytes, const std::string& part) {
  const SampleFile file("bad.safetensors", bytes);
  forget_allocations();
  expect_error(Errc::data, {file.path(), part, "damaged or not safetensors"},
               [&] { static_cast<void>(SafetensorsFile::open(file.path())); });
  EXPECT_LT(largest_allocation(), std::size_t{1} << 20);
}

struct BadFile {
  const char* name;
  std::string bytes;
  std::string part;  // of the message
};
void PrintTo(const BadFile& file, std::ostream* out) { *out << file.name; }

class BadSafetensors : public testing::TestWithParam<BadFile> {};

TEST_P(BadSafetensors, IsRefused) { expect_damaged(GetParam().bytes, GetParam().part); }

std::string name_of(const testing::TestParamInfo<BadFile>& info) { return info.param.name; }

const char* const kOneTensor = R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";

const std::vector<BadFile> kFrame{
    {"Empty", "", "it is empty"},
    {"CutInLength", "\7\0\0", "within the length"},
    {"LengthAlone", with_length(50, ""), "header of 50 bytes, and has only 0"},
    {"CutInHeader", file_of(kOneTensor, 0).substr(0, 40), "and has only 32"},
    {"HeaderOneByteShort", file_of("{}", 0).substr(0, 9), "header of 2 bytes, and has only 1"},
    {"CutInData", file_of(kOneTensor, 7), "take 8 bytes of data, and it has 7"},
    {"TrailingBytes", file_of(kOneTensor, 9), "take 8 bytes of data, and it has 9"},
    {"DataOfNoTensor", file_of("{}", 8), "take 0 bytes of data, and it has 8"},
    {"HeaderOfNothing", with_length(0, "{}"), "start with '{'"},
    {"HeaderOverTheLimit", with_length(100'000'001, kOneTensor), "over the limit"},
    {"LengthTwoTo63", with_length(1ull << 63, kOneTensor), "9223372036854775808"},
    {"LengthThatWraps", with_length(~0ull - 7, kOneTensor), "over the limit"},
    {"OtherFirstByte", file_of(" {}", 0), "start with '{'"},
    {"ByteOrderMark", file_of("\xEF\xBB\xBF{}", 0), "start with '{'"},
    {"Pickle", "\x80\2}q\1(X\6 weight", "over the limit"},
    {"Array", file_of("[1,2]", 0), "start with '{'"},
    {"NotClosed", file_of("{\"w\":{\"dtype\":\"F32\"", 0), "no valid JSON at byte 20"},
    {"SecondValue", file_of("{}{}", 0), "no valid JSON"},
    {"NulAtTheEnd", file_of(std::string_view("{}\0", 3), 0), "no valid JSON at byte 3"},
    {"HiddenBehindNul", file_of(std::string_view("{}\0{\"w\":1}", 10), 0), "no valid JSON at byte 3"},
    {"Comment", file_of("{/**/}", 0), "no valid JSON"},
    {"NotUtf8", file_of("{\"\xFF\":{}}", 0), "no valid JSON"},
    {"DepthBomb", file_of("{\"w\":" + repeated("[", 90'000), 0), "\"w\": it is an array"},
    {"EndlessBlanks", file_of("{" + std::string(2'000'000, ' ') + "}", 0), "byte 2 is longer than 1 MiB"},
    {"EndlessText", file_of(R"({"__metadata__":{"a":")" + std::string(2'000'000, ',') + "\"}}", 0),
     "byte 23 is longer than 1 MiB"},
    {"ObjectBomb", file_of(repeated("{\"w\":", 20'000), 0), "unknown key \"w\""},
};
INSTANTIATE_TEST_SUITE_P(Frame, BadSafetensors, testing::ValuesIn(kFrame), name_of);

const std::vector<BadFile> kTable{
    {"TwoTensorsOfOneName",
     file_of(R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
             R"("w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
             0),
     "the key \"w\" is there twice"},
    {"TwoMetadata", file_of(R"({"__metadata__":{},"__metadata__":{}})", 0), "is there twice"},
    {"TwoMetadataKeys", file_of(R"({"__metadata__":{"a":"1","a":"2"}})", 0), "\"a\" is there"},
    {"EscapedTwinOfATensor",
     file_of(R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
             R"("\u0077":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
             0),
     "the key \"w\" is there twice"},
    {"EscapedTwin", file_of(R"({"__metadata__":{"a":"1","\u0061":"2"}})", 0), "there twice"},
    {"TwoShapes", file_of(R"({"w":{"dtype":"F32","shape":[2],"shape":[1],"data_offsets":[0,8]}})", 8),
     "the key \"shape\" is there twice"},
    {"MetadataNumber", file_of(R"({"__metadata__":{"a":1}})", 0), "a whole number where a string"},
    {"MetadataNull", file_of(R"({"__metadata__":{"a":null}})", 0), "\"a\": null where a string"},
    {"MetadataObject", file_of(R"({"__metadata__":{"a":{}}})", 0), "an object where a string"},
    {"MetadataArray", file_of(R"({"__metadata__":{"a":[]}})", 0), "an array where a string"},
    {"MetadataString", file_of(R"({"__metadata__":"a"})", 0), "a string, not an object"},
    {"TensorNumber", file_of(R"({"w":3})", 0), "tensor \"w\": it is a whole number"},
    {"TensorNull", file_of(R"({"w":null})", 0), "it is null, not an object"},
    {"NoDtype", file_of(R"({"w":{"shape":[2],"data_offsets":[0,8]}})", 8), "has no dtype"},
    {"NoShape", file_of(R"({"w":{"dtype":"F32","data_offsets":[0,8]}})", 8), "has no shape"},
    {"NoOffsets", file_of(R"({"w":{"dtype":"F32","shape":[2]}})", 8), "no two data_offsets"},
    {"NoKeys", file_of(R"({"w":{}})", 0), "tensor \"w\": it has no dtype"},
    {"UnknownKey", file_of(R"({"w":{"strides":[1]}})", 0), "unknown key \"strides\""},
    {"UnknownDtype", tensor_file(R"("F31")", "[2]", "[0,8]"), "unknown dtype \"F31\""},
    {"LowerCaseDtype", tensor_file(R"("f32")", "[2]", "[0,8]"), "unknown dtype \"f32\""},
    {"DtypeNumber", tensor_file("32", "[2]", "[0,8]"), "\"dtype\": a whole number where a str"},
    {"DtypeArray", tensor_file(R"(["F32"])", "[2]", "[0,8]"), "\"dtype\": an array where"},
};
INSTANTIATE_TEST_SUITE_P(Table, BadSafetensors, testing::ValuesIn(kTable), name_of);

const std::vector<BadFile> kShape{
    {"TooSmall", shape_file("[1]"), "F32 [1] takes 4 bytes, its place is bytes 0 to 8"},
    {"TooLarge", shape_file("[3]"), "takes 12 bytes"},
    {"OtherType", tensor_file(R"("F64")", "[2]", "[0,8]"), "F64 [2] takes 16 bytes"},
    {"ZeroSize", shape_file("[2,0]"), "takes 0 bytes"},
    {"Negative", shape_file("[-2]"), "\"shape\": a negative number where natural numbers"},
    {"TwoNegatives", shape_file("[-1,-2]"), "a negative number"},
    {"Fraction", shape_file("[2.0]"), "no integer of 64 bits"},
    {"Exponent", shape_file("[2e0]"), "no integer of 64 bits"},
    {"Nan", shape_file("[NaN]"), "no valid JSON"},
    {"Text", shape_file(R"(["2"])"), "a string where natural numbers"},
    {"NotAnArray", shape_file("2"), "\"shape\": a whole number where"},
    {"TooManyDimensions", shape_file("[" + repeated("1,", 64) + "2]"), "more than 64 dimensions"},
    {"Nested", shape_file("[[2]]"), "an array where"},
    {"TwoTo63", shape_file("[9223372036854775808]"), "over 2^63"},
    {"TwoTo64", shape_file("[18446744073709551618]"), "no integer of 64 bits"},
    {"ProductWrapsTo2", shape_file("[4611686018427387905,2,2]"), "no file can hold F32"},
    {"BytesWrapTo8", shape_file("[4611686018427387906]"), "no file can hold"},
    {"ManyFactors", shape_file(std::string("[") + repeated("4294967296,", 30) + "2]"), "no file can hold"},
    {"ZeroFirst", tensor_file(R"("F32")", "[0,4611686018427387904,8]", "[0,0]"), "no file can"},
    {"ZeroLast", tensor_file(R"("F32")", "[4611686018427387904,8,0]", "[0,0]"), "no file can"},
    {"HalfABytes", tensor_file(R"("F4")", "[15]", "[0,8]"), "no file can hold F4 [15]"},
};
INSTANTIATE_TEST_SUITE_P(Shape, BadSafetensors, testing::ValuesIn(kShape), name_of);

const std::vector<BadFile> kOffsets{
    {"EndBeforeBegin", offsets_file("[8,0]"), "its place is bytes 8 to 0"},
    {"DifferenceWraps", offsets_file("[9223372036854775807,7]"), "bytes 9223372036854775807"},
    {"BeyondTheEnd", offsets_file("[8,16]"), "after a hole from 0"},
    {"Huge", offsets_file("[9223372036854775799,9223372036854775807]"), "after a hole"},
    {"OverTwoTo63", offsets_file("[0,9223372036854775808]"), "\"data_offsets\": a number over"},
    {"OverTwoTo64", offsets_file("[0,1e20]"), "no integer of 64 bits"},
    {"Negative", offsets_file("[-8,0]"), "\"data_offsets\": a negative number"},
    {"Fraction", offsets_file("[0,8.5]"), "no integer of 64 bits"},
    {"One", offsets_file("[8]"), "no two data_offsets"},
    {"Three", offsets_file("[0,8,8]"), "more than two"},
    {"None", offsets_file("[]"), "no two data_offsets"},
    {"Object", offsets_file("{}"), "an object where natural numbers"},
    {"Overlap", two_tensors("[0,4]", "[2,6]", 6), "\"b\": its place is bytes 2 to 6, overlap"},
    {"SamePlace", two_tensors("[0,4]", "[0,4]", 4), "overlapping one that ends at 4"},
    {"Hole", two_tensors("[0,4]", "[8,12]", 12), "after a hole from 4"},
    {"HoleAtTheStart", two_tensors("[8,12]", "[4,8]", 12), "\"b\": its place is bytes 4 to 8"},
    {"LastBeyondTheEnd", two_tensors("[0,4]", "[4,8]", 7), "take 8 bytes of data, and it has 7"},
};
INSTANTIATE_TEST_SUITE_P(Offsets, BadSafetensors, testing::ValuesIn(kOffsets), name_of);

TEST(BadSafetensorsFile, Missing) {
  expect_error(Errc::data, {"no/such.safetensors", "No such file", "Check the path"},
               [] { static_cast<void>(SafetensorsFile::open("no/such.safetensors")); });
}

TEST(BadSafetensorsFile, Directory) {
  const TempDir folder;
  expect_error(Errc::data, {folder.path.string(), "is a directory"},
               [&] { static_cast<void>(SafetensorsFile::open(folder.path)); });
}

TEST(BadSafetensorsFile, Pipe) {
  const TempDir folder;
  const std::string path = (folder.path / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_error(Errc::data, {path, "no regular file"},
               [&] { static_cast<void>(SafetensorsFile::open(path)); });
}

TEST(BadSafetensorsFile, CutAnywhere) {
  const std::string whole = two_tensors("[4,8]", "[0,4]", 8);
  for (std::size_t size = 0; size < whole.size(); ++size) expect_damaged(whole.substr(0, size), "");
}

TEST(BadSafetensorsFile, AnyByteOfTheHeaderChanged) {
  const std::string whole = two_tensors("[4,8]", "[0,4]", 8);
  for (std::size_t at = 0; at + 8 < whole.size(); ++at) {
    for (const char c : std::string_view("\0 \"{}[],:-019.eEu\\\x80\xFF", 20)) {
      std::string changed = whole;
      changed[at] = c;
      try {
        const io::SafetensorsHeader header = io::read_header(std::as_bytes(std::span(changed)), "changed");
        EXPECT_EQ(header.data_offset, whole.size() - 8);
        for (const auto& [name, tensor] : header.tensors) {
          EXPECT_TRUE(tensor.begin < tensor.end && tensor.end <= 8) << "byte " << at << " as " << c;
        }
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::data) << error.what();
      }
    }
  }
}

TEST(BadSafetensorsFile, OddNamesStayOnTheirLine) {
  expect_damaged(file_of("{\"two\\nlines\":1}", 0), "tensor \"two\\nlines\": it is a whole number");
  const std::string name(10'000, 'x');
  expect_damaged(file_of("{\"" + name + "\":1}", 0), "\"" + name.substr(0, 80) + "...\"");
}

TEST(OddSafetensors, TypesThatAreOnlyKnown) {
  for (const char* type : {R"("F16")", R"("BF16")", R"("I16")"}) {
    const SampleFile file("half.safetensors", tensor_file(type, "[4]", "[0,8]"));
    const SafetensorsFile opened = SafetensorsFile::open(file.path());
    EXPECT_EQ(opened.shape("w"), std::vector<std::int64_t>{4});
    expect_error(Errc::data, {file.path(), "\"w\"", "not F32"},
                 [&] { static_cast<void>(opened.floats("w")); });
  }
}

// Of https://github.com/huggingface/safetensors at 24b0b285, safetensors/src/tensor.rs.
TEST(OddSafetensors, EveryTypeOfTheReferenceIsKnown) {
  const std::vector<std::pair<std::string, std::size_t>> bits{
      {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
      {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
      {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
      {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}};
  for (const auto& [type, size] : bits) {
    std::string header = R"({"w":{"dtype":")" + type + R"(","shape":[2,4],"data_offsets":[0,)";
    header += std::to_string(size) + "]}}";
    const SampleFile file("typed.safetensors", file_of(header, size));
    EXPECT_EQ(SafetensorsFile::open(file.path()).shape("w"), (std::vector<std::int64_t>{2, 4})) << type;
  }
}

TEST(OddSafetensors, MetadataMayBeNull) {
  const SampleFile file("null.safetensors", file_of(R"({"__metadata__":null})", 0));
  EXPECT_TRUE(SafetensorsFile::open(file.path()).metadata().empty());
}

TEST(OddSafetensors, OrderAndPaddingAreFree) {
  const SampleFile file("odd.safetensors", two_tensors("[4,8]", "[0,4]", 8));
  EXPECT_EQ(SafetensorsFile::open(file.path()).floats("a").size(), 1u);
  const SampleFile empty("empty.safetensors", file_of("{} \n\t ", 0));
  EXPECT_TRUE(SafetensorsFile::open(empty.path()).names().empty());
}

TEST(OddSafetensors, AHintIsNotSoughtAmongEndlessNames) {
  const std::string name(1'000'000, 'w');
  const SampleFile file("long.safetensors",
                        file_of("{\"" + name + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", 0));
  const SafetensorsFile opened = SafetensorsFile::open(file.path());
  forget_allocations();
  expect_error(Errc::data, {"no tensor \"weight\""}, [&] { static_cast<void>(opened.bytes("weight")); });
  EXPECT_LT(largest_allocation(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace cuvae::test
