#include "chat/message_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "chat/client_frame.h"
#include "chat/filter/account_age.h"
#include "chat/filter/blocked_patterns.h"
#include "chat/filter/blocked_words.h"
#include "chat/filter/folded_text.h"
#include "chat/filter/links.h"
#include "chat/filter/recent_texts.h"

namespace chat {
namespace {

std::chrono::seconds whole_seconds(base::Duration time) {
  return std::chrono::ceil<std::chrono::seconds>(time);
}

/// 90 s, 5 min, 3 h, 2 days: rounded up.
std::string in_words(std::chrono::seconds time) {
  const std::int64_t seconds = time.count();
  if (seconds <= 120) return fmt::format("{} s", seconds);
  if (seconds <= 2 * 3600) return fmt::format("{} min", (seconds + 59) / 60);
  if (seconds <= 48 * 3600) return fmt::format("{} h", (seconds + 3599) / 3600);
  return fmt::format("{} days", (seconds + 86'399) / 86'400);
}

Rejection rejected(std::string_view why, std::optional<std::chrono::seconds> retry_after = {}) {
  return {
      .code = 406, .message = fmt::format("Message rejected: {}", why), .retry_after = retry_after};
}

bool has_flag(const Attributes& attributes, std::string_view name) {
  return std::ranges::any_of(attributes, [&](const auto& attribute) {
    return attribute.first == name && attribute.second == "true";
  });
}

base::Expected<void> check_time(std::string_view name, std::chrono::seconds value,
                                std::chrono::seconds most) {
  if (value >= std::chrono::seconds(0) && value <= most) return {};
  return base::fail(
      base::ErrorCode::kInvalid,
      fmt::format("{} must be from 0 to {} seconds, not {}", name, most.count(), value.count()));
}

base::Expected<void> check_words(const std::vector<std::string>& words) {
  if (words.size() > kMaxBlockedWords) {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("there may be at most {} blocked words, not {}", kMaxBlockedWords,
                                  words.size()));
  }
  std::size_t sum = 0;
  for (const std::string& word : words) {
    if (code_points(word) > kMaxBlockedWord) {
      return base::fail(base::ErrorCode::kInvalid,
                        fmt::format("the blocked word \"{}\" has more than {} characters", word,
                                    kMaxBlockedWord));
    }
    if (!BlockedWords::has_letters(word)) {
      return base::fail(base::ErrorCode::kInvalid,
                        fmt::format("the blocked word \"{}\" has no letters; use a pattern for "
                                    "punctuation",
                                    word));
    }
    sum += word.size();
  }
  if (sum > kMaxBlockedWordOctets) {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("the blocked words may have at most {} octets together, not {}",
                                  kMaxBlockedWordOctets, sum));
  }
  return {};
}

base::Expected<void> check_patterns(const std::vector<std::string>& patterns) {
  if (patterns.size() > kMaxBlockedPatterns) {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("there may be at most {} blocked patterns, not {}",
                                  kMaxBlockedPatterns, patterns.size()));
  }
  const auto is_long = [](const std::string& text) {
    return code_points(text) > kMaxBlockedPattern;
  };
  if (const auto found = std::ranges::find_if(patterns, is_long); found != patterns.end()) {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("the blocked pattern \"{}\" has more than {} characters", *found,
                                  kMaxBlockedPattern));
  }
  auto compiled = BlockedPatterns::compile(patterns);
  if (!compiled) {
    return base::fail(base::ErrorCode::kInvalid, std::move(compiled.error().message));
  }
  return {};
}

}  // namespace

class MessageFilter::Impl {
 public:
  base::Expected<void> apply(const Moderation& moderation) {
    base::Expected<void> result;
    if (moderation.blocked_words != settings_.blocked_words) {
      words_ = BlockedWords(moderation.blocked_words);
    }
    if (moderation.blocked_patterns != settings_.blocked_patterns) {
      auto compiled = BlockedPatterns::compile(moderation.blocked_patterns);
      if (!compiled) result = base::fail(std::move(compiled.error()));
      patterns_ = compiled ? std::move(*compiled) : BlockedPatterns();
    }
    settings_ = moderation;
    if (memory() == base::Duration::zero()) recent_.clear();
    return result;
  }

  std::optional<Rejection> check(std::string_view user_id, const Attributes& user_attributes,
                                 std::string_view content, base::WallTime now) {
    if (auto rejection = check_speaker(user_attributes, now)) return rejection;
    // Before the costly rules, which a flood then does not reach.
    if (const auto wait = recent_.wait(user_id, settings_.slow_mode, now)) {
      return Rejection{
          .code = 429, .message = "rate limit exceeded", .retry_after = whole_seconds(*wait)};
    }
    const bool compares = settings_.repeated_text > std::chrono::seconds(0);
    if (compares || !words_.empty()) folded_.assign(content);
    const std::uint64_t hash = compares ? hash_of(content) : 0;
    if (compares) {
      if (const auto wait = recent_.wait_to_repeat(user_id, hash, settings_.repeated_text, now)) {
        const auto seconds = whole_seconds(*wait);
        return rejected(fmt::format("you have just said this. Say something else, or wait {}.",
                                    in_words(seconds)),
                        seconds);
      }
    }
    if (auto rejection = check_content(content)) return rejection;
    if (memory() > base::Duration::zero()) recent_.said(user_id, hash, memory(), now);
    return std::nullopt;
  }

  std::size_t users() const { return recent_.size(); }

 private:
  std::optional<Rejection> check_speaker(const Attributes& attributes, base::WallTime now) const {
    if (settings_.speakers == Moderation::Speakers::kFollowers &&
        !has_flag(attributes, "follower")) {
      return rejected("only followers may write here. Follow the channel, then come back.");
    }
    if (settings_.speakers == Moderation::Speakers::kVerified &&
        !has_flag(attributes, "verified")) {
      return rejected("only verified accounts may write here. Verify yours, then come back.");
    }
    if (settings_.new_account == std::chrono::seconds(0)) return std::nullopt;
    const auto created = account_created_at(attributes);
    if (!created) return std::nullopt;
    const auto age = std::chrono::floor<std::chrono::seconds>(now - std::min(*created, now));
    if (age >= settings_.new_account) return std::nullopt;
    const std::chrono::seconds wait = settings_.new_account - age;
    return rejected(fmt::format("your account is too new to write here. Wait {}.", in_words(wait)),
                    wait);
  }

  std::optional<Rejection> check_content(std::string_view content) {
    if (words_.match(folded_)) {
      return rejected("it has a word that is not allowed here. Put it in other words.");
    }
    if (patterns_.match(content)) {
      return rejected("it has something that is not allowed here. Put it in other words.");
    }
    if (settings_.links == Moderation::Links::kDeny && links_.match(content)) {
      return rejected("links are not allowed here. Leave the address out.");
    }
    return std::nullopt;
  }

  /// How long what somebody said matters.
  base::Duration memory() const { return std::max(settings_.slow_mode, settings_.repeated_text); }

  /// Of what was said, without regard to case, accents, spaces and punctuation, unless it has
  /// nothing else.
  std::uint64_t hash_of(std::string_view content) const {
    if (folded_.letters.empty()) return std::hash<std::string_view>{}(content);
    return std::hash<std::u32string_view>{}(folded_.letters);
  }

  Moderation settings_;
  BlockedWords words_;
  BlockedPatterns patterns_;
  LinkFinder links_;
  RecentTexts recent_{kMaxUsers};
  FoldedText folded_;  // of the message that is checked
};

MessageFilter::MessageFilter() : impl_(std::make_unique<Impl>()) {}
MessageFilter::~MessageFilter() = default;
MessageFilter::MessageFilter(MessageFilter&&) noexcept = default;
MessageFilter& MessageFilter::operator=(MessageFilter&&) noexcept = default;

base::Expected<void> MessageFilter::apply(const Moderation& moderation) {
  return impl_->apply(moderation);
}
std::optional<Rejection> MessageFilter::check(std::string_view user_id,
                                              const Attributes& user_attributes,
                                              std::string_view content, base::WallTime now) {
  return impl_->check(user_id, user_attributes, content, now);
}
std::size_t MessageFilter::users() const {
  return impl_->users();
}

base::Expected<void> check_moderation(const Moderation& moderation) {
  for (const auto& [name, value, most] :
       {std::tuple{"repeatedTextSeconds", moderation.repeated_text, kMaxRepeatedText},
        std::tuple{"slowModeSeconds", moderation.slow_mode, kMaxSlowMode},
        std::tuple{"newAccountSeconds", moderation.new_account, kMaxNewAccount}}) {
    if (auto checked = check_time(name, value, most); !checked) return checked;
  }
  if (auto checked = check_words(moderation.blocked_words); !checked) return checked;
  return check_patterns(moderation.blocked_patterns);
}

}  // namespace chat
