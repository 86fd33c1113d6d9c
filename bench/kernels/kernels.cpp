// Throughput of each op of the table (tests/support/op_table.hpp) in the CPU backend's loops, on one thread:
//
//   bench_kernels [--benchmark_filter=REGEX] [--benchmark_out=F.json] ...
//
// GB/s counts the bytes an op cannot avoid: each input read once, each output written once. of_copy is that
// rate over the rate of a copy that moves as many bytes, timed right before. After the timing the result is
// checked against the op in double; a wrong one is an error, not a figure.
//
// Activations have no call of their own: they run inside a dense layer, and bench_step times them there.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

#include "src/cpu/cpu.hpp"
#include "support/arenas.hpp"
#include "support/row_op_run.hpp"

namespace {

using namespace cuvae;
using namespace cuvae::test;
using Clock = std::chrono::steady_clock;

// The reference job's output layer, its latent layer, and an output layer too large for any cache.
constexpr Shape kShapes[] = {{128, 128, 784}, {128, 128, 24}, {16384, 16384, 784}};
constexpr std::int64_t kParameters[] = {1 << 15, 1 << 20, 1 << 24};
constexpr std::int64_t kCheckedRows = 8;

std::unique_ptr<Backend> backend() { return cpu::make_backend(1); }

// Seconds of the median call, of some tens of milliseconds of them.
template <class Call>
double median_seconds(const Call& call) {
  constexpr auto kLongEnough = std::chrono::milliseconds(30);
  std::vector<double> seconds;
  const auto begin = Clock::now();
  while (seconds.size() < 5 || Clock::now() - begin < kLongEnough) {
    const auto start = Clock::now();
    call();
    benchmark::ClobberMemory();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

// Bytes read and written per second by the faster of two copies: memcpy, which may go past the caches (best
// in memory), and a loop that goes through them (best in cache).
double copy_rate(std::int64_t bytes_moved) {
  const auto size = static_cast<std::size_t>(bytes_moved / 8 + 1);
  std::vector<float> from(size, 1.0f), to(size, 2.0f);
  const double past = median_seconds([&] { std::memcpy(to.data(), from.data(), size * 4); });
  volatile float one = 1.0f;
  const double through = median_seconds([&, factor = static_cast<float>(one)] {
    const float* __restrict source = from.data();
    float* __restrict target = to.data();
    for (std::size_t i = 0; i < size; ++i) target[i] = source[i] * factor;
  });
  return static_cast<double>(size * 8) / std::min(past, through);
}

template <class Call>
void time_calls(benchmark::State& bench, std::int64_t bytes, const Call& call) {
  const double copy = copy_rate(bytes);
  call();  // pages and caches
  double seconds = 0;
  for (auto _ : bench) {
    const auto start = Clock::now();
    call();
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    bench.SetIterationTime(elapsed);
    seconds += elapsed;
  }
  const double rate = static_cast<double>(bytes) * static_cast<double>(bench.iterations()) / seconds;
  bench.counters["GB/s"] = rate / 1e9;
  bench.counters["of_copy"] = rate / copy;
}

template <class Row>
std::int64_t bytes_of(const Row& row, const Shape& shape) {
  std::int64_t values = static_cast<std::int64_t>(Row::Op::kOut) * shape.rows * shape.cols;
  for (const Input& input : row.inputs) {
    if (input.feed == Feed::per_element) values += shape.rows * shape.cols;
    if (input.feed == Feed::one_row) values += shape.cols;
  }
  if (row.loss == RowLoss::summed) values += shape.rows;
  return values * 4;
}

// Why the first rows of a result are wrong; empty if they are right.
template <class Row>
std::string disagreement(const Row& row, const Shape& shape, const std::vector<std::vector<float>>& in,
                         const RowOpResult& actual) {
  const std::int64_t rows = std::min(shape.rows, kCheckedRows);
  const auto oracle = row_op_oracle(row, {rows, rows, shape.cols}, in);
  for (std::size_t i = 0; i < oracle.out.size(); ++i) {
    for (std::size_t k = 0; k < actual.out.size(); ++k) {
      if (!is_close(static_cast<double>(actual.out[k][i]), oracle.out[i][k], row.tolerance))
        return "output " + std::to_string(k) + " is wrong at element " + std::to_string(i);
    }
  }
  for (std::size_t r = 0; r < std::min(actual.row_loss.size(), oracle.row_loss.size()); ++r) {
    if (!is_close(static_cast<double>(actual.row_loss[r]), oracle.row_loss[r], row.tolerance))
      return "the loss of row " + std::to_string(r) + " is wrong";
  }
  return "";
}

template <class Row>
void row_op(benchmark::State& bench, const Row& row, const Shape& shape) {
  const auto on = backend();
  const auto in = draw_inputs(row, shape, 1);
  RowOpCall call(*on, row, shape, in);
  time_calls(bench, bytes_of(row, shape), [&] { call.run(); });
  call.refill(in);
  call.run();
  if (const std::string wrong = disagreement(row, shape, in, call.result()); !wrong.empty())
    bench.SkipWithError(wrong.c_str());
}

template <class Row>
void update(benchmark::State& bench, const Row& row, std::int64_t size) {
  using Op = typename Row::Op;
  const auto on = backend();
  const auto in = draw_inputs(row, {1, 1, static_cast<std::int32_t>(size)}, 1);
  const Pass pass(*on, table_state(), {0});
  const Arenas timed(*on, in);
  time_calls(bench, (Op::kIn + Op::kOut) * size * 4,
             [&] { on->update(pass.context(), timed.get(), config_of(row.op)); });
  const Arenas once(*on, in);
  on->update(pass.context(), once.get(), config_of(row.op));
  const std::vector<float> parameters = once.values(0);
  const Op op = ops::bind(row.op, table_state());
  for (std::size_t i = 0; i < in[0].size(); i += 97) {
    double values[Op::kIn];
    for (std::size_t k = 0; k < Op::kIn; ++k) values[k] = static_cast<double>(in[k][i]);
    if (!is_close(static_cast<double>(parameters[i]), expected_map(op, values)[0], row.tolerance))
      return bench.SkipWithError(("parameter " + std::to_string(i) + " is wrong").c_str());
  }
}

// Rows of bytes to floats, as a data set of pictures feeds them.
void load_bytes(benchmark::State& bench, const Shape& shape) {
  const auto on = backend();
  std::vector<std::uint8_t> source(static_cast<std::size_t>(shape.rows * shape.cols));
  for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<std::uint8_t>(i * 37);
  const Pass pass(*on, table_state(), some_row_ids(shape.rows));
  const Tensor x(*on, shape.rows, shape.cols, Surroundings::none);
  const RowSource rows{source.data(), ops::Element::u8, shape.cols, 1.0f / 255};
  const auto load = [&] {
    ops::StepState& state = *pass.context().state;
    state.pass.active_rows = static_cast<std::int32_t>(shape.rows);
    on->load_input(pass.context(), rows, Backend::Gather::in_place, Binarize::none, kNoiseSource, x.matrix(),
                   {});
  };
  time_calls(bench, shape.rows * shape.cols * 5, load);
  const std::vector<float> values = x.values();
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (values[i] != static_cast<float>(source[i]) * rows.scale)
      return bench.SkipWithError(("element " + std::to_string(i) + " is wrong").c_str());
  }
}

void column_sum(benchmark::State& bench, const Shape& shape) {
  const auto on = backend();
  const std::vector<float> ones(static_cast<std::size_t>(shape.rows * shape.cols), 1.0f);
  const Pass pass(*on, table_state(), {0});
  const Tensor matrix(*on, shape.rows, shape.cols, ones), sums(*on, 1, shape.cols);
  time_calls(bench, shape.rows * shape.cols * 4,
             [&] { on->column_sum(pass.context(), matrix.matrix(), sums.data(), GradientMode::overwrite); });
  for (const float sum : sums.values()) {
    if (sum != static_cast<float>(shape.rows)) return bench.SkipWithError("a sum is wrong");
  }
}

std::string label(std::string_view name, const Shape& shape) {
  return std::string(name) + "/" + std::to_string(shape.rows) + "x" + std::to_string(shape.cols);
}

template <class Run>
void add(const std::string& name, const Run& run) {
  benchmark::RegisterBenchmark(name.c_str(), run)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

template <class Row>
inline constexpr bool kRunsInADenseLayer = false;
template <class Function>
inline constexpr bool kRunsInADenseLayer<RowOp<ops::BiasActivation<Function>>> = true;
template <class Function>
inline constexpr bool kRunsInADenseLayer<RowOp<ops::ActivationBackward<Function>>> = true;

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const auto rows = row_ops();
  const auto maps = map_ops();
  for_each(rows, [](const auto& row) {
    if constexpr (!kRunsInADenseLayer<std::decay_t<decltype(row)>>) {
      for (const Shape& shape : kShapes)
        add(label(row.name, shape), [&](benchmark::State& bench) { row_op(bench, row, shape); });
    }
  });
  for (const Shape& shape : kShapes) {
    add(label("load_bytes", shape), [&](benchmark::State& bench) { load_bytes(bench, shape); });
    add(label("column_sum", shape), [&](benchmark::State& bench) { column_sum(bench, shape); });
  }
  for_each(maps, [](const auto& row) {
    for (const std::int64_t size : kParameters)
      add(std::string(row.name) + "/" + std::to_string(size),
          [&row, size](benchmark::State& bench) { update(bench, row, size); });
  });
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
