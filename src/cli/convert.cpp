// cuvae convert: data of one format into another.
#include <limits>
#include <optional>

#include "src/cli/array_out.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/conversion.hpp"
#include "src/cli/model_use.hpp"
#include "src/cli/reading.hpp"
#include "src/cli/row_watch.hpp"
#include "src/config/text.hpp"
#include "src/data/spec.hpp"

namespace cuvae::cli {
namespace {

constexpr config::IntegerRange kRowCounts{1, std::numeric_limits<std::int64_t>::max()};

struct Request {
  std::vector<std::string> files;  // the last is OUT
  Conversion conversion;
  Reading reading;
};

core::ElementType to_type(const std::string& text) {
  if (text == "float32") return core::ElementType::f32;
  if (text == "uint8") return core::ElementType::u8;
  throw Error(Errc::invalid_argument, "'" + text + "' is neither float32 nor uint8");
}

CommandLine command_line(Request& request) {
  CommandLine line("cuvae convert IN... OUT [options]",
                   "Data of one format into another, values and type as they are. OUT is an array\n"
                   "(.npy, .npz), a table (.csv, .tsv, .csv.gz, .tsv.gz), a folder of pictures (a\n"
                   "name that ends in /), or one picture of all rows (.png).",
                   "  cuvae convert table.csv data.npy\n"
                   "  cuvae convert train-images-idx3-ubyte.gz pictures/ --rows 100\n");
  line.positionals("FILE", "data as for cuvae train; several are put together",
                   CommandLine::Presence::required,
                   [&](const std::string& text) { request.files.push_back(text); });
  line.heading("options");
  line.option("--rows", "N", CommandLine::with_default("the first so many", "all"),
              [&](const std::string& text) {
                config::labelled("--rows", [&] {
                  request.conversion.rows = config::to_integer(text);
                  require(kRowCounts, request.conversion.rows);
                });
              });
  add_reading(line, request.reading);
  line.option("--dtype", "NAME", "float32|uint8 [as stored; of pictures: uint8]",
              [&](const std::string& text) {
                config::labelled("--dtype", [&] { request.conversion.type = to_type(text); });
              });
  return line;
}

void take_files(Request& request) {
  if (request.files.size() < 2)
    throw Error(Errc::invalid_argument, "OUT is missing\nusage: cuvae convert IN... OUT [options]");
  Conversion& conversion = request.conversion;
  conversion.to = request.files.back();
  request.files.pop_back();
  for (const std::string& file : request.files)
    conversion.from += (conversion.from.empty() ? "" : "\n") + file;
  conversion.scale = scale_of(request.reading.scale);
  conversion.image = layout_of(request.reading.layout);
  require_possible(conversion);
  conversion.source = conversion.from;
  if (data::is_builtin(conversion.from)) return;
  const std::vector<data::Spec> specs = data::specs_of(conversion.from);
  conversion.source = data::name_of(specs);
  for (const data::Spec& spec : specs) require_another_file("OUT", conversion.to, spec.path);
}

}  // namespace

ExitCode run_convert(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  take_files(request);
  std::optional<RowWatch> watch;
  const auto done = [&](std::int64_t rows, std::int64_t of) {
    if (!watch) watch.emplace("convert", of);
    watch->done(rows);
  };
  const std::string written = convert(request.conversion, {done, stop_if_asked});
  watch.reset();
  print_done(request.conversion.to, written + ": " + request.conversion.to + "\n");
  return ExitCode::ok;
}

}  // namespace cuvae::cli
