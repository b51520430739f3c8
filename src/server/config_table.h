// The declarative table of all settings. The YAML reader, environment variables, --set, `config
// show` and the documentation all come from these rows; a new setting is one field and one row.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "server/config.h"

namespace server {

/// A setting that takes one of a few words.
template <class Owner>
struct ChoiceField {
  std::span<const std::string_view> names;  // in the order of the enum's values
  void (*set)(Owner&, std::size_t index);
  std::size_t (*get)(const Owner&);
};

/// Where in `Owner` the value lives; the alternative also is the setting's type.
template <class Owner>
using Field =
    std::variant<bool& (*)(Owner&), std::int64_t& (*)(Owner&), base::Duration& (*)(Owner&),
                 ByteSize& (*)(Owner&), Bitrate& (*)(Owner&), ListenAddress& (*)(Owner&),
                 std::string& (*)(Owner&), base::ChannelId& (*)(Owner&), ChoiceField<Owner>>;

enum class Secrecy { kPublic, kSecret };

/// What text a setting accepts: `matches` and the words that end "... must be".
struct TextRule {
  bool (*matches)(std::string_view) = nullptr;
  std::string_view description;
};

template <class Owner>
struct Setting {
  std::string_view name;  // dotted: "http.listen"
  Field<Owner> field;
  /// In the setting's text form. For channels it is words for the reader where the value is taken
  /// from a server-wide setting.
  std::string_view default_text;
  std::string_view description;   // one sentence
  std::string_view minimum = {};  // in the setting's text form; empty = no bound
  std::string_view maximum = {};
  TextRule rule = {};
  Secrecy secrecy = Secrecy::kPublic;
  bool required = false;
};

std::span<const Setting<Config>> server_settings();
/// Those of them that stand in the middle.
std::span<const Setting<Config>> feature_settings();
/// Rows for one entry of `channels`; names are not dotted.
std::span<const Setting<ChannelConfig>> channel_settings();
/// A pattern that every event matches: the language has no empty one.
inline constexpr std::string_view kAllEvents = R"({"source":["aws.ivs"]})";

/// Rows for one entry of `event_rules`.
std::span<const Setting<EventRuleConfig>> event_rule_settings();
/// Rows for one entry of `review_handlers`.
std::span<const Setting<ReviewHandlerConfig>> review_handler_settings();

/// Rows for one entry of `sign_in_providers`.
std::span<const Setting<SignInProviderConfig>> sign_in_provider_settings();

/// "http.listen" -> "ROSTRUM_HTTP_LISTEN".
std::string environment_name(std::string_view setting);

/// Sets one value from its text form. The error sentence names no setting and never repeats the
/// text of a secret: "'abc' is not a whole number".
template <class Owner>
base::Expected<void> assign(const Setting<Owner>& setting, Owner& owner, std::string_view text);
/// The value in its text form, unmasked.
template <class Owner>
std::string value_text(const Setting<Owner>& setting, const Owner& owner);

/// Type and allowed values for the documentation: "duration, 100ms to 1s".
template <class Owner>
std::string describe_type(const Setting<Owner>& setting);

}  // namespace server
