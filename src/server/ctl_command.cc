#include "server/ctl_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdio>

#include "server/config_hint.h"
#include "server/ctl_help.h"
#include "server/ctl_table.h"
#include "server/ctl_text.h"

namespace server::ctl {

namespace json = boost::json;
using control::Operation;

namespace {

std::string usage() {
  return "Usage: rostrum ctl OPERATION [options]\n\n"
         "Calls an operation of a running server's API. `rostrum ctl --list` names all;\n"
         "`rostrum ctl OPERATION --help` describes one.\n\nOptions:\n" +
         describe_flags(ctl_flags());
}

/// The name of the operation: the first word that is neither an option nor an option's value.
Result<const Operation*> find_named(std::span<const std::string> words) {
  std::vector<Flag> flags = ctl_flags();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.starts_with('-')) {
      const auto takes_next = [&](const Flag& flag) {
        return flag.takes == Takes::kValue &&
               (flag.name == word || (flag.letter != 0 && word == std::string{'-', flag.letter}));
      };
      for (const Flag& flag : flags) {
        if (takes_next(flag)) {
          ++i;
          break;
        }
      }
      continue;
    }
    if (const Operation* operation = find_operation(word)) return operation;
    const std::vector<std::string> names = operation_names();
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view meant = nearest_name(kebab_case(word), views);
    return wrong_use(fmt::format(
        "there is no operation {}{}", word,
        meant.empty() ? "; `rostrum ctl --list` names all" : fmt::format("; {} is near", meant)));
  }
  return nullptr;
}

Result<CommandOutput> call_operation(const Operation& operation, std::span<const std::string> given,
                                     const Environment& environment) {
  const std::vector<Flag> flags = flags_for(operation);
  if (std::ranges::any_of(
          given, [](const std::string& word) { return word == "--help" || word == "-h"; })) {
    std::vector<Flag> common = flags;
    std::erase_if(common, [](const Flag& flag) { return flag.member != nullptr; });
    return CommandOutput{.output = describe_operation(operation, common)};
  }
  const auto words = parse_words(given, flags);
  if (!words) return wrong_use(words.error().message);
  if (words->places.size() > 1) {
    return wrong_use(
        fmt::format("{} takes options only, not {}", operation.name, printable(words->places[1])));
  }
  const auto form = output_from(*words);
  if (!form) return std::unexpected(form.error());
  const auto input = input_from(*words);
  if (!input) return std::unexpected(input.error());
  const auto client = connect(*words, environment);
  if (!client) return std::unexpected(client.error());
  if (words->has("--all") && operation.pagination.items.empty()) {
    return wrong_use(fmt::format("--all: {} has no pages", operation.name));
  }
  Progress progress;
  const auto answer =
      words->has("--all")
          ? (*client)->call_all(operation, *input, [&](std::size_t n) { progress.show(n); })
          : (*client)->call(operation, *input);
  if (!answer) return std::unexpected(answer.error());
  return CommandOutput{.output = format_answer(operation, *answer, *form)};
}

}  // namespace

Progress::Progress() : is_visible_(shows_progress()) {}

Progress::~Progress() {
  if (is_written_) (void)std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::size_t entries) {
  if (!is_visible_) return;
  is_written_ = true;
  (void)std::fputs(fmt::format("\r{} entries", entries).c_str(), stderr);
  (void)std::fflush(stderr);
}

std::vector<Flag> ctl_flags() {
  std::vector<Flag> flags = {
      {.name = "--json",
       .help = "The input as a JSON object, @FILE or - (standard input); options of members win",
       .value_name = "JSON"},
      {.name = "--all", .takes = Takes::kNothing, .help = "All pages of a list"},
      {.name = "--list", .takes = Takes::kNothing, .help = "Name every operation"},
  };
  for (Flag& flag : client_flags()) flags.push_back(std::move(flag));
  return flags;
}

std::vector<Flag> flags_for(const Operation& operation) {
  std::vector<Flag> flags = member_flags(operation);
  for (Flag& flag : ctl_flags()) {
    if (std::ranges::find(flags, flag.name, &Flag::name) == flags.end()) {
      flags.push_back(std::move(flag));
    }
  }
  return flags;
}

std::string format_answer(const Operation& operation, const json::object& answer, Output output) {
  if (operation.output == nullptr) return {};
  if (output == Output::kJson) return indented_json(answer);
  json::object shown = answer;
  std::string more;
  if (const json::value* token = answer.if_contains("nextToken");
      token != nullptr && token->is_string()) {
    shown.erase("nextToken");
    more = fmt::format("(there is more: --all, or --next-token {})\n", in_one_line(*token));
  }
  const std::string text = render(*operation.output, shown, terminal_width());
  const std::string_view items = operation.pagination.items;
  if (items.empty()) return text;
  const json::value* list = shown.if_contains(items);
  const bool is_empty = list == nullptr || !list->is_array() || list->get_array().empty();
  return (is_empty ? fmt::format("(no {})\n", items) : text) + more;
}

CommandOutput run_ctl(std::span<const std::string> words, const Environment& environment) {
  CommandOutput output;
  const auto operation = find_named(words);
  if (!operation) {
    report(operation.error(), output);
    return output;
  }
  if (*operation == nullptr) {
    const std::vector<Flag> flags = ctl_flags();
    const auto parsed = parse_words(words, flags);
    if (!parsed) {
      report({kWrongUse, parsed.error().message}, output);
    } else if (parsed->has("--list")) {
      output.output = list_operations();
    } else if (parsed->has("--help")) {
      output.output = usage();
    } else {
      output = {.exit_code = kWrongUse, .errors = usage()};
    }
    return output;
  }
  auto done = call_operation(**operation, words, environment);
  if (done) return std::move(*done);
  report(done.error(), output);
  return output;
}

}  // namespace server::ctl
