#include "support/run_command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

std::vector<char*> as_argv(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The additions, then everything of our own that they do not replace.
std::vector<std::string> merged_environment(std::vector<std::string> additions) {
  const std::size_t added = additions.size();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view own = *entry;
    const std::string_view name_and_equals = own.substr(0, own.find('=') + 1);
    bool replaced = false;
    for (std::size_t i = 0; i < added; ++i) replaced |= additions[i].starts_with(name_and_equals);
    if (!replaced) additions.emplace_back(own);
  }
  return additions;
}

void require(int error, const std::string& what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

struct FileActions {
  posix_spawn_file_actions_t actions;
  FileActions() { require(posix_spawn_file_actions_init(&actions), "posix_spawn"); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  void open(int fd, const std::string& path, int flags) {
    require(posix_spawn_file_actions_addopen(&actions, fd, path.c_str(), flags, 0600), path);
  }
  void chdir(const std::string& path) {
    require(posix_spawn_file_actions_addchdir_np(&actions, path.c_str()), path);
  }
};

// Signals act on the child as they do in a terminal, also where this process ignores them (nohup).
struct Attributes {
  posix_spawnattr_t attributes;
  Attributes() {
    require(posix_spawnattr_init(&attributes), "posix_spawn");
    sigset_t stops;
    sigemptyset(&stops);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&stops, signal);
    posix_spawnattr_setsigdefault(&attributes, &stops);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

}  // namespace

CommandResult run_command(const std::vector<std::string>& args, const CommandOptions& options) {
  const TempDir captured;  // files, not pipes: nothing can block on a full one
  const std::string out = captured.path / "out", err = captured.path / "err";
  FileActions setup;
  setup.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  setup.open(STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC);
  setup.open(STDERR_FILENO, err, O_WRONLY | O_CREAT | O_TRUNC);
  setup.chdir(options.working_dir.string());

  const Attributes attributes;
  const std::vector<std::string> environment = merged_environment(options.environment);
  pid_t child = 0;
  require(posix_spawnp(&child, args.at(0).c_str(), &setup.actions, &attributes.attributes,
                       as_argv(args).data(), as_argv(environment).data()),
          args[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return {code, read_file(out), read_file(err)};
}

}  // namespace cuvae::test
