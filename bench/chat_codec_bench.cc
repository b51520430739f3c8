// What one message costs before and after it is said: reading the client's frame, the built-in
// review, writing the frame that everybody gets. Once for each message, not for each member.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

#include "base/check.h"
#include "chat/client_frame.h"
#include "chat/frames.h"
#include "chat/message_filter.h"

namespace {

using namespace chat;

constexpr std::string_view kContent =
    "That was the best run I have seen this week, honestly. Where did you learn to take the second "
    "corner like this? I always end up in the wall :D";
constexpr base::WallTime kNow{std::chrono::seconds(1'800'000'000)};

void parse(benchmark::State& state) {
  const std::string text =
      fmt::format(R"({{"Action":"SEND_MESSAGE","RequestId":"0b8c7b2e-61c8-4d42-9c11-5a7a51b1a4c2",)"
                  R"("Content":"{}","Attributes":{{"client":"web"}}}})",
                  kContent);
  for (auto _ : state) CHECK(parse_client_frame(text, Dialect::kService).has_value());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse);

void parse_with_escapes(benchmark::State& state) {
  const std::string text =
      R"({"Action":"SEND_MESSAGE","RequestId":"0b8c7b2e-61c8-4d42-9c11-5a7a51b1a4c2",)"
      R"("Content":"\u041f\u0440\u0438\u0432\u0435\u0442 \ud83d\ude00\n\"x\"","Attributes":{}})";
  for (auto _ : state) CHECK(parse_client_frame(text, Dialect::kService).has_value());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse_with_escapes);

std::string frame_of(std::string_view content) {
  static const Attributes attributes{{"client", "web"}};
  static const Attributes user{{"displayName", "Zoë"}, {"colour", "#40c080"}};
  return message_json({.id = "AYk6xKitV4On",
                       .request_id = "0b8c7b2e-61c8-4d42-9c11-5a7a51b1a4c2",
                       .content = content,
                       .attributes = attributes,
                       .user_id = "viewer-1234",
                       .user_attributes = user,
                       .role = Role::kVip,
                       .at = kNow});
}

void write_message(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(frame_of(kContent));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_message);

void write_history(benchmark::State& state) {
  const std::string frame = frame_of(kContent);
  for (auto _ : state) benchmark::DoNotOptimize(history_json(frame));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_history);

void review(benchmark::State& state, const Moderation& moderation, std::string_view content) {
  MessageFilter filter;
  CHECK(filter.apply(moderation).has_value());
  for (auto _ : state) benchmark::DoNotOptimize(filter.check("viewer-1234", {}, content, kNow));
  state.SetItemsProcessed(state.iterations());
}

Moderation words(int count) {
  Moderation moderation{};
  for (int i = 0; i < count; ++i) moderation.blocked_words.push_back(fmt::format("word{}x", i));
  return moderation;
}
Moderation patterns() {
  Moderation moderation{};
  for (int i = 0; i < 50; ++i) {
    moderation.blocked_patterns.push_back(fmt::format("(?i)\\bbuy +(cheap|free) +thing{}\\b", i));
  }
  return moderation;
}
Moderation no_links() {
  Moderation moderation{};
  moderation.links = Moderation::Links::kDeny;
  return moderation;
}

std::string stretched() {
  std::string text;
  while (text.size() < 480) text += "aaabbbcccdddeee ";
  return text;
}

BENCHMARK_CAPTURE(review, of_nothing, {}, kContent);
BENCHMARK_CAPTURE(review, of_10_words, words(10), kContent);
BENCHMARK_CAPTURE(review, of_5000_words, words(5000), kContent);
BENCHMARK_CAPTURE(review, of_5000_words_stretched, words(5000), stretched());
BENCHMARK_CAPTURE(review, of_50_patterns, patterns(), kContent);
BENCHMARK_CAPTURE(review, of_links, no_links(), kContent);

}  // namespace
