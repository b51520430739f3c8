// Event rules and their targets: those of the configuration, which never change, and those of the
// API, in the database. Functions are called inside transactions, on a worker's thread.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "control/control.h"
#include "control/event_pattern.h"
#include "io/sql.h"

namespace control {

class SecretBox;

struct EventTarget {
  enum class Kind : std::uint8_t { kWebhook, kNats };
  std::string id;
  Kind kind = Kind::kWebhook;
  std::string url;
  std::string subject = {};  // NATS
  std::string secret = {};   // empty: webhooks are not signed
};

struct EventRule {
  std::string name;
  std::string description = {};
  std::string pattern;
  bool enabled = true;
  bool is_configured = false;
  base::WallTime created_at{};
  /// By id; without their secrets unless somebody asks for them.
  std::vector<EventTarget> targets = {};
};

/// A rule as events are held against it.
struct CompiledRule {
  std::string name;
  EventPattern pattern;
  std::vector<std::string> targets;  // their ids
};

/// At most so many targets has a rule, and so many rules are made by API.
inline constexpr std::size_t kMaxEventTargets = 5;
inline constexpr std::int64_t kMaxEventRules = 300;

/// "WEBHOOK" and "NATS", as in the API and the database.
std::string_view name_of(EventTarget::Kind kind);
EventTarget::Kind kind_of(std::string_view name);

/// The URL with *** in the place of what NATS servers are entered with.
std::string public_url(const EventTarget& target);

/// Whether the URL fits the kind: http(s):// for webhooks, nats:// or tls:// for NATS. kInvalid;
/// the sentence does not repeat the URL.
base::Expected<void> check_event_target(const EventTarget& target);

/// The rules of the configuration. Immutable; safe from every thread.
class ConfiguredRules {
 public:
  /// kInvalid names the rule that is wrong.
  static base::Expected<ConfiguredRules> create(const std::vector<RuleSettings>& settings);
  const std::vector<EventRule>& all() const { return rules_; }  // by name
  const EventRule* find(std::string_view name) const;
  const std::vector<CompiledRule>& compiled() const { return compiled_; }

 private:
  std::vector<EventRule> rules_;
  std::vector<CompiledRule> compiled_;
};

/// What an event is held against: the rules of the configuration and the enabled ones of the
/// database, read again when they have changed. On the writer's thread only.
class MatchingRules {
 public:
  explicit MatchingRules(const ConfiguredRules& configured) : configured_(configured) {}

  /// Rule and target of each delivery that the event needs.
  struct Match {
    std::string rule;
    std::string target;
  };
  base::Expected<std::vector<Match>> match(io::SqlConnection& sql,
                                           const boost::json::object& envelope);

 private:
  base::Expected<void> refresh(io::SqlConnection& sql);

  const ConfiguredRules& configured_;
  std::optional<std::int64_t> version_;
  std::vector<CompiledRule> rules_;
};

/// Rules of the API, by name, behind `after`.
base::Expected<std::vector<EventRule>> list_event_rules(io::SqlConnection& sql,
                                                        std::string_view after, std::int64_t limit);
base::Expected<std::optional<EventRule>> find_event_rule(io::SqlConnection& sql,
                                                         std::string_view name);
base::Expected<std::int64_t> count_event_rules(io::SqlConnection& sql);
/// Makes or replaces a rule; its targets and the time of its making stay.
base::Expected<void> put_event_rule(io::SqlConnection& sql, const EventRule& rule);
/// With its targets and what waits for them; its dead letters stay. False if there is none.
base::Expected<bool> delete_event_rule(io::SqlConnection& sql, std::string_view name);
/// Makes or replaces a target. Without a secret one of the same kind keeps the one that it has.
base::Expected<void> put_event_target(io::SqlConnection& sql, const SecretBox& box,
                                      std::string_view rule, const EventTarget& target);
base::Expected<bool> delete_event_target(io::SqlConnection& sql, std::string_view rule,
                                         std::string_view target);
/// With its secret; from the configuration if that has a rule of this name. Nothing if there is no
/// such target.
base::Expected<std::optional<EventTarget>> load_event_target(io::SqlConnection& sql,
                                                             const SecretBox& box,
                                                             const ConfiguredRules& configured,
                                                             std::string_view rule,
                                                             std::string_view target);

}  // namespace control
