// The subcommands: each takes what follows its name.
#pragma once

#include "src/cli/exit_code.hpp"
#include "src/cli/options.hpp"

namespace cuvae::cli {

ExitCode run_train(Arguments arguments);
ExitCode run_reproduce(Arguments arguments);
ExitCode run_eval(Arguments arguments);
ExitCode run_sample(Arguments arguments);
ExitCode run_reconstruct(Arguments arguments);
ExitCode run_encode(Arguments arguments);
ExitCode run_traverse(Arguments arguments);
ExitCode run_interpolate(Arguments arguments);
ExitCode run_manifold(Arguments arguments);
ExitCode run_curves(Arguments arguments);
ExitCode run_convert(Arguments arguments);
ExitCode run_info(Arguments arguments);
ExitCode run_devices(Arguments arguments);
ExitCode run_bench(Arguments arguments);

}  // namespace cuvae::cli
