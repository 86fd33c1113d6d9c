// The command line of one subcommand: CLI11 takes it apart; help, did-you-mean and errors are ours.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "src/config/key.hpp"

namespace cuvae::cli {

using Arguments = std::span<const std::string>;

[[nodiscard]] std::string flag_of(const std::string& key_name);  // "--with-dashes"

class CommandLine {
 public:
  using Use = std::function<void(const std::string& text)>;
  enum class Presence { required, optional };

  CommandLine(std::string usage, std::string summary, std::string examples);

  // In the order of --help. What is given reaches `use` in that order too, after the whole line made sense.
  void heading(std::string title);
  void positional(std::string name, std::string help, Presence presence, Use use);
  // One or more of them, each of which reaches `use`.
  void positionals(std::string name, std::string help, Presence presence, Use use);
  // flags: "-n" or "-n,--number". A special one stands in --help-all alone.
  void option(std::string flags, std::string placeholder, std::string help, Use use,
              config::Interest interest = config::Interest::usual);
  void flag(std::string flags, std::string help, bool& on);

  // An option for a setting; its default stands in the help, its mistakes are reported under its flag.
  template <class Settings>
  void setting(const config::BasicKey<Settings>& key, Settings& settings) {
    const std::string flag = flag_of(key.words.name);
    option(flag, key.words.placeholder, with_default(key.words.help, key.format(settings)),
           [&settings, key, flag](const std::string& text) {
             config::labelled(flag, [&] { key.parse(settings, text); });
           });
  }
  [[nodiscard]] static std::string with_default(const std::string& help, const std::string& value);

  // False where --help or --help-all was asked for, which is then printed. Throws Error(invalid_argument).
  [[nodiscard]] bool parse(Arguments arguments) const;

 private:
  enum class Form { heading, positional, positionals, option, flag };
  struct Entry {
    Form form = Form::heading;
    std::string names{}, placeholder{}, help{};
    Presence presence = Presence::optional;
    Use use{};
    bool* on = nullptr;
    config::Interest interest = config::Interest::usual;
  };
  [[nodiscard]] std::string help(config::Interest most) const;
  [[nodiscard]] bool has_special() const;
  void refuse_leftovers(const std::vector<std::string>& leftovers) const;

  std::string usage_, summary_, examples_;
  std::vector<Entry> entries_;
};

}  // namespace cuvae::cli
