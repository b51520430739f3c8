// The operations on event rules, targets, kept events and dead letters.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <optional>

#include "control/call.h"
#include "control/event_bus.h"
#include "control/event_pattern.h"
#include "control/event_rules.h"
#include "control/event_store.h"
#include "control/platform.h"

namespace control {

namespace json = boost::json;

namespace {

json::object target_object(const EventTarget& target) {
  json::object out{{"id", target.id}, {"type", name_of(target.kind)}, {"url", public_url(target)}};
  if (!target.subject.empty()) out["subject"] = target.subject;
  return out;
}

json::object rule_object(const EventRule& rule) {
  json::array targets;
  for (const EventTarget& target : rule.targets) targets.emplace_back(target_object(target));
  json::object out{{"name", rule.name},
                   {"eventPattern", rule.pattern},
                   {"enabled", rule.enabled},
                   {"targets", std::move(targets)},
                   {"origin", rule.is_configured ? "config" : "api"}};
  if (!rule.description.empty()) out["description"] = rule.description;
  if (!rule.is_configured) out["createTime"] = base::to_rfc3339(rule.created_at);
  return out;
}

/// Rules of the configuration are changed there.
ApiResult<void> check_changeable(const Call& call, const std::string& name) {
  if (call.platform.events.configured().find(name) == nullptr) return {};
  return conflict(fmt::format(
      "the rule {} comes from the configuration file and can be changed only there", name));
}

ApiResult<EventRule> load_rule(Call& call, const std::string& name) {
  if (const EventRule* rule = call.platform.events.configured().find(name)) return *rule;
  auto rule = find_event_rule(call.sql, name);
  if (!rule) return internal(rule.error());
  if (!*rule) return not_found(fmt::format("there is no event rule {}", name));
  return std::move(**rule);
}

ApiObject answer_with_rule(Call& call, const std::string& name) {
  auto rule = load_rule(call, name);
  if (!rule) return std::unexpected(rule.error());
  return json::object{{"rule", rule_object(*rule)}};
}

void tell_bus(Call& call) {
  call.after_commit.emplace_back([&events = call.platform.events] { events.rules_changed(); });
}

ApiObject put_rule(Call& call) {
  EventRule rule{.name = text_of(call.input, "name"),
                 .description = text_of(call.input, "description"),
                 .pattern = text_of(call.input, "eventPattern"),
                 .enabled = boolean_of(call.input, "enabled", true),
                 .created_at = call.now};
  if (auto changeable = check_changeable(call, rule.name); !changeable) {
    return std::unexpected(changeable.error());
  }
  if (auto pattern = EventPattern::compile(rule.pattern); !pattern) {
    return invalid(pattern.error().message);
  }
  auto known = find_event_rule(call.sql, rule.name);
  if (!known) return internal(known.error());
  if (!*known) {
    auto count = count_event_rules(call.sql);
    if (!count) return internal(count.error());
    if (*count >= kMaxEventRules) {
      return quota_exceeded(fmt::format("there may be at most {} event rules", kMaxEventRules));
    }
  }
  if (auto put = put_event_rule(call.sql, rule); !put) return internal(put.error());
  tell_bus(call);
  return answer_with_rule(call, rule.name);
}

ApiObject get_rule(Call& call) {
  return answer_with_rule(call, text_of(call.input, "name"));
}

ApiObject list_rules(Call& call) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  const ConfiguredRules& configured = call.platform.events.configured();
  // Those that a rule of the configuration hides must not shorten the page.
  const auto hidden = static_cast<std::int64_t>(configured.all().size());
  auto rules = list_event_rules(call.sql, page->after, page->limit + 1 + hidden);
  if (!rules) return internal(rules.error());
  std::erase_if(*rules,
                [&](const EventRule& rule) { return configured.find(rule.name) != nullptr; });
  for (const EventRule& rule : configured.all()) {
    if (rule.name > page->after) rules->push_back(rule);
  }
  std::ranges::sort(*rules, {}, &EventRule::name);
  json::object output;
  json::array list;
  for (const EventRule& rule : *rules) {
    if (std::cmp_equal(list.size(), page->limit)) {
      output["nextToken"] =
          next_token(call, std::string_view(list.back().as_object().at("name").as_string()));
      break;
    }
    list.emplace_back(rule_object(rule));
  }
  output["rules"] = std::move(list);
  return output;
}

ApiObject delete_rule(Call& call) {
  const std::string name = text_of(call.input, "name");
  if (auto changeable = check_changeable(call, name); !changeable) {
    return std::unexpected(changeable.error());
  }
  auto deleted = delete_event_rule(call.sql, name);
  if (!deleted) return internal(deleted.error());
  if (!*deleted) return not_found(fmt::format("there is no event rule {}", name));
  tell_bus(call);
  return json::object{};
}

ApiObject put_target(Call& call) {
  const std::string name = text_of(call.input, "ruleName");
  if (auto changeable = check_changeable(call, name); !changeable) {
    return std::unexpected(changeable.error());
  }
  auto rule = load_rule(call, name);
  if (!rule) return std::unexpected(rule.error());
  const json::object& input = call.input.at("target").as_object();
  const EventTarget target{.id = text_of(input, "id"),
                           .kind = kind_of(text_of(input, "type")),
                           .url = text_of(input, "url"),
                           .subject = text_of(input, "subject"),
                           .secret = text_of(input, "secret")};
  if (target.url.empty()) return invalid("target.url is required");
  if (auto checked = check_event_target(target); !checked) {
    return invalid(checked.error().message);
  }
  const bool is_new =
      std::ranges::find(rule->targets, target.id, &EventTarget::id) == rule->targets.end();
  if (is_new && rule->targets.size() >= kMaxEventTargets) {
    return quota_exceeded(fmt::format("a rule has at most {} targets", kMaxEventTargets));
  }
  if (auto put = put_event_target(call.sql, call.platform.secrets, name, target); !put) {
    return internal(put.error());
  }
  tell_bus(call);
  return answer_with_rule(call, name);
}

ApiObject delete_target(Call& call) {
  const std::string name = text_of(call.input, "ruleName");
  if (auto changeable = check_changeable(call, name); !changeable) {
    return std::unexpected(changeable.error());
  }
  const std::string id = text_of(call.input, "targetId");
  auto deleted = delete_event_target(call.sql, name, id);
  if (!deleted) return internal(deleted.error());
  if (!*deleted) return not_found(fmt::format("the rule {} has no target {}", name, id));
  tell_bus(call);
  return json::object{};
}

ApiObject test_pattern(Call& call) {
  const auto pattern = EventPattern::compile(text_of(call.input, "eventPattern"));
  if (!pattern) return invalid(pattern.error().message);
  boost::system::error_code failed;
  const json::value event = json::parse(text_of(call.input, "event"), failed);
  if (failed || !event.is_object()) return invalid("event must be a JSON object");
  return json::object{{"result", pattern->matches(event.get_object())}};
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// The key of a page whose lists are ordered by a number; 0 on the first one.
ApiResult<std::int64_t> number_after(const Page& page) {
  if (page.after.empty()) return 0;
  const auto number = number_of(page.after);
  if (!number) return invalid("nextToken is not one of ours");
  return *number;
}

ApiObject list_events(Call& call) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  auto before = number_after(*page);
  if (!before) return std::unexpected(before.error());
  auto events =
      event_store::newest(call.sql, text_of(call.input, "channelArn"), *before, page->limit + 1);
  if (!events) return internal(events.error());
  json::object output;
  json::array list;
  for (const KeptEvent& event : *events) {
    if (std::cmp_equal(list.size(), page->limit)) {
      output["nextToken"] =
          next_token(call, std::string_view(list.back().as_object().at("id").as_string()));
      break;
    }
    list.push_back(
        json::object{{"id", fmt::format("{}", event.sequence)}, {"event", event.envelope}});
  }
  output["events"] = std::move(list);
  return output;
}

ApiObject list_dead_letters(Call& call) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  auto after = number_after(*page);
  if (!after) return std::unexpected(after.error());
  auto letters =
      event_store::list_dead(call.sql, text_of(call.input, "ruleName"), *after, page->limit + 1);
  if (!letters) return internal(letters.error());
  json::object output;
  json::array list;
  for (const DeadLetter& letter : *letters) {
    if (std::cmp_equal(list.size(), page->limit)) {
      output["nextToken"] =
          next_token(call, std::string_view(list.back().as_object().at("id").as_string()));
      break;
    }
    list.push_back(json::object{{"id", fmt::format("{}", letter.id)},
                                {"ruleName", letter.rule},
                                {"targetId", letter.target},
                                {"event", letter.envelope},
                                {"reason", letter.reason},
                                {"attempts", letter.attempts},
                                {"eventTime", base::to_rfc3339(letter.event_at)},
                                {"deadTime", base::to_rfc3339(letter.dead_at)}});
  }
  output["deadLetters"] = std::move(list);
  return output;
}

ApiResult<DeadLetterChoice> choice_of(const Call& call) {
  DeadLetterChoice choice{.rule = text_of(call.input, "ruleName"), .ids = {}};
  if (!has(call.input, "ids")) return choice;
  for (const json::value& id : call.input.at("ids").as_array()) {
    const auto number = number_of(std::string_view(id.as_string()));
    if (!number) return invalid("ids holds something that is no id of a dead letter");
    choice.ids.push_back(*number);
  }
  return choice;
}

ApiObject replay_dead_letters(Call& call) {
  auto choice = choice_of(call);
  if (!choice) return std::unexpected(choice.error());
  auto replayed = event_store::replay_dead(call.sql, *choice, call.now);
  if (!replayed) return internal(replayed.error());
  tell_bus(call);
  return json::object{{"replayed", *replayed}};
}

ApiObject delete_dead_letters(Call& call) {
  auto choice = choice_of(call);
  if (!choice) return std::unexpected(choice.error());
  auto deleted = event_store::delete_dead(call.sql, *choice);
  if (!deleted) return internal(deleted.error());
  return json::object{{"deleted", *deleted}};
}

}  // namespace

std::span<const Handler> event_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"PutEventRule", kWrite, put_rule},
      {"GetEventRule", kRead, get_rule},
      {"ListEventRules", kRead, list_rules},
      {"DeleteEventRule", kWrite, delete_rule},
      {"PutEventTarget", kWrite, put_target},
      {"DeleteEventTarget", kWrite, delete_target},
      {"TestEventPattern", kRead, test_pattern},
      {"ListEvents", kRead, list_events},
      {"ListDeadLetters", kRead, list_dead_letters},
      {"ReplayDeadLetters", kWrite, replay_dead_letters},
      {"DeleteDeadLetters", kWrite, delete_dead_letters},
  };
  return kHandlers;
}

}  // namespace control
