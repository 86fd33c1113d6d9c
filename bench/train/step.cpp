// Time of a training step of a workload, as JSON: bench_step --workload A|B|C [options].
//
// On the CPU the median over the steps of at least --seconds, by the wall clock; on a GPU the median over
// whole epochs, with the wait at their end. The first epoch is not timed: it warms up, and its ELBO shows
// that the job is the one that rivals ran.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/kernels/commit.hpp"
#include "bench/kernels/text.hpp"
#include "bench/train/phases.hpp"
#include "bench/train/workloads.hpp"

namespace {

using namespace cuvae;
using namespace cuvae::bench;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

struct Request {
  std::string workload = "A", device = "auto", precision = "fp32";
  int threads = 1;
  double seconds = 2;
  bool floor = false, phases = false;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double at(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Timed {
  double elbo = 0;              // of the first epoch
  std::vector<double> seconds;  // of a step, sample by sample
};

Timed time_steps(const Workload& workload, const Device& device, double seconds) {
  Trainer trainer(workload.model, workload.train, device);
  const Dataset data = workload.data();
  Timed timed;
  Clock::time_point begin, last;
  const bool per_step = device.kind == Device::Kind::cpu;
  trainer.fit(data, [&](const Progress& progress) {
    const bool warm = progress.epoch > 1;
    if (progress.event == Progress::Event::epoch && progress.epoch == 1) {
      timed.elbo = progress.metrics->train.elbo;
      begin = Clock::now();
    } else if (warm && per_step && progress.event == Progress::Event::step) {
      if (progress.step_in_epoch > 1) timed.seconds.push_back(seconds_since(last));
    } else if (warm && !per_step && progress.event == Progress::Event::epoch) {
      timed.seconds.push_back(static_cast<double>(data.rows()) / progress.metrics->rows_per_second /
                              static_cast<double>(progress.steps_per_epoch));
    }
    last = Clock::now();
    const bool enough = warm && !timed.seconds.empty() && seconds_since(begin) >= seconds;
    return enough ? Control::stop : Control::proceed;
  });
  return timed;
}

Json phase_times(const Workload& workload, int threads, int steps) {
  const Dataset data = workload.data();
  PhasedStep step(workload.model, workload.train, data, threads);
  std::vector<std::vector<double>> times(step.phases().size());
  for (int i = 0; i < steps; ++i) {
    step.begin(i);
    for (std::size_t phase = 0; phase < times.size(); ++phase) {
      const auto start = Clock::now();
      step.phases()[phase].run();
      times[phase].push_back(seconds_since(start));
    }
  }
  Json phases;
  for (std::size_t phase = 0; phase < times.size(); ++phase)
    phases[step.phases()[phase].name] = rounded(1e6 * at(times[phase], 0.5));
  return phases;
}

int run(const Request& request) {
  const std::vector<Workload> all = workloads();
  const auto found = std::ranges::find(all, request.workload, &Workload::name);
  if (found == all.end())
    throw Error(Errc::invalid_argument, "--workload: '" + request.workload + "' is none of A, B, C");
  Workload workload = *found;
  workload.train.precision = request.precision == "bf16"   ? Precision::bf16
                             : request.precision == "tf32" ? Precision::tf32
                                                           : Precision::fp32;
  const Device device = Device::parse(request.device, request.threads);
  require_precision(device, workload.train.precision);

  const Timed timed = time_steps(workload, device, request.seconds);
  const double us = 1e6 * at(timed.seconds, 0.5);
  Json json{{"workload", workload.name},
            {"what", workload.what},
            {"mode", "cuvae"},
            {"device", to_string(device)},
            {"precision", request.precision},
            {"threads", device.threads},
            {"commit", commit()},
            {"us", rounded(us)},
            {"p5_us", rounded(1e6 * at(timed.seconds, 0.05))},
            {"p95_us", rounded(1e6 * at(timed.seconds, 0.95))},
            {"samples", timed.seconds.size()},
            {"rows_per_s", rounded(workload.train.batch / us * 1e6)},
            {"elbo", rounded(timed.elbo)}};
  if (request.floor) {
    const auto machine = make_machine(device, workload.train.precision);
    const Ceilings ceilings = measure_ceilings(*machine);
    const Facts facts = machine->facts();
    const StepCost cost = cost_of(workload, workload.train.precision);
    const double floor = 1e6 * floor_of(cost, workload, ceilings, facts);
    json["name"] = facts.name;
    json["driver"] = facts.driver;
    json["flops"] = rounded(cost.flops);
    json["floor_us"] = rounded(floor);
    json["percent_of_floor"] = rounded(100 * floor / us);
  }
  if (request.phases) {
    constexpr int kSteps = 200;
    json["products_us"] = rounded(1e3 * products_alone(request.threads, kSteps));
    json["phases_us"] = phase_times(workload, request.threads, kSteps);
  }
  std::cout << json.dump(1) << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  CLI::App app("Time of a training step of a workload, as JSON.");
  app.add_option("--workload", request.workload, "A, B or C (docs/performance.md)");
  app.add_option("--device", request.device, "auto, cpu, cuda, cuda:N");
  app.add_option("--precision", request.precision, "fp32, tf32 or bf16")
      ->check(CLI::IsMember({"fp32", "tf32", "bf16"}));
  app.add_option("--threads", request.threads, "of the CPU")->check(CLI::Range(1, 4096));
  app.add_option("--seconds", request.seconds, "to time, at least")->check(CLI::Range(0.0, 1e6));
  app.add_flag("--floor", request.floor,
               "measure what the machine can do, and say how far the step is from it");
  app.add_flag("--phases", request.phases, "on the CPU, workload A: products alone, and each phase");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(request);
  } catch (const Error& error) {
    std::cerr << "bench_step: " << error.what() << '\n';
    return error.code() == Errc::invalid_argument ? 2 : 4;
  }
}
