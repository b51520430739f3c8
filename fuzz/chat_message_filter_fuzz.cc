// Content is any text. The review ends, says the same twice, and finds a blocked word, and a link,
// however the rest looks. The second part of the input, behind a line break, are settings: a list
// of words and a pattern.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "base/utf8.h"
#include "chat/message_filter.h"

namespace {

using namespace chat;
using namespace std::chrono_literals;

constexpr base::WallTime kNow{1'000'000'000s};

Moderation everything() {
  return {.blocked_words = {"darn", "dear me", "他妈的", "a$$", "пример"},
          .blocked_patterns = {R"((?i)\bfree +coins\b)", R"(\d{3}-\d{4})", "[^a-z]{200}"},
          .links = Moderation::Links::kDeny};
}

void check_content(std::string_view content) {
  static MessageFilter filter = [] {
    MessageFilter made;
    CHECK(made.apply(everything()).has_value());
    return made;
  }();
  const auto rejection = filter.check("u", {}, content, kNow);
  CHECK(!rejection || (rejection->code == 406 && rejection->message.starts_with("Message rej")));
  CHECK(filter.check("u", {}, content, kNow).has_value() == rejection.has_value());
  CHECK(filter.check("u", {}, std::string(content) + " darn", kNow));
  CHECK(filter.check("u", {}, "www.example.org " + std::string(content), kNow));
}

void check_memory(std::string_view content) {
  MessageFilter filter;
  Moderation moderation = {.blocked_words = {}, .blocked_patterns = {}};
  moderation.repeated_text = 60s;
  CHECK(filter.apply(moderation).has_value());
  CHECK(!filter.check("u", {}, content, kNow));
  CHECK(filter.check("u", {}, content, kNow + 59s));
  CHECK(!filter.check("u", {{"accountCreatedAt", std::string(content)}}, content, kNow + 60s));
}

void check_settings(std::string_view content, std::string_view settings) {
  Moderation moderation = {.blocked_words = {}, .blocked_patterns = {}};
  moderation.blocked_patterns.emplace_back(settings);
  while (!settings.empty()) {
    const std::size_t end = std::min(settings.find(','), settings.size());
    moderation.blocked_words.emplace_back(settings.substr(0, end));
    settings.remove_prefix(std::min(end + 1, settings.size()));
  }
  const bool is_valid = check_moderation(moderation).has_value();
  MessageFilter filter;
  const bool applied = filter.apply(moderation).has_value();
  CHECK(!is_valid || applied);
  (void)filter.check("u", {}, content, kNow);
  moderation.blocked_patterns.clear();
  CHECK(filter.apply(moderation).has_value());
  if (!is_valid) return;
  // Every word of the list is found as it is written.
  for (const std::string& word : moderation.blocked_words) {
    CHECK(filter.check("u", {}, word, kNow).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const std::string_view input = base::as_text({data, size});
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view content = input.substr(0, end);
  check_content(content);
  check_memory(content);
  if (end < input.size() && base::is_utf8(input)) check_settings(content, input.substr(end + 1));
  return 0;
}
