#include "server/rule_command.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "server/ctl_table.h"
#include "server/ctl_text.h"

namespace server::ctl {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostIds = 100;

/// The text of an option, from a file if it says so, without line ends at its end.
Result<std::string> option_text(const Words& words, std::string_view name) {
  const std::string* given = words.value(name);
  if (given == nullptr) return std::string();
  auto text = text_or_file(*given);
  if (!text) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  return text;
}

Result<CommandOutput> list(Client& client, const Words&, Output form) {
  return call_and_show(client, "ListEventRules", {}, form);
}

std::vector<Flag> put_flags() {
  return {
      {.name = "--pattern",
       .help = "Which events, in EventBridge's language, or @FILE (required)",
       .value_name = "JSON"},
      {.name = "--description", .help = "For people", .value_name = "TEXT"},
      {.name = "--disabled", .takes = Takes::kNothing, .help = "Keep the rule, deliver nothing"},
      {.name = "--url",
       .help = "Deliver to this webhook (https://...) or NATS server (nats://...)",
       .value_name = "URL"},
      {.name = "--target", .help = "Name of that target (default: main)", .value_name = "ID"},
      {.name = "--subject", .help = "Of a NATS target", .value_name = "TEXT"},
      {.name = "--secret", .help = "Signs a webhook's requests; @FILE", .value_name = "TEXT"},
  };
}

Result<json::object> target_from(const Words& words) {
  json::object target;
  const std::string* url = words.value("--url");
  if (url == nullptr) {
    for (const std::string_view name : {"--target", "--subject", "--secret"}) {
      if (words.has(name)) return wrong_use(fmt::format("{} needs --url", name));
    }
    return target;
  }
  const std::string* id = words.value("--target");
  target["id"] = id != nullptr ? *id : std::string("main");
  target["type"] = url->starts_with("nats:") || url->starts_with("tls:") ? "NATS" : "WEBHOOK";
  target["url"] = *url;
  if (const std::string* subject = words.value("--subject")) target["subject"] = *subject;
  auto secret = option_text(words, "--secret");
  if (!secret) return std::unexpected(secret.error());
  if (!secret->empty()) target["secret"] = *secret;
  return target;
}

Result<CommandOutput> put(Client& client, const Words& words, Output form) {
  const auto pattern = option_text(words, "--pattern");
  if (!pattern) return std::unexpected(pattern.error());
  if (pattern->empty())
    return wrong_use(R"(--pattern is required; {"source":["aws.ivs"]} matches every event)");
  const auto target = target_from(words);
  if (!target) return std::unexpected(target.error());
  json::object input{
      {"name", words.places[0]}, {"eventPattern", *pattern}, {"enabled", !words.has("--disabled")}};
  if (const std::string* text = words.value("--description")) input["description"] = *text;
  if (target->empty()) return call_and_show(client, "PutEventRule", input, form);
  const auto made = call(client, "PutEventRule", input);
  if (!made) return std::unexpected(made.error());
  return call_and_show(client, "PutEventTarget",
                       {{"ruleName", words.places[0]}, {"target", *target}}, form);
}

std::vector<Flag> delete_flags() {
  return {{.name = "--target", .help = "Only this target of the rule", .value_name = "ID"}};
}

Result<CommandOutput> remove(Client& client, const Words& words, Output form) {
  const std::string& name = words.places[0];
  if (const std::string* target = words.value("--target")) {
    return call_and_show(client, "DeleteEventTarget", {{"ruleName", name}, {"targetId", *target}},
                         form);
  }
  return call_and_show(client, "DeleteEventRule", {{"name", name}}, form);
}

std::vector<Flag> test_flags() {
  return {{.name = "--pattern", .help = "The pattern, or @FILE (required)", .value_name = "JSON"},
          {.name = "--event", .help = "The event, or @FILE (required)", .value_name = "JSON"}};
}

Result<CommandOutput> test(Client& client, const Words& words, Output form) {
  const auto pattern = option_text(words, "--pattern");
  if (!pattern) return std::unexpected(pattern.error());
  const auto event = option_text(words, "--event");
  if (!event) return std::unexpected(event.error());
  if (pattern->empty() || event->empty()) return wrong_use("--pattern and --event are required");
  const auto answer =
      call(client, "TestEventPattern", {{"eventPattern", *pattern}, {"event", *event}});
  if (!answer) return std::unexpected(answer.error());
  const json::value* result = answer->if_contains("result");
  const bool matches = result != nullptr && result->is_bool() && result->get_bool();
  CommandOutput output;
  output.exit_code = matches ? 0 : kApiFailed;
  output.output = form == Output::kJson ? indented_json(*answer)
                  : matches             ? "the event matches\n"
                                        : "the event does not match\n";
  return output;
}

Result<CommandOutput> dead_letters(Client& client, const Words& words, Output form) {
  json::object input;
  if (!words.places.empty()) input["ruleName"] = words.places[0];
  return call_and_show(client, "ListDeadLetters", input, form);
}

Result<CommandOutput> replay(Client& client, const Words& words, Output form) {
  json::object input{{"ruleName", words.places[0]}};
  if (words.places.size() > 1) {
    json::array ids;
    for (std::size_t i = 1; i < words.places.size(); ++i) ids.emplace_back(words.places[i]);
    input["ids"] = std::move(ids);
  }
  return call_and_show(client, "ReplayDeadLetters", input, form);
}

}  // namespace

std::span<const Verb> rule_verbs() {
  static constexpr Verb kVerbs[] = {
      {.name = "list", .help = "All rules with their targets", .run = list},
      {.name = "put",
       .places = "NAME",
       .least = 1,
       .most = 1,
       .help = "Make or change a rule, and one of its targets if --url is given",
       .flags = put_flags,
       .run = put},
      {.name = "delete",
       .places = "NAME",
       .least = 1,
       .most = 1,
       .help = "Delete a rule or one of its targets",
       .flags = delete_flags,
       .run = remove},
      {.name = "test",
       .help = "Say whether a pattern matches an event; the exit code is 1 if not",
       .flags = test_flags,
       .run = test},
      {.name = "dead-letters",
       .places = "[RULE]",
       .most = 1,
       .help = "Events that could not be delivered",
       .run = dead_letters},
      {.name = "replay",
       .places = "RULE [ID...]",
       .least = 1,
       .most = kMostIds + 1,
       .help = "Deliver dead letters again: these, or all of the rule",
       .run = replay},
  };
  return kVerbs;
}

}  // namespace server::ctl
