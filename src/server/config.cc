#include "server/config.h"

#include <algorithm>
#include <map>
#include <span>

#include "base/check.h"
#include "base/utf8.h"
#include "server/config_hint.h"
#include "server/config_table.h"
#include "server/config_yaml.h"

namespace server {
namespace {

using base::ErrorCode;

constexpr std::string_view kChannels = "channels";
constexpr std::string_view kEventRules = "event_rules";
constexpr std::string_view kReviewHandlers = "review_handlers";
constexpr std::string_view kSignInProviders = "sign_in_providers";

// A word of the user's, cut and made printable, so that messages stay one short line.
std::string shown_word(std::string_view word) {
  constexpr std::size_t kShown = 48;
  std::string shown;
  for (const char c : word.substr(0, kShown)) shown += c < ' ' ? '?' : c;
  if (word.size() > kShown) shown += "...";
  return base::is_utf8(shown) ? "'" + shown + "'" : "that name";
}

std::string did_you_mean(std::string_view name) {
  return name.empty() ? std::string() : "; did you mean '" + std::string(name) + "'?";
}

const Setting<Config>* find_setting(std::string_view name) {
  const auto all = server_settings();
  const auto found = std::ranges::find(all, name, &Setting<Config>::name);
  return found == all.end() ? nullptr : &*found;
}

// Words that may stand below `group` ("" or "http.") in the file, in the table's order.
std::vector<std::string_view> names_below(std::string_view group) {
  std::vector<std::string_view> names;
  for (const auto& setting : server_settings()) {
    if (!setting.name.starts_with(group)) continue;
    std::string_view word = setting.name.substr(group.size());
    word = word.substr(0, word.find('.'));
    if (std::ranges::find(names, word) == names.end()) names.push_back(word);
  }
  if (group.empty()) {
    names.insert(names.end(), {kChannels, kEventRules, kReviewHandlers, kSignInProviders});
  }
  return names;
}

template <class Owner>
std::vector<std::string_view> names_of(std::span<const Setting<Owner>> settings) {
  std::vector<std::string_view> names;
  for (const auto& setting : settings) names.push_back(setting.name);
  return names;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string all;
  for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return all;
}

// Reads all sources into one Config, collecting every mistake on the way.
class Loader {
 public:
  explicit Loader(const ConfigSources& sources) : sources_(sources) {}

  std::expected<LoadedConfig, std::vector<base::Error>> run() {
    for (const auto& setting : server_settings()) {
      CHECK(assign(setting, loaded_.config, setting.default_text).has_value());
    }
    auto root = parse_yaml(sources_.file_text);
    if (!root) {
      errors_.push_back({root.error().code, sources_.file_name + ":" + root.error().message});
      root = YamlNode{};
    }
    read_group("", *root);
    read_environment();
    read_overrides();
    if (channels_ != nullptr) read_channels(*channels_);
    if (event_rules_ != nullptr) read_event_rules(*event_rules_);
    if (review_handlers_ != nullptr) read_review_handlers(*review_handlers_);
    if (sign_in_providers_ != nullptr) read_sign_in_providers(*sign_in_providers_);
    check_together();
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::move(loaded_);
  }

 private:
  using Seen = std::map<std::string, YamlPosition, std::less<>>;

  void report(const std::string& place, const std::string& message) {
    errors_.push_back({ErrorCode::kInvalid, place + ": " + message});
  }
  std::string at(YamlPosition position) const {
    return sources_.file_name + ":" + std::to_string(position.line) + ":" +
           std::to_string(position.column);
  }

  // Notes the key; false and an error if the map had it already.
  bool first_time(Seen& seen, const std::string& name, const YamlNode& entry) {
    const auto [first, added] = seen.try_emplace(entry.key, entry.key_position);
    if (!added) {
      report(at(entry.key_position),
             name + " is set twice, first on line " + std::to_string(first->second.line));
    }
    return added;
  }

  void read_group(const std::string& group, const YamlNode& node) {
    const auto names = names_below(group);
    if (node.kind == YamlNode::Kind::kNothing) return;
    if (node.kind != YamlNode::Kind::kMap) {
      const std::string what = group.empty() ? "the file" : std::string(group, 0, group.size() - 1);
      report(at(node.position), what + " must be a group of settings (" + joined(names) + ")");
      return;
    }
    Seen seen;
    for (const YamlNode& entry : node.children) {
      if (std::ranges::find(names, entry.key) == names.end()) {
        report(at(entry.key_position), unknown(group, entry.key, names));
        continue;
      }
      const std::string name = group + entry.key;
      if (!first_time(seen, name, entry)) continue;
      if (name == kChannels) {
        channels_ = &entry;
      } else if (name == kEventRules) {
        event_rules_ = &entry;
      } else if (name == kReviewHandlers) {
        review_handlers_ = &entry;
      } else if (name == kSignInProviders) {
        sign_in_providers_ = &entry;
      } else if (const auto* setting = find_setting(name)) {
        read_value(*setting, loaded_.config, name, entry);
        places_[name] = at(entry.position);
      } else {
        read_group(name + ".", entry);
      }
    }
  }

  static std::string unknown(const std::string& group, const std::string& key,
                             std::span<const std::string_view> names) {
    std::string hint(nearest_name(key, names));
    if (!hint.empty()) {
      hint = group + hint;
    } else {
      // The right word in the wrong group?
      for (const auto& setting : server_settings()) {
        if (setting.name.ends_with("." + key)) {
          hint = setting.name;
          break;
        }
      }
    }
    return "there is no setting " + shown_word(group + key) + did_you_mean(hint);
  }

  template <class Owner>
  void read_value(const Setting<Owner>& setting, Owner& owner, const std::string& name,
                  const YamlNode& node) {
    switch (node.kind) {
      case YamlNode::Kind::kText:
        if (const auto assigned = assign(setting, owner, node.text); !assigned) {
          report(at(node.position), name + ": " + assigned.error().message);
        }
        return;
      case YamlNode::Kind::kNothing:
        report(at(node.key_position), name + " has no value; write \"\" for an empty one");
        return;
      case YamlNode::Kind::kList:
      case YamlNode::Kind::kMap:
        report(at(node.position), name + " must be a single value");
        return;
    }
  }

  void read_environment() {
    std::map<std::string, const Setting<Config>*, std::less<>> by_variable;
    for (const auto& setting : server_settings()) {
      by_variable.emplace(environment_name(setting.name), &setting);
    }
    for (const auto& [variable, text] : sources_.environment) {
      if (!variable.starts_with("ROSTRUM_")) continue;
      const auto found = by_variable.find(variable);
      if (found == by_variable.end()) {
        loaded_.warnings.push_back("the environment variable " + shown_word(variable) +
                                   " names no setting");
        continue;
      }
      set_text(*found->second, variable, text);
    }
  }

  void read_overrides() {
    std::vector<std::string_view> names;
    for (const auto& setting : server_settings()) names.push_back(setting.name);
    for (const std::string_view override : sources_.overrides) {
      const std::size_t equals = override.find('=');
      const std::string name(override.substr(0, equals));
      const auto* setting = find_setting(name);
      if (name.starts_with(kChannels) || name.starts_with(kEventRules) ||
          name.starts_with(kReviewHandlers) || name.starts_with(kSignInProviders)) {
        report("--set",
               "channels, event_rules, review_handlers and sign_in_providers can only be set in "
               "the file");
      } else if (setting == nullptr) {
        report("--set",
               "there is no setting " + shown_word(name) + did_you_mean(nearest_name(name, names)));
      } else if (equals == std::string_view::npos) {
        report("--set", name + " needs a value: --set " + name + "=...");
      } else {
        set_text(*setting, "--set " + name, override.substr(equals + 1));
      }
    }
  }

  void set_text(const Setting<Config>& setting, const std::string& place, std::string_view text) {
    if (const auto assigned = assign(setting, loaded_.config, text); !assigned) {
      report(place, assigned.error().message);
    }
    places_[std::string(setting.name)] = place;
  }

  void read_channels(const YamlNode& list) {
    ChannelConfig initial;
    initial.container_format = loaded_.config.live.container;
    initial.max_bitrate = loaded_.config.limits.max_bitrate;
    read_entries(list, kChannels, channel_settings(), initial,
                 [this](const std::string& name, ChannelConfig channel, const Seen& seen) {
                   check_channel(name, channel, seen);
                   loaded_.config.channels.push_back(std::move(channel));
                 });
  }

  void read_event_rules(const YamlNode& list) {
    EventRuleConfig initial;
    initial.pattern = kAllEvents;
    read_entries(list, kEventRules, event_rule_settings(), initial,
                 [this](const std::string& name, EventRuleConfig rule, const Seen& seen) {
                   if (!rule.name.empty()) unique(rule_names_, rule.name, name, "name", seen);
                   loaded_.config.event_rules.push_back(std::move(rule));
                 });
  }

  void read_review_handlers(const YamlNode& list) {
    read_entries(list, kReviewHandlers, review_handler_settings(), ReviewHandlerConfig{},
                 [this](const std::string& name, ReviewHandlerConfig handler, const Seen& seen) {
                   unique(functions_, handler.function, name, "function", seen);
                   loaded_.config.review_handlers.push_back(std::move(handler));
                 });
  }

  void read_sign_in_providers(const YamlNode& list) {
    read_entries(list, kSignInProviders, sign_in_provider_settings(), SignInProviderConfig{},
                 [this](const std::string& name, SignInProviderConfig provider, const Seen& seen) {
                   unique(providers_, provider.id, name, "id", seen);
                   loaded_.config.sign_in_providers.push_back(std::move(provider));
                 });
  }

  template <class Owner, class Add>
  void read_entries(const YamlNode& list, std::string_view list_name,
                    std::span<const Setting<Owner>> settings, const Owner& initial, Add add) {
    if (list.kind == YamlNode::Kind::kNothing) return;
    if (list.kind != YamlNode::Kind::kList) {
      report(at(list.position), std::string(list_name) +
                                    " must be a list; begin each entry with '- " +
                                    std::string(settings.front().name) + ": ...'");
      return;
    }
    for (std::size_t i = 0; i < list.children.size(); ++i) {
      const std::string name = std::string(list_name) + "[" + std::to_string(i) + "]";
      const YamlNode& node = list.children[i];
      if (node.kind != YamlNode::Kind::kMap) {
        report(at(node.position),
               name + " must be a group of settings (" + joined(names_of(settings)) + ")");
        continue;
      }
      Owner owner = initial;
      const Seen seen = read_entry(name, node, settings, owner);
      add(name, std::move(owner), seen);
    }
  }

  template <class Owner>
  Seen read_entry(const std::string& name, const YamlNode& node,
                  std::span<const Setting<Owner>> settings, Owner& owner) {
    const auto names = names_of(settings);
    Seen seen;
    for (const YamlNode& entry : node.children) {
      const auto setting = std::ranges::find(settings, entry.key, &Setting<Owner>::name);
      if (setting == settings.end()) {
        report(at(entry.key_position), name + " has no setting " + shown_word(entry.key) +
                                           did_you_mean(nearest_name(entry.key, names)));
        continue;
      }
      if (!first_time(seen, name + "." + entry.key, entry)) continue;
      read_value(*setting, owner, name + "." + entry.key, entry);
    }
    for (const auto& setting : settings) {
      if (setting.required && !seen.contains(setting.name)) {
        report(at(node.position), name + " needs " + std::string(setting.name) + ", which must " +
                                      std::string(setting.rule.description));
      }
    }
    return seen;
  }

  void unique(Seen& taken, const std::string& value, const std::string& name,
              const std::string& key, const Seen& seen) {
    if (value.empty()) return;  // missing or wrong: reported already
    const YamlPosition here = seen.find(key)->second;
    const auto [first, added] = taken.try_emplace(value, here);
    if (!added) {
      report(at(here),
             name + "." + key + " is the same as on line " + std::to_string(first->second.line));
    }
  }

  void check_channel(const std::string& name, const ChannelConfig& channel, const Seen& seen) {
    unique(channel_ids_, channel.id.str(), name, "id", seen);
    unique(stream_keys_, channel.stream_key, name, "stream_key", seen);
    if (channel.max_bitrate > loaded_.config.limits.max_bitrate) {
      report(at(seen.find("max_bitrate")->second),
             name + ".max_bitrate is above limits.max_bitrate, " +
                 to_text(loaded_.config.limits.max_bitrate));
    }
  }

  // What only makes sense of several settings at once.
  void check_together() {
    const Config& config = loaded_.config;
    if (config.live.window < 3 * config.live.segment_duration) {
      report(place_of("live.window", "live.segment_duration"),
             "live.window must be at least three times live.segment_duration, " +
                 to_text(base::Duration(3 * config.live.segment_duration)));
    }
    const auto interval = std::chrono::floor<std::chrono::seconds>(config.chat.log_interval);
    if (interval != config.chat.log_interval || std::chrono::hours(1) % interval != interval * 0) {
      report(place_of("chat.log_interval", ""),
             "chat.log_interval must be whole seconds that divide an hour, such as 5m");
    }
    if (!config.storage.endpoint.empty() &&
        (config.storage.access_key_id.empty() || config.storage.secret_access_key.empty())) {
      report(place_of("storage.endpoint", ""),
             "storage.endpoint needs storage.access_key_id and storage.secret_access_key");
    }
    // Letters hold links: what a request names as its host must not get into them.
    if (config.platform.enabled && !config.mail.url.empty() && config.http.public_url.empty()) {
      report(place_of("mail.url", ""),
             "mail.url needs http.public_url, the address that the links in letters begin with");
    }
    if (config.https.certificate.empty() != config.https.private_key.empty()) {
      report(place_of("https.certificate", "https.private_key"),
             "https.certificate and https.private_key need each other");
    }
  }

  std::string place_of(std::string_view name, std::string_view other) const {
    auto found = places_.find(name);
    if (found == places_.end()) found = places_.find(other);
    return found == places_.end() ? std::string("default") : found->second;
  }

  const ConfigSources& sources_;
  LoadedConfig loaded_;
  std::vector<base::Error> errors_;
  std::map<std::string, std::string, std::less<>> places_;  // where each setting was set last
  const YamlNode* channels_ = nullptr;  // in run()'s tree; read last, as channels inherit settings
  const YamlNode* event_rules_ = nullptr;
  const YamlNode* review_handlers_ = nullptr;
  const YamlNode* sign_in_providers_ = nullptr;
  Seen rule_names_;
  Seen functions_;
  Seen providers_;
  Seen channel_ids_;
  Seen stream_keys_;
};

}  // namespace

std::expected<LoadedConfig, std::vector<base::Error>> load_config(const ConfigSources& sources) {
  return Loader(sources).run();
}

}  // namespace server
