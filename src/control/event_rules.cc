#include "control/event_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/crypto.h"
#include "base/log.h"
#include "control/secret_box.h"
#include "wire/http/absolute_url.h"

namespace control {
namespace {

using base::ErrorCode;
using Kind = EventTarget::Kind;

constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxTargetId = 64;
constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxSubject = 256;
constexpr std::string_view kHidden = "***";  // stands for a password

std::string secret_context(std::string_view rule, std::string_view target) {
  return fmt::format("event-target/{}/{}", rule, target);
}

bool is_name(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

// Anything that was never there before: a change that is undone brings the old value back.
base::Expected<void> note_change(io::SqlConnection& sql) {
  std::int64_t value = 0;
  for (const std::uint8_t octet : base::random_octets(7)) value = (value << 8) | octet;
  auto noted = sql.run("UPDATE event_state SET value = $1 WHERE name = 'rules'", {value});
  if (!noted) return base::fail(std::move(noted.error()));
  return {};
}

base::Expected<void> run(io::SqlConnection& sql, std::string_view statement,
                         std::initializer_list<io::SqlValue> parameters) {
  auto done = sql.run(statement, parameters);
  if (!done) return base::fail(std::move(done.error()));
  return {};
}

EventRule rule_of(const io::SqlResult& rows, std::size_t row) {
  return {.name = rows.text(row, 0),
          .description = rows.text(row, 1),
          .pattern = rows.text(row, 2),
          .enabled = rows.integer(row, 3) != 0,
          .created_at = base::WallTime(std::chrono::microseconds(rows.integer(row, 4)))};
}

base::Expected<void> add_targets(io::SqlConnection& sql, EventRule& rule) {
  auto rows = sql.run(
      "SELECT id, kind, url, subject FROM event_targets WHERE rule = $1 ORDER BY id", {rule.name});
  if (!rows) return base::fail(std::move(rows.error()));
  for (std::size_t i = 0; i < rows->size(); ++i) {
    rule.targets.push_back({.id = rows->text(i, 0),
                            .kind = kind_of(rows->text(i, 1)),
                            .url = rows->text(i, 2),
                            .subject = rows->text(i, 3)});
  }
  return {};
}

}  // namespace

std::string_view name_of(EventTarget::Kind kind) {
  return kind == Kind::kWebhook ? "WEBHOOK" : "NATS";
}
EventTarget::Kind kind_of(std::string_view name) {
  return name == "NATS" ? Kind::kNats : Kind::kWebhook;
}

std::string public_url(const EventTarget& target) {
  std::string out = target.url;
  if (target.kind != Kind::kNats) return out;
  // Each of several servers may have its own.
  for (std::size_t at = out.find('@'); at != std::string::npos; at = out.find('@', at + 1)) {
    std::size_t start = out.rfind("://", at);
    start = start == std::string::npos ? 0 : start + 3;
    out.replace(start, at - start, kHidden);
    at = start + kHidden.size();
  }
  return out;
}

base::Expected<void> check_event_target(const EventTarget& target) {
  static constexpr std::array<wire::http::UrlScheme, 2> kWebhook{{{"http", 80}, {"https", 443}}};
  static constexpr std::array<wire::http::UrlScheme, 2> kNats{{{"nats", 4222}, {"tls", 4222}}};
  const std::string what = fmt::format("target {}", target.id);
  if (target.url.size() > kMaxUrl) {
    return base::fail(ErrorCode::kInvalid, what + ": the address is too long");
  }
  if (target.kind == Kind::kNats) {
    if (!target.secret.empty()) {
      return base::fail(ErrorCode::kInvalid, what + ": only webhooks are signed with a secret");
    }
    const bool is_safe = std::ranges::all_of(
        target.subject, [](char c) { return c > ' ' && c < '\x7f' && c != '*' && c != '>'; });
    if (!is_safe || target.subject.size() > kMaxSubject) {
      return base::fail(ErrorCode::kInvalid,
                        what + ": a subject holds neither spaces nor * or >, 256 octets at most");
    }
  } else if (!target.subject.empty()) {
    return base::fail(ErrorCode::kInvalid, what + ": only NATS targets have a subject");
  }
  std::string_view urls = target.url;
  do {
    const std::size_t comma = target.kind == Kind::kNats ? urls.find(',') : std::string::npos;
    std::string url(urls.substr(0, comma));
    urls.remove_prefix(std::min(comma == std::string::npos ? comma : comma + 1, urls.size()));
    // Servers of NATS may be named with a user and password or a token.
    const std::size_t at = target.kind == Kind::kNats ? url.find('@') : std::string::npos;
    const std::size_t scheme = url.find("://");
    if (at != std::string::npos && scheme < at) {
      if (url.compare(scheme + 3, at - scheme - 3, kHidden) == 0) {
        return base::fail(ErrorCode::kInvalid,
                          what + ": write user and password anew, they are not given away");
      }
      url.erase(scheme + 3, at - scheme - 2);
    }
    const auto parsed = target.kind == Kind::kNats ? wire::http::parse_absolute_url(url, kNats)
                                                   : wire::http::parse_absolute_url(url, kWebhook);
    if (!parsed) return base::fail(base::Error(parsed.error()).with_context(what));
  } while (!urls.empty());
  return {};
}

base::Expected<ConfiguredRules> ConfiguredRules::create(const std::vector<RuleSettings>& settings) {
  ConfiguredRules out;
  for (const RuleSettings& from : settings) {
    const auto wrong = [&](std::string_view why) {
      return base::fail(ErrorCode::kInvalid, fmt::format("event rule {}: {}", from.name, why));
    };
    if (!is_name(from.name, kMaxName)) return wrong("names are made of letters, digits, _ . and -");
    if (out.find(from.name) != nullptr) return wrong("there are two of this name");
    if (from.targets.size() > kMaxEventTargets) return wrong("it has more than 5 targets");
    auto pattern = EventPattern::compile(from.pattern);
    if (!pattern) return wrong(pattern.error().message);
    EventRule rule{.name = from.name, .pattern = from.pattern, .is_configured = true};
    CompiledRule compiled{.name = from.name, .pattern = *pattern, .targets = {}};
    for (const TargetSettings& one : from.targets) {
      const bool is_nats = one.url.starts_with("nats://") || one.url.starts_with("tls://");
      EventTarget target{.id = one.id,
                         .kind = is_nats ? Kind::kNats : Kind::kWebhook,
                         .url = one.url,
                         .subject = one.subject,
                         .secret = one.secret};
      if (!is_name(target.id, kMaxTargetId)) return wrong("a target's id is missing or no name");
      if (std::ranges::find(compiled.targets, target.id) != compiled.targets.end()) {
        return wrong(fmt::format("two targets have the id {}", target.id));
      }
      if (auto checked = check_event_target(target); !checked) {
        return wrong(checked.error().message);
      }
      compiled.targets.push_back(target.id);
      rule.targets.push_back(std::move(target));
    }
    out.rules_.push_back(std::move(rule));
    out.compiled_.push_back(std::move(compiled));
  }
  std::ranges::sort(out.rules_, {}, &EventRule::name);
  return out;
}

const EventRule* ConfiguredRules::find(std::string_view name) const {
  const auto found = std::ranges::find(rules_, name, &EventRule::name);
  return found == rules_.end() ? nullptr : &*found;
}

base::Expected<void> MatchingRules::refresh(io::SqlConnection& sql) {
  auto state = sql.run("SELECT value FROM event_state WHERE name = 'rules'");
  if (!state) return base::fail(std::move(state.error()));
  const std::int64_t version = state->empty() ? 0 : state->integer(0, 0);
  if (version_ == version) return {};
  auto rows = sql.run(
      "SELECT r.name, r.pattern, t.id FROM event_rules r JOIN event_targets t ON t.rule = r.name "
      "WHERE r.enabled <> 0 ORDER BY r.name, t.id");
  if (!rows) return base::fail(std::move(rows.error()));
  rules_ = configured_.compiled();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::string& name = rows->text(i, 0);
    if (configured_.find(name) != nullptr) continue;  // stands in its place
    if (rules_.empty() || rules_.back().name != name) {
      auto pattern = EventPattern::compile(rows->text(i, 1));
      if (!pattern) {
        base::log_error("an event rule cannot be used",
                        {{"rule", name}, {"reason", pattern.error().message}});
        continue;
      }
      rules_.push_back({.name = name, .pattern = std::move(*pattern), .targets = {}});
    }
    rules_.back().targets.push_back(rows->text(i, 2));
  }
  version_ = version;
  return {};
}

base::Expected<std::vector<MatchingRules::Match>> MatchingRules::match(
    io::SqlConnection& sql, const boost::json::object& envelope) {
  if (auto fresh = refresh(sql); !fresh) return base::fail(std::move(fresh.error()));
  std::vector<Match> out;
  for (const CompiledRule& rule : rules_) {
    if (rule.targets.empty() || !rule.pattern.matches(envelope)) continue;
    for (const std::string& target : rule.targets) out.push_back({rule.name, target});
  }
  return out;
}

base::Expected<std::vector<EventRule>> list_event_rules(io::SqlConnection& sql,
                                                        std::string_view after,
                                                        std::int64_t limit) {
  auto rows = sql.run(
      "SELECT name, description, pattern, enabled, created_at FROM event_rules WHERE name > $1 "
      "ORDER BY name LIMIT $2",
      {std::string(after), limit});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<EventRule> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    out.push_back(rule_of(*rows, i));
    if (auto added = add_targets(sql, out.back()); !added) {
      return base::fail(std::move(added.error()));
    }
  }
  return out;
}

base::Expected<std::optional<EventRule>> find_event_rule(io::SqlConnection& sql,
                                                         std::string_view name) {
  auto rows = sql.run(
      "SELECT name, description, pattern, enabled, created_at FROM event_rules WHERE name = $1",
      {std::string(name)});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  EventRule rule = rule_of(*rows, 0);
  if (auto added = add_targets(sql, rule); !added) return base::fail(std::move(added.error()));
  return rule;
}

base::Expected<std::int64_t> count_event_rules(io::SqlConnection& sql) {
  auto rows = sql.run("SELECT count(*) FROM event_rules");
  if (!rows) return base::fail(std::move(rows.error()));
  return rows->integer(0, 0);
}

base::Expected<void> put_event_rule(io::SqlConnection& sql, const EventRule& rule) {
  auto put = run(
      sql,
      "INSERT INTO event_rules (name, description, pattern, enabled, created_at) "
      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE SET "
      "description = excluded.description, pattern = excluded.pattern, enabled = excluded.enabled",
      {rule.name, rule.description, rule.pattern, std::int64_t{rule.enabled},
       std::int64_t{rule.created_at.time_since_epoch().count()}});
  if (!put) return put;
  return note_change(sql);
}

base::Expected<bool> delete_event_rule(io::SqlConnection& sql, std::string_view name) {
  const std::string rule(name);
  for (const std::string_view statement :
       {"DELETE FROM event_deliveries WHERE rule = $1", "DELETE FROM event_lanes WHERE rule = $1",
        "DELETE FROM event_targets WHERE rule = $1"}) {
    if (auto done = run(sql, statement, {rule}); !done) return base::fail(std::move(done.error()));
  }
  auto deleted = sql.run("DELETE FROM event_rules WHERE name = $1", {rule});
  if (!deleted) return base::fail(std::move(deleted.error()));
  if (auto noted = note_change(sql); !noted) return base::fail(std::move(noted.error()));
  return deleted->changed > 0;
}

base::Expected<void> put_event_target(io::SqlConnection& sql, const SecretBox& box,
                                      std::string_view rule, const EventTarget& target) {
  // What is sealed for NATS is the address with its password.
  const std::string shown = public_url(target);
  const std::string& secret = shown != target.url ? target.url : target.secret;
  const io::SqlValue sealed = secret.empty()
                                  ? io::SqlValue()
                                  : io::SqlValue(box.seal(secret, secret_context(rule, target.id)));
  auto put = run(sql,
                 "INSERT INTO event_targets (rule, id, kind, url, subject, sealed) "
                 "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (rule, id) DO UPDATE SET "
                 "url = excluded.url, subject = excluded.subject, sealed = CASE "
                 "WHEN excluded.kind = 'WEBHOOK' AND event_targets.kind = 'WEBHOOK' "
                 "THEN coalesce(excluded.sealed, event_targets.sealed) ELSE excluded.sealed END, "
                 "kind = excluded.kind",
                 {std::string(rule), target.id, std::string(name_of(target.kind)), shown,
                  target.subject, sealed});
  if (!put) return put;
  return note_change(sql);
}

base::Expected<bool> delete_event_target(io::SqlConnection& sql, std::string_view rule,
                                         std::string_view target) {
  for (const std::string_view statement :
       {"DELETE FROM event_deliveries WHERE rule = $1 AND target = $2",
        "DELETE FROM event_lanes WHERE rule = $1 AND target = $2"}) {
    if (auto done = run(sql, statement, {std::string(rule), std::string(target)}); !done) {
      return base::fail(std::move(done.error()));
    }
  }
  auto deleted = sql.run("DELETE FROM event_targets WHERE rule = $1 AND id = $2",
                         {std::string(rule), std::string(target)});
  if (!deleted) return base::fail(std::move(deleted.error()));
  if (auto noted = note_change(sql); !noted) return base::fail(std::move(noted.error()));
  return deleted->changed > 0;
}

base::Expected<std::optional<EventTarget>> load_event_target(io::SqlConnection& sql,
                                                             const SecretBox& box,
                                                             const ConfiguredRules& configured,
                                                             std::string_view rule,
                                                             std::string_view target) {
  if (const EventRule* known = configured.find(rule)) {
    const auto found = std::ranges::find(known->targets, target, &EventTarget::id);
    if (found == known->targets.end()) return std::nullopt;
    return *found;
  }
  auto rows = sql.run(
      "SELECT id, kind, url, subject, sealed FROM event_targets WHERE rule = $1 AND id = $2",
      {std::string(rule), std::string(target)});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  EventTarget out{.id = rows->text(0, 0),
                  .kind = kind_of(rows->text(0, 1)),
                  .url = rows->text(0, 2),
                  .subject = rows->text(0, 3)};
  if (!rows->is_null(0, 4)) {
    auto secret = box.open(rows->octets(0, 4), secret_context(rule, target));
    if (!secret) return base::fail(std::move(secret.error()));
    (out.kind == Kind::kNats ? out.url : out.secret) = std::move(*secret);
  }
  return out;
}

}  // namespace control
