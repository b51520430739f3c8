// Gets values of every type of setting from text and back.
#include <algorithm>
#include <cctype>
#include <concepts>
#include <utility>

#include "server/config_table.h"

namespace server {
namespace {

// Text form, type name and parser of every type a setting can have.
template <class T>
struct ValueType;
template <>
struct ValueType<bool> {
  static constexpr std::string_view kName = "true or false";
  static constexpr auto kParse = parse_boolean;
};
template <>
struct ValueType<std::int64_t> {
  static constexpr std::string_view kName = "number";
  static constexpr auto kParse = parse_integer;
};
template <>
struct ValueType<base::Duration> {
  static constexpr std::string_view kName = "duration";
  static constexpr auto kParse = parse_duration;
};
template <>
struct ValueType<ByteSize> {
  static constexpr std::string_view kName = "size";
  static constexpr auto kParse = parse_byte_size;
};
template <>
struct ValueType<Bitrate> {
  static constexpr std::string_view kName = "bitrate";
  static constexpr auto kParse = parse_bitrate;
};
template <>
struct ValueType<ListenAddress> {
  static constexpr std::string_view kName = "address, empty = off";
  static constexpr auto kParse = parse_listen_address;
};

template <class Owner, class T>
using Accessor = T& (*)(Owner&);

std::string quoted(Secrecy secrecy, std::string_view text) {
  if (secrecy == Secrecy::kSecret) return "the value";
  constexpr std::size_t kShown = 64;
  if (text.size() <= kShown) return "'" + std::string(text) + "'";
  return "'" + std::string(text.substr(0, kShown)) + "...'";
}

std::string joined(std::span<const std::string_view> names, std::string_view separator) {
  std::string all;
  for (const std::string_view name : names) {
    if (!all.empty()) all += separator;
    all += name;
  }
  return all;
}

template <class Owner>
base::Expected<void> check_rule(const Setting<Owner>& setting, std::string_view text) {
  if (setting.rule.matches == nullptr || setting.rule.matches(text)) return {};
  return base::fail(base::ErrorCode::kInvalid, quoted(setting.secrecy, text) + " must " +
                                                   std::string(setting.rule.description));
}

template <class T>
base::Expected<T> parse_in_range(std::string_view text, std::string_view minimum,
                                 std::string_view maximum) {
  const base::Expected<T> value = ValueType<T>::kParse(text);
  if (!value) return value;
  if constexpr (std::totally_ordered<T>) {
    // The bounds are literals of the table; a test parses them all.
    if (!minimum.empty() && *value < *ValueType<T>::kParse(minimum)) {
      return base::fail(base::ErrorCode::kInvalid,
                        "is below the smallest value " + std::string(minimum));
    }
    if (!maximum.empty() && *value > *ValueType<T>::kParse(maximum)) {
      return base::fail(base::ErrorCode::kInvalid,
                        "is above the largest value " + std::string(maximum));
    }
  }
  return value;
}

template <class Owner>
struct Assign {
  const Setting<Owner>& setting;
  Owner& owner;
  std::string_view text;

  template <class T>
  base::Expected<void> operator()(Accessor<Owner, T> access) const {
    base::Expected<T> value = parse_in_range<T>(text, setting.minimum, setting.maximum);
    if (!value) {
      return base::fail(value.error().code,
                        quoted(setting.secrecy, text) + " " + value.error().message);
    }
    access(owner) = *std::move(value);
    return {};
  }
  base::Expected<void> operator()(Accessor<Owner, std::string> access) const {
    auto checked = check_rule(setting, text);
    if (checked) access(owner) = std::string(text);
    return checked;
  }
  base::Expected<void> operator()(Accessor<Owner, base::ChannelId> access) const {
    auto checked = check_rule(setting, text);
    if (checked) access(owner) = base::ChannelId(std::string(text));
    return checked;
  }
  base::Expected<void> operator()(const ChoiceField<Owner>& choice) const {
    const auto found = std::ranges::find(choice.names, text);
    if (found == choice.names.end()) {
      return base::fail(
          base::ErrorCode::kInvalid,
          quoted(setting.secrecy, text) + " is not one of " + joined(choice.names, ", "));
    }
    choice.set(owner, static_cast<std::size_t>(found - choice.names.begin()));
    return {};
  }
};

template <class Owner>
struct ValueText {
  Owner& owner;

  template <class T>
  std::string operator()(Accessor<Owner, T> access) const {
    return to_text(access(owner));
  }
  std::string operator()(Accessor<Owner, std::string> access) const { return access(owner); }
  std::string operator()(Accessor<Owner, base::ChannelId> access) const {
    return access(owner).str();
  }
  std::string operator()(const ChoiceField<Owner>& choice) const {
    return std::string(choice.names[choice.get(owner)]);
  }
};

template <class Owner>
struct DescribeType {
  const Setting<Owner>& setting;

  template <class T>
  std::string operator()(Accessor<Owner, T>) const {
    std::string words(ValueType<T>::kName);
    if (!setting.minimum.empty()) {
      words += ", " + std::string(setting.minimum) + " to " + std::string(setting.maximum);
    }
    return words;
  }
  std::string operator()(Accessor<Owner, std::string>) const { return text(); }
  std::string operator()(Accessor<Owner, base::ChannelId>) const { return text(); }
  std::string operator()(const ChoiceField<Owner>& choice) const {
    return joined(choice.names, " \\| ");
  }

 private:
  std::string text() const {
    if (setting.rule.matches == nullptr) return "text";
    constexpr std::string_view kBe = "be ";
    std::string_view words = setting.rule.description;
    if (words.starts_with(kBe)) words.remove_prefix(kBe.size());
    return "text: " + std::string(words);
  }
};

}  // namespace

std::string environment_name(std::string_view setting) {
  std::string name = "ROSTRUM_";
  for (const char c : setting) {
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

template <class Owner>
base::Expected<void> assign(const Setting<Owner>& setting, Owner& owner, std::string_view text) {
  return std::visit(Assign<Owner>{setting, owner, text}, setting.field);
}

template <class Owner>
std::string value_text(const Setting<Owner>& setting, const Owner& owner) {
  Owner copy = owner;  // the accessors are written once, for writing
  return std::visit(ValueText<Owner>{copy}, setting.field);
}

template <class Owner>
std::string describe_type(const Setting<Owner>& setting) {
  return std::visit(DescribeType<Owner>{setting}, setting.field);
}

template base::Expected<void> assign(const Setting<Config>&, Config&, std::string_view);
template base::Expected<void> assign(const Setting<ChannelConfig>&, ChannelConfig&,
                                     std::string_view);
template std::string value_text(const Setting<Config>&, const Config&);
template std::string value_text(const Setting<ChannelConfig>&, const ChannelConfig&);
template base::Expected<void> assign(const Setting<EventRuleConfig>&, EventRuleConfig&,
                                     std::string_view);
template std::string value_text(const Setting<EventRuleConfig>&, const EventRuleConfig&);
template std::string describe_type(const Setting<EventRuleConfig>&);
template base::Expected<void> assign(const Setting<ReviewHandlerConfig>&, ReviewHandlerConfig&,
                                     std::string_view);
template base::Expected<void> assign(const Setting<SignInProviderConfig>&, SignInProviderConfig&,
                                     std::string_view);
template std::string value_text(const Setting<ReviewHandlerConfig>&, const ReviewHandlerConfig&);
template std::string value_text(const Setting<SignInProviderConfig>&, const SignInProviderConfig&);
template std::string describe_type(const Setting<ReviewHandlerConfig>&);
template std::string describe_type(const Setting<SignInProviderConfig>&);
template std::string describe_type(const Setting<Config>&);
template std::string describe_type(const Setting<ChannelConfig>&);

}  // namespace server
