// One setting as people meet it. A table of keys drives everything that spells settings: command line,
// configuration files, checkpoints, --help and the checks.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "src/config/names.hpp"
#include "src/config/range.hpp"
#include "src/config/text.hpp"

namespace cuvae::config {

// How a configuration file may write a value. widths: "400,200", 400, [400, 200] or "none".
enum class Kind { integer, number, text, number_or_text, widths };

// shorthand: sets several others. derived: follows from the data; kept in checkpoints, not set by hand.
enum class Group { run, model, train, machine, shorthand, derived };

// Which help names a setting: any, or only the one of everything.
enum class Interest { usual, special };

struct Words {
  std::string name;         // snake_case; on the command line with dashes
  std::string placeholder;  // of the value, in --help
  std::string help;
  Interest interest = Interest::usual;
};

template <class Settings>
struct BasicKey {
  Words words;
  Group group = Group::run;
  Kind kind = Kind::text;
  // parse: Error(invalid_argument) for a text that is no value or not an allowed one; check: for such a
  // value. Neither names the key: whoever calls knows where the text came from.
  std::function<void(Settings&, const std::string&)> parse;
  std::function<std::string(const Settings&)> format;
  std::function<void(const Settings&)> check;
};

// Calls `use`; puts "label: " before the message of an Error.
template <class Use>
void labelled(const std::string& label, Use&& use) {
  try {
    std::forward<Use>(use)();
  } catch (const Error& error) {
    throw Error(error.code(), label + ": " + error.what());
  }
}

// The part of the settings that a member pointer belongs to: Settings itself or one of its members,
// found by an overload of part_of(settings, static_cast<Part*>(nullptr)).
template <class Settings>
Settings& part_of(Settings& settings, std::remove_const_t<Settings>*) {
  return settings;
}

template <class Part, class Settings>
auto& part(Settings& settings) {
  return part_of(settings, static_cast<Part*>(nullptr));
}

template <class Settings, class Part, class Integer>
BasicKey<Settings> integer_key(Group group, Words words, Integer Part::*field, IntegerRange allowed) {
  return {std::move(words),
          group,
          Kind::integer,
          [=](Settings& settings, const std::string& text) {
            const std::int64_t value = to_integer(text);
            require(allowed, value);
            part<Part>(settings).*field = static_cast<Integer>(value);
          },
          [=](const Settings& settings) { return std::to_string(part<Part>(settings).*field); },
          [=](const Settings& settings) { require(allowed, part<Part>(settings).*field); }};
}

template <class Settings, class Part>
BasicKey<Settings> seed_key(Group group, Words words, std::uint64_t Part::*field) {
  return {std::move(words),
          group,
          Kind::integer,
          [=](Settings& settings, const std::string& text) { part<Part>(settings).*field = to_seed(text); },
          [=](const Settings& settings) { return std::to_string(part<Part>(settings).*field); },
          [](const Settings&) {}};
}

template <class Settings, class Part>
BasicKey<Settings> number_key(Group group, Words words, double Part::*field, NumberRange allowed) {
  return {std::move(words),
          group,
          Kind::number,
          [=](Settings& settings, const std::string& text) {
            const double value = to_number(text);
            require(allowed, value);
            part<Part>(settings).*field = value;
          },
          [=](const Settings& settings) { return format(part<Part>(settings).*field); },
          [=](const Settings& settings) { require(allowed, part<Part>(settings).*field); }};
}

// Any text at all, such as a path.
template <class Settings, class Part>
BasicKey<Settings> text_key(Group group, Words words, std::string Part::*field) {
  return {std::move(words),
          group,
          Kind::text,
          [=](Settings& settings, const std::string& text) { part<Part>(settings).*field = text; },
          [=](const Settings& settings) { return part<Part>(settings).*field; },
          [](const Settings&) {}};
}

// One of an enum's words, which stand in its help.
template <class Settings, class Part, class Enum>
BasicKey<Settings> choice_key(Group group, std::string name, Enum Part::*field) {
  return {
      {std::move(name), "NAME", words<Enum>(), Interest::usual},
      group,
      Kind::text,
      [=](Settings& settings, const std::string& text) { part<Part>(settings).*field = parse<Enum>(text); },
      [=](const Settings& settings) { return std::string(word_for(part<Part>(settings).*field)); },
      [=](const Settings& settings) { parse<Enum>(word_for(part<Part>(settings).*field)); }};
}

}  // namespace cuvae::config
