#include "chat/frames.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace chat {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

/// Whether one of eight octets must be escaped: below 0x20, a quote or a backslash (the test of
/// "Bit Twiddling Hacks", which may only err behind the first one).
bool has_special(std::uint64_t octets) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  const auto zero = [](std::uint64_t x) { return (x - kOnes) & ~x & kHigh; };
  const std::uint64_t control = (octets - kOnes * 0x20) & ~octets & kHigh;
  return (control | zero(octets ^ (kOnes * '"')) | zero(octets ^ (kOnes * '\\'))) != 0;
}
bool is_special(char c) {
  return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
}

/// How many octets at the front can be copied as they are.
std::size_t plain_length(std::string_view text) {
  std::size_t length = 0;
  while (text.size() - length >= sizeof(std::uint64_t)) {
    std::uint64_t octets = 0;
    std::memcpy(&octets, text.substr(length).data(), sizeof octets);
    if (has_special(octets)) break;
    length += sizeof octets;
  }
  while (length < text.size() && !is_special(text[length])) ++length;
  return length;
}

void append_escape(std::string& out, char c) {
  out.push_back('\\');
  switch (c) {
    case '"':
    case '\\':
      out.push_back(c);
      return;
    case '\b':
      out.push_back('b');
      return;
    case '\f':
      out.push_back('f');
      return;
    case '\n':
      out.push_back('n');
      return;
    case '\r':
      out.push_back('r');
      return;
    case '\t':
      out.push_back('t');
      return;
    default:
      out.append("u00");
      out.push_back(kHex[static_cast<std::uint8_t>(c) >> 4]);
      out.push_back(kHex[static_cast<std::uint8_t>(c) & 0x0f]);
  }
}

void append_text(std::string& out, std::string_view text) {
  out.push_back('"');
  while (true) {
    const std::size_t length = plain_length(text);
    out.append(text.substr(0, length));
    if (length == text.size()) break;
    append_escape(out, text[length]);
    text.remove_prefix(length + 1);
  }
  out.push_back('"');
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> digits{};
  std::size_t at = digits.size();
  const bool negative = number < 0;
  std::uint64_t rest =
      negative ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  do {
    digits.at(--at) = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (negative) digits.at(--at) = '-';
  out.append(std::string_view(digits.data(), digits.size()).substr(at));
}

/// `value` with leading zeros.
void append_digits(std::string& out, std::uint64_t value, std::size_t width) {
  std::array<char, 4> digits{};
  for (std::size_t i = width; i > 0; --i, value /= 10) {
    digits.at(i - 1) = static_cast<char>('0' + value % 10);
  }
  out.append(std::string_view(digits.data(), width));
}

/// RFC 3339, in UTC with milliseconds, for years from 0 to 9999.
void append_time(std::string& out, base::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto of_day =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(time - day).count());
  out.push_back('"');
  append_digits(out, static_cast<std::uint64_t>(std::clamp(int{date.year()}, 0, 9999)), 4);
  out.push_back('-');
  append_digits(out, unsigned{date.month()}, 2);
  out.push_back('-');
  append_digits(out, unsigned{date.day()}, 2);
  out.push_back('T');
  append_digits(out, of_day / 3'600'000, 2);
  out.push_back(':');
  append_digits(out, of_day / 60'000 % 60, 2);
  out.push_back(':');
  append_digits(out, of_day / 1000 % 60, 2);
  out.push_back('.');
  append_digits(out, of_day % 1000, 3);
  out.append("Z\"");
}

void append_attributes(std::string& out, const Attributes& attributes) {
  char before = '{';
  for (const auto& [name, value] : attributes) {
    out.push_back(before);
    before = ',';
    append_text(out, name);
    out.push_back(':');
    append_text(out, value);
  }
  out.push_back('}');
}

/// Octets of attributes without escapes; what the names and values have around them is six.
std::size_t room_for(const Attributes& attributes) {
  std::size_t sum = 16;
  for (const auto& [name, value] : attributes) sum += name.size() + value.size() + 6;
  return sum;
}

/// Text with a few escapes fits without a second allocation.
std::size_t room_for(std::string_view text) {
  return text.size() + text.size() / 16 + 8;
}

/// Above everything in a frame that does not depend on what is said.
constexpr std::size_t kFixed = 160;

void append_head(std::string& out, std::string_view type, std::string_view id,
                 std::string_view request_id) {
  out.append(R"({"Type":")").append(type).append(R"(","Id":)");
  append_text(out, id);
  if (request_id.empty()) return;
  out.append(R"(,"RequestId":)");
  append_text(out, request_id);
}

/// The end of the JSON string that begins with the quote at `from`, behind its quote; npos if it
/// has none.
std::size_t end_of_text(std::string_view json, std::size_t from) {
  for (std::size_t at = from + 1; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::string message_json(const MessageFrame& frame) {
  std::string out;
  out.reserve(kFixed + frame.id.size() + room_for(frame.request_id) + room_for(frame.content) +
              room_for(frame.attributes) + room_for(frame.user_id) +
              room_for(frame.user_attributes));
  append_head(out, "MESSAGE", frame.id, frame.request_id);
  if (!frame.attributes.empty()) {
    out.append(R"(,"Attributes":)");
    append_attributes(out, frame.attributes);
  }
  out.append(R"(,"Content":)");
  append_text(out, frame.content);
  out.append(R"(,"SendTime":)");
  append_time(out, frame.at);
  out.append(R"(,"Sender":{"UserId":)");
  append_text(out, frame.user_id);
  if (!frame.user_attributes.empty()) {
    out.append(R"(,"Attributes":)");
    append_attributes(out, frame.user_attributes);
  }
  if (frame.role != Role::kNone) {
    out.append(R"(,"Role":")").append(to_string(frame.role)).append("\"");
  }
  out.append("}}");
  return out;
}

std::string event_json(const EventFrame& frame) {
  std::string out;
  out.reserve(kFixed + frame.id.size() + room_for(frame.request_id) + room_for(frame.name) +
              room_for(frame.attributes));
  append_head(out, "EVENT", frame.id, frame.request_id);
  out.append(R"(,"EventName":)");
  append_text(out, frame.name);
  out.append(R"(,"SendTime":)");
  append_time(out, frame.at);
  if (!frame.attributes.empty()) {
    out.append(R"(,"Attributes":)");
    append_attributes(out, frame.attributes);
  }
  out.push_back('}');
  return out;
}

std::string error_json(const ErrorFrame& frame) {
  std::string out;
  out.reserve(kFixed + frame.id.size() + room_for(frame.request_id) + room_for(frame.message));
  append_head(out, "ERROR", frame.id, frame.request_id);
  out.append(R"(,"ErrorCode":)");
  append_number(out, frame.code);
  out.append(R"(,"ErrorMessage":)");
  append_text(out, frame.message);
  if (frame.retry_after) {
    out.append(R"(,"RetryAfterSeconds":)");
    append_number(out, frame.retry_after->count());
  }
  out.push_back('}');
  return out;
}

std::string history_json(std::string_view frame) {
  constexpr std::string_view kRequestId = R"(,"RequestId":)";
  constexpr std::string_view kMark = R"(,"History":true)";
  for (const std::string_view head : {std::string_view(R"({"Type":"MESSAGE","Id":)"),
                                      std::string_view(R"({"Type":"EVENT","Id":)")}) {
    if (!frame.starts_with(head)) continue;
    const std::size_t id_end = end_of_text(frame, head.size());
    if (id_end == std::string_view::npos) break;
    std::string_view rest = frame.substr(id_end);
    if (rest.starts_with(kMark)) break;
    if (rest.starts_with(kRequestId)) {
      const std::size_t end = end_of_text(rest, kRequestId.size());
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end);
    }
    std::string out;
    out.reserve(id_end + kMark.size() + rest.size());
    return out.append(frame.substr(0, id_end)).append(kMark).append(rest);
  }
  return std::string(frame);
}

}  // namespace chat
