// cuvae bench: each fused kernel beside a copy of as many bytes and beside its unfused sequence.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

#include "bench/kernels/commit.hpp"
#include "bench/kernels/compare.hpp"
#include "bench/kernels/report_file.hpp"
#include "cuvae/version.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/live_line.hpp"
#include "src/cli/machine.hpp"
#include "src/cli/output.hpp"
#include "src/cli/row_watch.hpp"
#include "src/config/range.hpp"
#include "src/core/check.hpp"
#include "src/core/shown.hpp"
#include "src/io/atomic_file.hpp"

namespace cuvae::cli {
namespace {

using bench::Operation, bench::Report, bench::Shape, bench::Type;

struct Request : Machine {
  std::vector<const Operation*> operations;
  std::int64_t rows = 0;  // 0: the shapes of the table
  std::int32_t cols = 0;
  std::vector<Type> types{Type::fp32};
  std::vector<std::string> out;
  std::string compare;
  bool json = false;
  std::string command = "cuvae bench";
};

using Write = std::string (*)(const Report&);

Write format_of(const std::string& out) {
  const std::string ending = std::filesystem::path(out).extension().string();
  if (ending == ".json") return bench::as_json;
  if (ending == ".csv") return bench::as_csv;
  if (ending == ".md") return bench::as_markdown;
  throw Error(Errc::invalid_argument, "--out: '" + out + "' must end in .json, .csv or .md");
}

Precision precision_of(Type type) { return type == Type::bf16 ? Precision::bf16 : Precision::fp32; }

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  for (std::size_t comma = 0; comma != std::string::npos; begin = comma + 1) {
    comma = list.find(',', begin);
    words.push_back(list.substr(begin, comma == std::string::npos ? comma : comma - begin));
  }
  return words;
}

const Operation* operation_named(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Operation& operation : bench::operations()) {
    if (operation.name == name) return &operation;
    names.push_back(operation.name);
  }
  const std::string hint = detail::did_you_mean(name, names);
  std::string all;
  for (const std::string_view known : names) all += (all.empty() ? "" : ", ") + std::string(known);
  throw Error(Errc::invalid_argument, "--op: unknown op '" + core::shown(name) + "'" +
                                          (hint.empty() ? "" : "; " + hint) + "\nThere are: " + all + ".");
}

std::vector<Type> types_named(const std::string& list) {
  std::vector<Type> types;
  for (const std::string& word : split(list)) {
    if (word != "fp32" && word != "bf16")
      throw Error(Errc::invalid_argument, "--type: '" + core::shown(word) + "' is neither fp32 nor bf16");
    types.push_back(word == "bf16" ? Type::bf16 : Type::fp32);
  }
  return types;
}

std::string list_of_operations() {
  Rows rows;
  for (const Operation& operation : bench::operations())
    rows.emplace_back("  " + std::string(operation.name), operation.what);
  std::string list = two_columns(rows);
  list.pop_back();  // its last line ends where the usage begins
  return list;
}

CommandLine command_line(Request& request) {
  CommandLine line(
      "cuvae bench [options]",
      "How fast each fused kernel is on this machine: beside a copy of as many bytes, beside the same\n"
      "unfused, cold and hot, with everything measured in this process. The ops:\n\n" +
          list_of_operations(),
      "  cuvae bench --out kernels.json\n"
      "  cuvae bench --op bernoulli_nll,adam --rows 4096 --cols 784 --compare kernels.json\n");
  const auto count = [](const char* flag, std::int64_t most, const std::string& text) {
    std::int64_t value = 0;
    config::labelled(flag, [&] {
      value = config::to_integer(text);
      config::require(config::IntegerRange{1, most}, value);
    });
    return value;
  };
  line.heading("what");
  line.option("--op", "NAMES", "ops, with commas between them [all]", [&](const std::string& text) {
    for (const std::string& name : split(text)) request.operations.push_back(operation_named(name));
  });
  line.option("--rows", "N", "rows of the operands [the reference job's, and many]",
              [&, count](const std::string& text) {
                request.rows = count("--rows", (std::int64_t{1} << 31) - 1, text);
              });
  line.option("--cols", "N", "columns [the same]", [&, count](const std::string& text) {
    request.cols = static_cast<std::int32_t>(count("--cols", std::int64_t{1} << 30, text));
  });
  line.option("--type", "NAMES", "fp32, bf16 or fp32,bf16: what products read and write [fp32]",
              [&](const std::string& text) { request.types = types_named(text); });
  line.heading("results");
  line.option("--out", "FILES", "also here, after each row: .json, .csv, .md", [&](const std::string& text) {
    request.out = split(text);
    for (const std::string& file : request.out) static_cast<void>(format_of(file));
  });
  line.option("--compare", "OLD.json", "prints the ratio of each row; ends with 1 where one got slower",
              [&](const std::string& text) { request.compare = text; });
  line.flag("--json", "one JSON object instead of a table", request.json);
  line.heading("where");
  for (const auto& key : machine_keys<Request>()) line.setting(key, request);
  return line;
}

// "2026-01-31", in UTC.
std::string today() {
  const std::chrono::year_month_day date(
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  const auto digits = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(date.year())) + "-" + digits(static_cast<unsigned>(date.month())) +
         "-" + digits(static_cast<unsigned>(date.day()));
}

// The reference job's shape, and one far larger than any cache.
std::vector<Shape> shapes_of(const Request& request, const Operation& operation, const Device& device) {
  const Shape large = device.kind == Device::Kind::cuda ? Shape{16384, 4096} : Shape{16384, 784};
  const auto chosen = [&](const Shape& shape) {
    return Shape{request.rows > 0 ? request.rows : shape.rows, request.cols > 0 ? request.cols : shape.cols};
  };
  if (chosen(operation.small) == chosen(large)) return {chosen(large)};
  return {chosen(operation.small), chosen(large)};
}

std::vector<bench::Case> cases_of(const Request& request, const Device& device, Type type) {
  std::vector<bench::Case> cases;
  std::vector<const Operation*> chosen = request.operations;
  if (chosen.empty()) {
    for (const Operation& operation : bench::operations()) chosen.push_back(&operation);
  }
  for (const Operation* operation : chosen) {
    for (const Shape& shape : shapes_of(request, *operation, device))
      cases.push_back({operation, shape, type});
  }
  return cases;
}

// Says on stderr what is being measured, and stops where a signal asks for that.
class Watch {
 public:
  void now(const std::string& what) {
    if (!terminal_.live) return;
    const std::string text = "bench: " + what;
    line_.draw(text.substr(0, static_cast<std::size_t>(terminal_.columns - 1)), text.size());
  }
  void look() const {
    if (StopSignals::requested()) throw Stopped{};
  }

 private:
  StopSignals signals_;
  Terminal terminal_ = terminal(Stream::err);
  LiveLine line_;
};

void save(const Request& request, const Report& report) {
  for (const std::string& file : request.out) io::write_file(file, format_of(file)(report));
}

// The whole set twice: by how much the two differ is the noise.
void measure_type(const Request& request, const std::vector<bench::Case>& cases, bench::Machine& machine,
                  Report& report, Watch& watch) {
  constexpr int kRuns = 2;
  std::vector<std::vector<bench::Samples>> first;
  std::vector<std::size_t> row_of;
  for (int run = 0; run < kRuns; ++run) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      watch.now(to_string(cases[i]) + ", " +
                std::to_string(i + 1 + static_cast<std::size_t>(run) * cases.size()) + " of " +
                std::to_string(kRuns * cases.size()));
      const std::vector<bench::Samples> samples = bench::measure(machine, cases[i], [&] { watch.look(); });
      if (run == 0) row_of.push_back(report.rows.size());
      for (std::size_t k = 0; k < samples.size(); ++k) {
        if (run == 0) {
          report.rows.push_back(make_row(cases[i], report.ceilings, samples[k], nullptr));
        } else {
          report.rows[row_of[i] + k] = make_row(cases[i], report.ceilings, first[i][k], &samples[k]);
        }
      }
      if (run == 0) first.push_back(samples);
      save(request, report);
    }
  }
}

void measure_all(const Request& request, const Device& device, Report& report) {
  Watch watch;
  for (const Type type : request.types) {
    const auto machine = bench::make_machine(device, precision_of(type));
    report.facts = machine->facts();
    const std::vector<bench::Case> cases = cases_of(request, device, type);
    for (const bench::Case& one : cases) bench::require_room(*machine, one);
    watch.now("what the machine can do at most");
    if (type == request.types.front()) report.ceilings = measure_ceilings(*machine);
    measure_type(request, cases, *machine, report, watch);
  }
}

// What would fail in the end fails before anything is measured.
void require_sense(const Request& request, const Device& device, const std::optional<Report>& old) {
  for (const std::string& file : request.out) static_cast<void>(io::AtomicFile(file));  // can be written
  bool any = false;
  for (const Type type : request.types) {
    if (type == Type::bf16 && device.kind == Device::Kind::cpu)
      throw Error(
          Errc::unsupported,
          "--type: bf16 needs a GPU; the CPU computes in fp32\nUse --device cuda, or leave --type out.");
    for (const bench::Case& one : cases_of(request, device, type))
      any = any || (old && has_row_of(*old, one));
  }
  if (old && !any) {
    throw Error(Errc::data, request.compare + ": has none of the rows that are to be measured\n" +
                                "Give the same --op, --rows, --cols and --type as it was made with.");
  }
}

ExitCode compare_with(const Report& old, const Request& request, const Report& report) {
  const bench::Comparison comparison = bench::compare(old, report);
  print("\n" + request.compare + ":\n" + comparison.text, request.json ? Stream::err : Stream::out);
  return comparison.has_regression ? ExitCode::regression : ExitCode::ok;
}

}  // namespace

ExitCode run_bench(Arguments arguments) {
  Request request;
  if (!command_line(request).parse(arguments)) return ExitCode::ok;
  for (const std::string& argument : arguments)
    request.command += " " + (argument.starts_with('-') ? argument : shell_word(argument));
  std::optional<Report> old;
  if (!request.compare.empty()) old = bench::read_report(request.compare);

  const Device device = device_of(request);
  require_sense(request, device, old);
  Report report{.version = std::string(kVersion), .commit = bench::commit(), .command = request.command};
  report.date = today();
  try {
    measure_all(request, device, report);
  } catch (const Stopped&) {
    if (request.out.empty() || report.rows.empty()) throw;
    print("cuvae: stopped by a signal; what was measured so far is in " + request.out.front() + "\n",
          Stream::err);
    return ExitCode::stopped;
  }
  print(request.json ? bench::as_json(report) : bench::as_markdown(report));
  return old ? compare_with(*old, request, report) : ExitCode::ok;
}

}  // namespace cuvae::cli
