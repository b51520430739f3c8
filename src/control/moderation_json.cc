#include "control/moderation_json.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <string_view>
#include <utility>

#include "control/call.h"

namespace control {

namespace json = boost::json;

namespace {

using Speakers = chat::Moderation::Speakers;

constexpr std::array<std::pair<std::string_view, Speakers>, 3> kSpeakers = {{
    {"EVERYBODY", Speakers::kEverybody},
    {"FOLLOWERS", Speakers::kFollowers},
    {"VERIFIED", Speakers::kVerified},
}};

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  if (!has(object, name) || !object.at(name).is_array()) return texts;
  for (const json::value& text : object.at(name).as_array()) {
    if (text.is_string()) texts.emplace_back(text.get_string());
  }
  return texts;
}

std::chrono::seconds seconds_of(const json::object& object, std::string_view name) {
  return std::chrono::seconds(integer_of(object, name, 0));
}

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

}  // namespace

base::Expected<chat::Moderation> read_moderation(const json::object& object) {
  chat::Moderation moderation;
  moderation.blocked_words = texts_of(object, "blockedWords");
  moderation.blocked_patterns = texts_of(object, "blockedPatterns");
  moderation.links = text_of(object, "links") == "DENY" ? chat::Moderation::Links::kDeny
                                                        : chat::Moderation::Links::kAllow;
  moderation.repeated_text = seconds_of(object, "repeatedTextSeconds");
  moderation.slow_mode = seconds_of(object, "slowModeSeconds");
  moderation.new_account = seconds_of(object, "newAccountSeconds");
  const std::string speakers = text_of(object, "speakers");
  for (const auto& [name, value] : kSpeakers) {
    if (name == speakers) moderation.speakers = value;
  }
  if (auto checked = chat::check_moderation(moderation); !checked) {
    return base::fail(std::move(checked.error()));
  }
  return moderation;
}

json::object moderation_object(const chat::Moderation& moderation) {
  const auto* speakers = std::ranges::find(kSpeakers, moderation.speakers,
                                           &std::pair<std::string_view, Speakers>::second);
  return {{"blockedWords", array_of(moderation.blocked_words)},
          {"blockedPatterns", array_of(moderation.blocked_patterns)},
          {"links", moderation.links == chat::Moderation::Links::kDeny ? "DENY" : "ALLOW"},
          {"repeatedTextSeconds", moderation.repeated_text.count()},
          {"slowModeSeconds", moderation.slow_mode.count()},
          {"speakers", speakers->first},
          {"newAccountSeconds", moderation.new_account.count()}};
}

}  // namespace control
