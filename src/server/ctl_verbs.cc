#include "server/ctl_verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/check.h"
#include "server/config_hint.h"
#include "server/ctl_command.h"
#include "server/ctl_help.h"
#include "server/ctl_table.h"

namespace server::ctl {

namespace json = boost::json;

namespace {

std::string usage_of(std::string_view command, const Verb& verb) {
  return fmt::format("rostrum {} {}{}{}", command, verb.name, verb.places.empty() ? "" : " ",
                     verb.places);
}

std::string help_of(std::string_view command, std::span<const Verb> verbs) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Verb& verb : verbs) lines.emplace_back(usage_of(command, verb), verb.help);
  return fmt::format("Usage: rostrum {} VERB [options]\n\n{}\nOptions:\n{}", command,
                     render_lines(lines, 2), describe_flags(client_flags()));
}

std::string help_of(std::string_view command, const Verb& verb) {
  return fmt::format("Usage: {} [options]\n\n{}.\n\nOptions:\n{}", usage_of(command, verb),
                     verb.help, describe_flags(flags_of(verb)));
}

Result<CommandOutput> run_words(std::string_view command, std::span<const Verb> verbs,
                                std::span<const std::string> given,
                                const Environment& environment) {
  if (given.empty()) return wrong_use(help_of(command, verbs));
  if (given[0] == "--help" || given[0] == "-h") {
    return CommandOutput{.output = help_of(command, verbs)};
  }
  const auto verb = std::ranges::find(verbs, given[0], &Verb::name);
  if (verb == verbs.end()) {
    std::vector<std::string_view> names;
    for (const Verb& known : verbs) names.push_back(known.name);
    const std::string_view meant = nearest_name(given[0], names);
    return wrong_use(meant.empty()
                         ? fmt::format("{} has no verb {}; there are {}", command, given[0],
                                       fmt::join(names, ", "))
                         : fmt::format("{} has no verb {}; {} is near", command, given[0], meant));
  }
  const std::vector<Flag> flags = flags_of(*verb);
  const auto words = parse_words(given.subspan(1), flags);
  if (!words) return wrong_use(words.error().message);
  if (words->has("--help")) return CommandOutput{.output = help_of(command, *verb)};
  if (words->places.size() < verb->least || words->places.size() > verb->most) {
    return wrong_use(fmt::format("usage: {}", usage_of(command, *verb)));
  }
  const auto form = output_from(*words);
  if (!form) return std::unexpected(form.error());
  const auto client = connect(*words, environment);
  if (!client) return std::unexpected(client.error());
  return verb->run(**client, *words, *form);
}

const control::Operation& known_operation(std::string_view name) {
  const control::Operation* operation = control::find_operation(name);
  CHECK(operation != nullptr);
  return *operation;
}

}  // namespace

std::vector<Flag> flags_of(const Verb& verb) {
  std::vector<Flag> flags = verb.flags != nullptr ? verb.flags() : std::vector<Flag>();
  for (Flag& flag : client_flags()) flags.push_back(std::move(flag));
  return flags;
}

CommandOutput run_verb(std::string_view command, std::span<const Verb> verbs,
                       std::span<const std::string> words, const Environment& environment) {
  auto done = run_words(command, verbs, words, environment);
  if (done) return std::move(*done);
  CommandOutput output;
  report(done.error(), output);
  return output;
}

Result<json::object> call(Client& client, std::string_view operation, const json::object& input) {
  return client.call(known_operation(operation), input);
}

Result<json::object> call_all(Client& client, std::string_view operation,
                              const json::object& input) {
  Progress progress;
  return client.call_all(known_operation(operation), input,
                         [&](std::size_t entries) { progress.show(entries); });
}

Result<CommandOutput> call_and_show(Client& client, std::string_view operation,
                                    const json::object& input, Output form) {
  const auto answer = call_all(client, operation, input);
  if (!answer) return std::unexpected(answer.error());
  return CommandOutput{.output = format_answer(known_operation(operation), *answer, form)};
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

void for_each_in(const json::object& object, std::string_view name,
                 const std::function<void(const json::object&)>& show) {
  const json::value* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& entry : list->get_array()) {
    if (entry.is_object()) show(entry.get_object());
  }
}

}  // namespace server::ctl
