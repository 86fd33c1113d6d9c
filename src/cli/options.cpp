#include "src/cli/options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "src/cli/output.hpp"

namespace cuvae::cli {
namespace {

constexpr std::size_t kHelpColumn = 30, kHelpWidth = 79 - kHelpColumn;

// A list of words that is too long for a line goes on in the next.
std::string help_line(const std::string& left, std::string right) {
  const std::string shown = "  " + left;
  const std::size_t gap = shown.size() + 2 > kHelpColumn ? 2 : kHelpColumn - shown.size();
  std::string text = shown + (right.empty() ? "" : std::string(gap, ' '));
  while (right.size() > kHelpWidth) {
    const std::size_t bar = right.rfind('|', kHelpWidth - 1);
    if (bar == std::string::npos) break;
    text += right.substr(0, bar + 1) + "\n" + std::string(kHelpColumn, ' ');
    right.erase(0, bar + 1);
  }
  return text + right + "\n";
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

void CommandLine::positionals(std::string name, std::string help, Presence presence, Use use) {
  entries_.push_back({Form::positionals, std::move(name), "", std::move(help), presence, std::move(use)});
}

void CommandLine::option(std::string flags, std::string placeholder, std::string help, Use use,
                         config::Interest interest) {
  entries_.push_back({.form = Form::option,
                      .names = std::move(flags),
                      .placeholder = std::move(placeholder),
                      .help = std::move(help),
                      .use = std::move(use),
                      .interest = interest});
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
      print(help(config::Interest::usual));
      return false;
    }
    if (argument == "--help-all" && has_special()) {
      print(help(config::Interest::special));
      return false;
    }
    if (argument.starts_with("--") && argument.ends_with('=')) {
      throw Error(Errc::invalid_argument, argument.substr(0, argument.size() - 1) + " needs a value");
    }
  }
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::vector<std::string>> texts(entries_.size());
  std::vector<CLI::Option*> options(entries_.size(), nullptr);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.form == Form::flag) options[i] = app.add_flag(entry.names, *entry.on);
    if (entry.form == Form::option || entry.form == Form::positional) {
      const auto keep = [&text = texts[i]](const std::string& last) { text = {last}; };
      options[i] = app.add_option_function<std::string>(entry.names, keep)->take_last();
    }
    if (entry.form == Form::positionals) options[i] = app.add_option(entry.names, texts[i]);
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    refuse(error);
  }
  refuse_leftovers(app.remaining());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const bool given = options[i] != nullptr && options[i]->count() > 0;
    if (given && entries_[i].use) std::ranges::for_each(texts[i], entries_[i].use);
    if (!given && entries_[i].presence == Presence::required) {
      throw Error(Errc::invalid_argument, entries_[i].names + " is missing\nusage: " + usage_);
    }
  }
  return true;
}

void CommandLine::refuse_leftovers(const std::vector<std::string>& leftovers) const {
  std::vector<std::string> flags{"--help"};
  if (has_special()) flags.emplace_back("--help-all");
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

bool CommandLine::has_special() const {
  return std::ranges::find(entries_, config::Interest::special, &Entry::interest) != entries_.end();
}

std::string CommandLine::help(config::Interest most) const {
  std::string text = summary_ + "\n\nusage: " + usage_ + "\n";
  for (const Entry& entry : entries_) {
    if (entry.interest > most) continue;
    std::string left = entry.names;
    std::ranges::replace(left, ',', ' ');
    if (entry.form == Form::heading) {
      text += entry.names + ":\n";
    } else {
      text += help_line(entry.placeholder.empty() ? left : left + " " + entry.placeholder, entry.help);
    }
  }
  if (most == config::Interest::usual && has_special()) text += help_line("--help-all", "more options");
  return text + "examples:\n" + examples_;
}

}  // namespace cuvae::cli
