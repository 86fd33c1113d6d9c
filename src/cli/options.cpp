#include "src/cli/options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "src/cli/output.hpp"

namespace cuvae::cli {
namespace {

constexpr std::size_t kHelpColumn = 30;

std::string help_line(const std::string& left, const std::string& right) {
  const std::string shown = "  " + left;
  const std::size_t gap = shown.size() + 2 > kHelpColumn ? 2 : kHelpColumn - shown.size();
  return shown + (right.empty() ? "" : std::string(gap, ' ') + right) + "\n";
}

std::vector<std::string> split_names(std::string names) {
  std::vector<std::string> parts;
  std::size_t comma = 0;
  while ((comma = names.find(',')) != std::string::npos) {
    parts.push_back(names.substr(0, comma));
    names.erase(0, comma + 1);
  }
  parts.push_back(names);
  return parts;
}

// CLI11's words for it name its types and counts.
[[noreturn]] void refuse(const CLI::ParseError& error) {
  std::string what = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    what = what.substr(0, what.find(':')) + " needs a value";
  }
  throw Error(Errc::invalid_argument, what);
}

}  // namespace

std::string flag_of(const std::string& key_name) {
  std::string flag = "--" + key_name;
  std::ranges::replace(flag, '_', '-');
  return flag;
}

CommandLine::CommandLine(std::string usage, std::string summary, std::string examples)
    : usage_(std::move(usage)), summary_(std::move(summary)), examples_(std::move(examples)) {}

void CommandLine::heading(std::string title) {
  entries_.push_back({.form = Form::heading, .names = std::move(title)});
}

void CommandLine::positional(std::string name, std::string help, Presence presence, Use use) {
  entries_.push_back({Form::positional, std::move(name), "", std::move(help), presence, std::move(use)});
}

void CommandLine::option(std::string flags, std::string placeholder, std::string help, Use use) {
  entries_.push_back({Form::option, std::move(flags), std::move(placeholder), std::move(help),
                      Presence::optional, std::move(use)});
}

void CommandLine::flag(std::string flags, std::string help, bool& on) {
  entries_.push_back({.form = Form::flag, .names = std::move(flags), .help = std::move(help), .on = &on});
}

std::string CommandLine::with_default(const std::string& help, const std::string& value) {
  return help + (help.empty() ? "[" : " [") + value + "]";
}

bool CommandLine::parse(Arguments arguments) const {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument == "-h" || argument == "--help") {
      print(help());
      return false;
    }
    if (argument.starts_with("--") && argument.ends_with('=')) {
      throw Error(Errc::invalid_argument, argument.substr(0, argument.size() - 1) + " needs a value");
    }
  }
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::string> texts(entries_.size());
  std::vector<CLI::Option*> options(entries_.size(), nullptr);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.form == Form::flag) options[i] = app.add_flag(entry.names, *entry.on);
    if (entry.form == Form::option || entry.form == Form::positional) {
      options[i] = app.add_option(entry.names, texts[i])->take_last();
    }
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    refuse(error);
  }
  refuse_leftovers(app.remaining());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const bool given = options[i] != nullptr && options[i]->count() > 0;
    if (given && entries_[i].use) entries_[i].use(texts[i]);
    if (!given && entries_[i].presence == Presence::required) {
      throw Error(Errc::invalid_argument, entries_[i].names + " is missing\nusage: " + usage_);
    }
  }
  return true;
}

void CommandLine::refuse_leftovers(const std::vector<std::string>& leftovers) const {
  std::vector<std::string> flags{"--help"};
  for (const Entry& entry : entries_) {
    if (entry.form != Form::option && entry.form != Form::flag) continue;
    std::ranges::copy(split_names(entry.names), std::back_inserter(flags));
  }
  bool options_ended = false;
  for (const std::string& leftover : leftovers) {
    if (!options_ended && leftover == "--") {
      options_ended = true;
      continue;
    }
    if (options_ended || !leftover.starts_with('-')) {
      throw Error(Errc::invalid_argument, "unexpected argument '" + leftover + "'\nusage: " + usage_);
    }
    const std::string name = leftover.substr(0, leftover.find('='));
    const std::string hint = detail::did_you_mean(name, flags);
    throw Error(Errc::invalid_argument,
                "unknown option '" + name + "'" + (hint.empty() ? "; see --help" : "; " + hint));
  }
}

std::string CommandLine::help() const {
  std::string text = summary_ + "\n\nusage: " + usage_ + "\n";
  for (const Entry& entry : entries_) {
    std::string left = entry.names;
    std::ranges::replace(left, ',', ' ');
    if (entry.form == Form::heading) {
      text += entry.names + ":\n";
    } else {
      text += help_line(entry.placeholder.empty() ? left : left + " " + entry.placeholder, entry.help);
    }
  }
  return text + "examples:\n" + examples_;
}

}  // namespace cuvae::cli
