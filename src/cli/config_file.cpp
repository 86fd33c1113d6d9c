#include "src/cli/config_file.hpp"

// What toml++ 3.3 asserts, bad text breaks; the error it then finds is what is wanted (its pull request 301).
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>

#include "src/cli/toml_letters.hpp"
#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"
#include "src/io/json_string.hpp"

namespace cuvae::cli {
namespace {

using config::Kind;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

std::string place(const std::filesystem::path& path, const toml::source_region& source) {
  return path.string() + ":" + std::to_string(source.begin.line) + ":" + std::to_string(source.begin.column);
}

std::string read_text(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    core::refuse(path.string(), "it is a folder",
                 "Give --config a TOML file, such as the config.toml in it.");
  std::ifstream file(path, std::ios::binary);
  if (!file && errno != ENOENT) core::refuse_system(path.string(), errno);
  if (!file) core::refuse(path.string(), std::strerror(ENOENT), "Check the path given to --config.");
  std::string text, piece(std::size_t{1} << 14, '\0');
  do {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece, 0, static_cast<std::size_t>(file.gcount()));
  } while (file && text.size() <= kMostBytes);
  if (file.bad() || text.size() > kMostBytes)
    core::refuse(path.string(), "it cannot be read to its end, or is larger than a MiB",
                 "Give --config a TOML file.");
  return text;
}

constexpr std::string_view kForm =
    "\nA line of the file is KEY = VALUE, with text in quotes: data = \"train.npy\".";

// toml++ calls itself for each part of a dotted key, when it lets go of it. No key of ours has two parts;
// dots in quotes are none.
void require_plain_keys(std::string_view text, const std::filesystem::path& path) {
  constexpr int kMostDots = 64;
  int dots = 0, line = 1;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      dots = 0;
      ++line;
      quote = '\0';
    } else if (quote != '\0') {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '.' && ++dots > kMostDots) {
      throw Error(Errc::invalid_argument,
                  path.string() + ":" + std::to_string(line) + ": too many dots" + std::string(kForm));
    }
  }
}

toml::table parse_toml(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  require_plain_keys(text, path);
  try {
    return toml::parse(disguised(text), path.string());
  } catch (const toml::parse_error& error) {
    throw Error(Errc::invalid_argument, place(path, error.source()) + ": " +
                                            core::shown(undisguised(error.description()), 200) +
                                            std::string(kForm));
  }
}

// What a value of this kind is called where it is not one.
std::string_view expected(Kind kind) {
  switch (kind) {
    case Kind::integer:
      return "a whole number";
    case Kind::number:
      return "a number";
    case Kind::number_or_text:
      return "a number or a word in quotes";
    case Kind::widths:
      return "a list of whole numbers, such as [400, 200], or \"none\"";
    case Kind::text:
      break;
  }
  return "text in quotes";
}

std::optional<std::string> list_text(const toml::array& list) {
  std::string text;
  for (const toml::node& node : list) {
    if (!node.is_integer()) return std::nullopt;
    text += (text.empty() ? "" : ",") + std::to_string(node.as_integer()->get());
  }
  return text.empty() ? "none" : text;
}

// TOML's integers end at 2^63: seeds beyond stand in quotes.
bool beyond_toml(const std::string& text) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return digits && (text.size() > 19 || std::stoull(text) > std::numeric_limits<std::int64_t>::max());
}

// The value as the command line would give it; nothing where its type does not suit the kind.
std::optional<std::string> text_of(const toml::node& node, Kind kind) {
  const bool words = kind == Kind::text || kind == Kind::number_or_text || kind == Kind::widths;
  const bool numbers = kind == Kind::number || kind == Kind::number_or_text;
  if (const auto* text = node.as_string()) {
    return words || (kind == Kind::integer && beyond_toml(text->get()))
               ? std::optional(undisguised(text->get()))
               : std::nullopt;
  }
  if (const auto* integer = node.as_integer()) {
    return kind == Kind::text ? std::nullopt : std::optional(std::to_string(integer->get()));
  }
  if (const auto* number = node.as_floating_point()) {
    return numbers ? std::optional(config::format(number->get())) : std::nullopt;
  }
  if (const auto* list = node.as_array(); list != nullptr && kind == Kind::widths) return list_text(*list);
  return std::nullopt;
}

[[noreturn]] void refuse_unknown(const std::string& where, const std::string& name) {
  std::vector<std::string> names;
  for (const RunKey& key : run_keys()) names.push_back(key.words.name);
  std::string hint = detail::did_you_mean(name, names);
  if (hint.empty()) hint = "cuvae train --help lists them, with '_' for '-'";
  throw Error(Errc::invalid_argument, where + ": unknown key '" + core::shown(name) + "'; " + hint);
}

std::string quoted(const std::string& text) {
  std::string out;
  io::append_json_string(out, text);  // TOML's basic strings have JSON's escapes
  return out;
}

// Throws Error(invalid_argument): a file's name may be any bytes, TOML is UTF-8.
std::string toml_value(const RunKey& key, const std::string& text) {
  const bool bare = (key.kind == Kind::integer && !beyond_toml(text)) || key.kind == Kind::number ||
                    (key.kind == Kind::number_or_text && config::is_number(text));
  if (bare) return text;
  const std::string literal = quoted(text);
  constexpr std::string_view kReplaced = "\xef\xbf\xbd";  // U+FFFD, in the place of what is not UTF-8
  if (literal.find(kReplaced) != std::string::npos && text.find(kReplaced) == std::string::npos)
    throw Error(Errc::invalid_argument, key.words.name + ": " + core::shown(literal) +
                                            " is not UTF-8, so config.toml cannot name it; rename it");
  return literal;
}

}  // namespace

std::vector<Given> read_config_file(const std::filesystem::path& path) {
  std::vector<Given> all;
  for (const auto& [key, node] : parse_toml(path)) {
    const std::string name = undisguised(key.str());
    const auto known = std::ranges::find(run_keys(), name, [](const RunKey& k) { return k.words.name; });
    if (known == run_keys().end()) refuse_unknown(place(path, key.source()), name);
    const std::optional<std::string> text = text_of(node, known->kind);
    const std::string where = place(path, node.source()) + ": " + name;
    if (!text) throw Error(Errc::invalid_argument, where + ": must be " + std::string(expected(known->kind)));
    all.push_back({name, *text, where});
  }
  return all;
}

void apply_settings(const std::vector<Given>& given, RunSettings& settings) {
  for (const RunKey& key : run_keys()) {
    for (const Given& one : given) {
      if (one.key == key.words.name) config::labelled(one.where, [&] { key.parse(settings, one.text); });
    }
  }
}

std::string config_file_text(const RunSettings& settings) {
  std::string text = "# A run of cuvae. Repeat it with: cuvae train --config <this file> --out <folder>\n";
  if (!settings.preset.empty())
    text += "# It began as --preset " + settings.preset +
            (settings.preset_scale.empty() ? "" : " --preset-scale " + settings.preset_scale) +
            "; what was given beside that won over it.\n";
  for (const RunKey& key : run_keys()) {
    if (key.group == config::Group::shorthand || key.words.name == kOutKey) continue;
    const std::string& help = key.words.help;
    text += "\n# " + key.words.placeholder + (help.empty() ? "" : ": " + help) + "\n";
    text += key.words.name + " = " + toml_value(key, key.format(settings)) + "\n";
  }
  return text;
}

}  // namespace cuvae::cli
