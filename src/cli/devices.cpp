// cuvae devices: what there is to compute on.
#include "cuvae/device.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/output.hpp"

namespace cuvae::cli {

ExitCode run_devices(Arguments arguments) {
  const CommandLine line("cuvae devices",
                         "Lists the devices that cuvae knows of; --device takes their names.",
                         "  cuvae devices\n"
                         "  cuvae train --device cpu --threads 4\n");
  if (!line.parse(arguments)) return ExitCode::ok;
  Rows rows;
  for (const DeviceInfo& info : list_devices()) {
    const std::string details = info.details.empty() ? "" : " (" + info.details + ")";
    rows.emplace_back(to_string(info.device),
                      info.available ? info.name + details : "not available: " + info.why_not);
  }
  print(two_columns(rows));
  return ExitCode::ok;
}

}  // namespace cuvae::cli
