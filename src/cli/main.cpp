// The executable: picks the subcommand, and turns whatever goes wrong into one message and one exit code.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "cuvae/error.hpp"
#include "cuvae/version.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/output.hpp"
#include "src/cli/row_watch.hpp"
#include "src/core/check.hpp"

namespace cuvae::cli {
namespace {

struct Command {
  std::string_view name;
  std::string_view summary;
  ExitCode (*run)(Arguments);
};

constexpr std::array kCommands{
    Command{"train", "trains a model and keeps it in a folder", run_train},
    Command{"reproduce", "a published number, by its recipe", run_reproduce},
    Command{"eval", "the ELBO of data under a model", run_eval},
    Command{"sample", "new rows from a model", run_sample},
    Command{"reconstruct", "data through a model and back", run_reconstruct},
    Command{"encode", "the latents of data", run_encode},
    Command{"traverse", "what each latent dimension draws", run_traverse},
    Command{"interpolate", "from one row to another through the latent space", run_interpolate},
    Command{"manifold", "all that a model with 2 latent dimensions draws", run_manifold},
    Command{"curves", "how training went, of one run or several", run_curves},
    Command{"convert", "data of one format into another", run_convert},
    Command{"info", "what a checkpoint or a data file is", run_info},
    Command{"devices", "what there is to compute on", run_devices},
    Command{"bench", "how fast each fused kernel is, beside what the device can do", run_bench},
};

std::string overview() {
  Rows rows;
  for (const Command& command : kCommands)
    rows.emplace_back("  " + std::string(command.name), command.summary);
  return "cuvae " + std::string(kVersion) +
         ": variational autoencoders, trained and used from the shell\n\n"
         "usage: cuvae COMMAND [options]        cuvae COMMAND --help tells more\n" +
         two_columns(rows) +
         "examples:\n"
         "  cuvae train builtin:shapes --out runs/first\n"
         "  cuvae sample runs/first/model.safetensors --out samples.png\n";
}

ExitCode dispatch(Arguments arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    print(overview());
    return ExitCode::ok;
  }
  if (arguments[0] == "--version") {
    print("cuvae " + std::string(kVersion) + "\n");
    return ExitCode::ok;
  }
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    if (command.name == arguments[0]) return command.run(arguments.subspan(1));
    names.push_back(command.name);
  }
  std::string hint = detail::did_you_mean(arguments[0], names);
  if (hint.empty()) hint = "cuvae --help lists them";
  throw Error(Errc::invalid_argument, "unknown command '" + arguments[0] + "'; " + hint);
}

// What a message quotes is no command to the terminal.
std::string without_controls(std::string message) {
  std::ranges::replace_if(
      message, [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < ' ' || c == '\x7f'); }, '?');
  return message;
}

ExitCode report(ExitCode code, const std::string& message) {
  const bool colour = terminal(Stream::err).colour;
  print("cuvae: " + std::string(colour ? "\x1b[31merror:\x1b[0m " : "error: ") + without_controls(message) +
            "\n",
        Stream::err);
  return code;
}

ExitCode report_current_exception() {
  try {
    throw;
  } catch (const Error& error) {
    return report(exit_code(error.code()), error.what());
  } catch (const Stopped&) {
    print("cuvae: stopped by a signal; nothing was written\n", Stream::err);
    return ExitCode::stopped;
  } catch (const std::filesystem::filesystem_error& error) {
    return report(exit_code(Errc::io), error.what());
  } catch (const std::bad_alloc&) {
    return report(ExitCode::device, "out of memory; a smaller --batch or smaller layers need less");
  } catch (const std::exception& error) {
    return report(ExitCode::bug, std::string("a bug of cuvae, please report it: ") + error.what());
  } catch (...) {
    return report(ExitCode::bug, "a bug of cuvae, please report it: unknown exception");
  }
}

// A standard stream that the caller has closed gives its number to no file of ours; using it stays an error.
void occupy_closed_streams() {
  for (const int stream : {0, 1, 2}) {
    if (fcntl(stream, F_GETFD) < 0) (void)open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
  }
}

// The system tells of a mapped file that has no more bytes in no other way, and there is nothing to go on
// with.
void on_bus_error(int signal, siginfo_t* info, void*) {
  if (info->si_code != BUS_ADRERR) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  constexpr std::string_view kMessage =
      "cuvae: error: a data file became shorter, or its disk failed, while it was read\n"
      "Restore it and run the command again; what cuvae train had saved is whole, --resume goes on from "
      "it.\n";
  (void)!write(STDERR_FILENO, kMessage.data(), kMessage.size());
  _exit(static_cast<int>(exit_code(Errc::data)));
}

void tell_of_lost_files() {
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace
}  // namespace cuvae::cli

int main(int count, char** texts) {
  using namespace cuvae::cli;
  occupy_closed_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file grown too large is an error like a full disk
  tell_of_lost_files();
  ExitCode code = ExitCode::bug;
  try {
    const std::vector<std::string> arguments(texts + std::min(count, 1), texts + count);
    code = dispatch(arguments);
  } catch (...) {
    code = report_current_exception();
  }
  return static_cast<int>(code);
}
