#include "bench/kernels/measure.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <random>

#include "cuvae/error.hpp"

namespace cuvae::bench {
namespace {

constexpr std::int64_t kCheckedRows = 4;
constexpr std::int64_t kMostSets = 512, kMostSlices = 16, kMostCalls = 256;
constexpr int kFewestSamples = 15, kMostSamples = 100, kSamplesPerUnfused = 3, kTries = 3;
constexpr double kSecondsPerGroup = 0.15;

// So many sets of operands that the first is forgotten when its turn comes again.
std::int64_t sets_for(std::int64_t bytes, const Facts& facts) {
  return bytes >= facts.cold_bytes ? 1 : facts.cold_bytes / bytes + 2;
}

std::int64_t half_a_copy(std::int64_t bytes) { return (bytes / 2 + 255) / 256 * 256; }

std::string gigabytes(double bytes) {
  const std::string text = std::to_string(bytes / 1e9);
  return text.substr(0, text.find('.') + 2) + " GB";
}

// A call on one of many sets of operands.
using CallOn = std::function<void(std::int64_t set)>;
enum class Recorder { backend, loops };

// Calls, recorded in slices that take long enough to be timed; replayed in turn.
class Turns {
 public:
  Turns(Machine& machine, const CallOn& call, std::int64_t sets, Recorder recorder) : machine_(machine) {
    const auto record = [&](std::int64_t first, std::int64_t calls) {
      const auto work = [call, first, calls, sets] {
        for (std::int64_t i = first; i < first + calls; ++i) call(i % sets);
      };
      return recorder == Recorder::backend ? machine.backend().record(work) : machine.record_loops(work);
    };
    const std::unique_ptr<Recording> one = record(0, 1);
    double once = machine.seconds(*one);
    for (int i = 0; i < 2; ++i) once = std::min(once, machine.seconds(*one));
    const double wanted = std::max(1.0, machine.facts().seconds_per_sample / std::max(once, 1e-9));
    calls_ = std::max(static_cast<std::int64_t>(std::min<double>(wanted, kMostCalls)),
                      (sets + kMostSlices - 1) / kMostSlices);
    const std::int64_t slices = (sets + calls_ - 1) / calls_;
    for (std::int64_t i = 0; i < slices; ++i) slices_.push_back(record(i * calls_, calls_));
    for (const auto& slice : slices_) machine.seconds(*slice);  // pages and caches
  }

  // Of one call.
  double seconds() {
    const double all = machine_.get().seconds(*slices_[next_]);
    next_ = (next_ + 1) % slices_.size();
    return all / static_cast<double>(calls_);
  }
  [[nodiscard]] double best_of_three() { return std::min({seconds(), seconds(), seconds()}); }
  [[nodiscard]] double seconds_of_sample() { return seconds() * static_cast<double>(calls_); }

 private:
  std::reference_wrapper<Machine> machine_;
  std::int64_t calls_ = 1;
  std::vector<std::unique_ptr<Recording>> slices_;
  std::size_t next_ = 0;
};

// Google Benchmark prints nothing: samples are kept here, and reported elsewhere.
class Silent final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

class Bench {
 public:
  Bench(Machine& machine, const Case& which)
      : machine_(machine),
        case_(which),
        operation_(*which.operation),
        fused_layout_(Operands::layout(operation_.operands(), which.shape, which.type)),
        unfused_layout_(Operands::layout(operation_.unfused_operands(), which.shape, which.type)),
        bytes_(operation_.bytes(which.shape, which.type)),
        half_copy_(half_a_copy(bytes_)) {}

  std::vector<Samples> run(const std::function<void()>& proceed) {
    const Facts facts = machine_.facts();
    std::vector<State> states;
    if (sets_for(bytes_, facts) <= kMostSets) states.push_back(State::cold);
    if (bytes_ <= facts.cache_bytes) states.push_back(State::hot);
    bench::require_room(machine_, case_);
    make_pass();
    std::vector<Samples> all;
    for (const State state : states) {
      proceed();
      const std::int64_t sets = state == State::cold ? sets_for(bytes_, facts) : 1;
      all.push_back(group(state, sets, proceed));
    }
    check();
    return all;
  }

 private:
  void make_pass() {
    Backend& backend = machine_.backend();
    const std::int64_t rows = case_.shape.rows;
    state_.pass = kPass;
    state_.pass.active_rows = static_cast<std::int32_t>(rows);
    state_.step = 5;
    row_ids_.resize(static_cast<std::size_t>(rows));
    std::iota(row_ids_.begin(), row_ids_.end(), 0);
    std::shuffle(row_ids_.begin(), row_ids_.end(), std::mt19937_64(1));
    state_memory_ = backend.allocate(sizeof(state_));
    row_id_memory_ = backend.allocate(rows * 8);
    row_loss_ = backend.allocate(rows * 4);
    scratch_ = backend.allocate(backend.scratch_bytes(rows * fused_layout_.matrices[0].ld + 64));
    backend.upload(row_id_memory_.get(), row_ids_.data(), rows * 8);
    reset_state();
  }
  void reset_state() { machine_.backend().upload(state_memory_.get(), &state_, sizeof(state_)); }

  [[nodiscard]] Call call_on(const Operands& operands) const {
    return {machine_,
            {reinterpret_cast<ops::StepState*>(state_memory_.get()),
             reinterpret_cast<std::int64_t*>(row_id_memory_.get())},
            operands,
            reinterpret_cast<float*>(row_loss_.get()),
            scratch_.get(),
            case_.type};
  }

  void upload_inputs(const Operands& operands, const std::vector<Operand>& stored) {
    for (std::size_t i = 0; i < operation_.in.size(); ++i) {
      const Matrix to = operands[i];
      Values(stored[i], case_.type, i + 1)
          .upload(machine_.backend(), static_cast<std::byte*>(to.data), to.rows * to.ld);
    }
  }

  std::vector<Operands> make_sets(const Operands::Layout& layout, const std::vector<Operand>& stored,
                                  std::int64_t count) {
    std::vector<Operands> sets;
    for (std::int64_t i = 0; i < count; ++i) {
      sets.emplace_back(machine_.backend(), layout);
      if (i == 0) {
        upload_inputs(sets[0], stored);
        if (&layout == &unfused_layout_ && operation_.keep) operation_.keep(call_on(sets[0]));
      } else {
        machine_.copy(CopyBy::loop, sets.back().memory(), sets[0].memory(), layout.bytes);
      }
    }
    machine_.backend().synchronize();
    return sets;
  }

  Samples group(State state, std::int64_t sets, const std::function<void()>& proceed) {
    const std::vector<Operands> fused = make_sets(fused_layout_, operation_.operands(), sets);
    const auto run_fused = [&](std::int64_t set) {
      operation_.run(call_on(fused[static_cast<std::size_t>(set)]));
    };
    run_fused(0);  // what is chosen when it is used first
    Turns fused_turns(machine_, run_fused, sets, Recorder::backend);

    const Backend::Buffer copies = machine_.backend().allocate(2 * half_copy_ * sets);
    machine_.fill(copies.get(), 2 * half_copy_ * sets);  // pages that were never written are one page
    std::vector<Turns> copy_ways;
    for (const CopyBy way : kCopies) {
      const auto run_copy = [&, way](std::int64_t set) {
        std::byte* from = copies.get() + 2 * half_copy_ * set;
        machine_.copy(way, from + half_copy_, from, half_copy_);
      };
      copy_ways.emplace_back(machine_, run_copy, sets, Recorder::loops);
    }
    Turns& copy_turns = *std::ranges::min_element(copy_ways, {}, &Turns::best_of_three);

    std::vector<Operands> unfused;
    std::optional<Turns> unfused_turns;
    if (operation_.unfused) {
      unfused = make_sets(unfused_layout_, operation_.unfused_operands(), sets);
      const auto run_unfused = [&](std::int64_t set) {
        operation_.unfused(call_on(unfused[static_cast<std::size_t>(set)]));
      };
      unfused_turns.emplace(machine_, run_unfused, sets, Recorder::loops);
    }
    Samples best;
    for (int attempt = 0; attempt < kTries; ++attempt) {
      proceed();
      Samples now = sample(fused_turns, copy_turns, unfused_turns);
      now.state = state;
      const bool better = attempt == 0 || clock_change(now) < clock_change(best);
      if (better) best = std::move(now);
      if (clock_change(best) <= kClockTolerance) break;
    }
    return best;
  }

  static double clock_change(const Samples& samples) {
    return std::abs(samples.clock_after / samples.clock_before - 1);
  }

  Samples sample(Turns& fused, Turns& copy, std::optional<Turns>& unfused) {
    const double once = fused.seconds_of_sample() + copy.seconds_of_sample() +
                        (unfused ? unfused->seconds_of_sample() / kSamplesPerUnfused : 0.0);
    const auto count = static_cast<std::int64_t>(
        std::clamp(kSecondsPerGroup / once, double{kFewestSamples}, double{kMostSamples}));
    Samples all;
    const auto run = [&](benchmark::State& state) {
      all = {};
      all.clock_before = machine_.clock();
      for ([[maybe_unused]] auto unused : state) {
        all.copy.push_back(copy.seconds());
        all.fused.push_back(fused.seconds());
        if (unfused && all.fused.size() % kSamplesPerUnfused == 0) all.unfused.push_back(unfused->seconds());
        state.SetIterationTime(all.fused.back());
      }
      all.clock_after = machine_.clock();
    };
    benchmark::RegisterBenchmark(to_string(case_).c_str(), run)->UseManualTime()->Iterations(count);
    Silent silent;
    benchmark::RunSpecifiedBenchmarks(&silent);
    benchmark::ClearRegisteredBenchmarks();
    return all;
  }

  // One more call of each form, on fresh operands and poisoned outputs. (In bf16 every step of the unfused
  // sequence rounds, so that draws may fall elsewhere.)
  void check() {
    check(fused_layout_, operation_.operands(), operation_.writes, operation_.run, "computes something else");
    if (!operation_.unfused || operation_.unfused_writes.empty() || case_.type == Type::bf16) return;
    check(unfused_layout_, operation_.unfused_operands(), operation_.unfused_writes, operation_.unfused,
          "computes something else unfused");
  }

  void check(const Operands::Layout& layout, const std::vector<Operand>& stored,
             const std::vector<std::size_t>& writes, const std::function<void(const Call&)>& run,
             const std::string& verdict) {
    Backend& backend = machine_.backend();
    const Operands operands(backend, layout);
    for (const std::size_t which : writes) poison(operands[which]);
    upload_inputs(operands, stored);
    const auto losses = static_cast<std::int32_t>(checked_rows());
    poison({row_loss_.get(), 1, losses, losses});
    reset_state();
    const Call call = call_on(operands);
    if (&layout == &unfused_layout_ && operation_.keep) operation_.keep(call);
    run(call);
    backend.synchronize();

    Outcome outcome{.shape = {checked_rows(), case_.shape.cols},
                    .whole = case_.shape,
                    .type = case_.type,
                    .row_ids = row_ids_,
                    .state = state_};
    for (std::size_t i = 0; i < operation_.in.size(); ++i) {
      outcome.in.emplace_back(stored[i], case_.type, i + 1);
      outcome.lds.push_back(stored[i].one_row ? 0 : operands[i].ld);
    }
    for (const std::size_t which : writes) outcome.out.push_back(first_rows(operands[which]));
    if (operation_.has_row_loss) {
      outcome.row_loss.resize(static_cast<std::size_t>(checked_rows()));
      backend.download(outcome.row_loss.data(), row_loss_.get(), checked_rows() * 4);
    }
    backend.download(&outcome.state_after, state_memory_.get(), sizeof(outcome.state_after));
    if (const std::string wrong = operation_.disagreement(outcome); !wrong.empty())
      throw Error(Errc::internal, "bench: " + to_string(case_) + " " + verdict + ": " + wrong);
  }

  [[nodiscard]] std::int64_t checked_rows() const { return std::min(case_.shape.rows, kCheckedRows); }

  void poison(const Matrix& matrix) {
    const std::int64_t bytes = std::min(matrix.rows, kCheckedRows) * matrix.ld * ops::size_of(matrix.element);
    const std::vector<std::byte> ones(static_cast<std::size_t>(bytes), std::byte{0xFF});  // NaN
    machine_.backend().upload(matrix.data, ones.data(), bytes);
  }

  std::vector<float> first_rows(const Matrix& matrix) {
    const std::int64_t rows = std::min(matrix.rows, checked_rows()), size = ops::size_of(matrix.element);
    std::vector<std::byte> stored(static_cast<std::size_t>(rows * matrix.ld * size));
    machine_.backend().download(stored.data(), matrix.data, static_cast<std::int64_t>(stored.size()));
    std::vector<float> values;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t col = 0; col < matrix.cols; ++col) {
        const std::byte* at = stored.data() + (row * matrix.ld + col) * size;
        values.push_back(matrix.element == ops::Element::bf16
                             ? reinterpret_cast<const ops::Bf16*>(at)->value()
                             : *reinterpret_cast<const float*>(at));
      }
    }
    return values;
  }

  Machine& machine_;
  const Case& case_;
  const Operation& operation_;
  Operands::Layout fused_layout_, unfused_layout_;
  std::int64_t bytes_, half_copy_;
  ops::StepState state_;
  std::vector<std::int64_t> row_ids_;
  Backend::Buffer state_memory_, row_id_memory_, row_loss_, scratch_;
};

}  // namespace

const char* to_string(State state) { return state == State::cold ? "cold" : "hot"; }

std::string to_string(const Case& which) {
  return std::string(which.operation->name) + " " + to_string(which.shape) + " " + to_string(which.type);
}

void require_room(Machine& machine, const Case& which) {
  const Operation& operation = *which.operation;
  const Facts facts = machine.facts();
  // Of one set; in floating point, because what was asked for may be beyond any integer.
  const double elements = static_cast<double>(which.shape.rows) * which.shape.cols;
  const double per_element = [&] {
    double bytes = 0;
    const auto add = [&](const std::vector<Operand>& operands) {
      for (const Operand& operand : operands) {
        if (!operand.one_row)
          bytes += static_cast<double>(ops::size_of(element_of(operand.stored, which.type)));
      }
    };
    add(operation.operands());
    if (operation.unfused) add(operation.unfused_operands());
    return bytes;
  }();
  const double moved = per_element * elements;  // at most what a copy takes
  const std::int64_t sets =
      moved > static_cast<double>(facts.cold_bytes)
          ? 1
          : std::min(sets_for(operation.bytes(which.shape, which.type), facts), kMostSets);
  const double needed =
      (2 * moved + 16.0 * static_cast<double>(which.shape.rows)) * static_cast<double>(sets);
  const auto available = static_cast<double>(machine.backend().available_memory());
  if (needed <= available) return;
  throw Error(Errc::out_of_memory,
              "bench: " + to_string(which) + " needs " + gigabytes(needed) +
                  " (its operands, those of the unfused sequence, and a copy of as many bytes); " +
                  facts.device + " has " + gigabytes(available) + " left\nGive fewer --rows or --cols.");
}

std::vector<Samples> measure(Machine& machine, const Case& which, const std::function<void()>& proceed) {
  return Bench(machine, which).run(proceed);
}

}  // namespace cuvae::bench
