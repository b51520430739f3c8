#include "server/loadtest_chat_stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace server::loadtest {
namespace {

constexpr std::string_view kBegin = "load~";
constexpr char kEnd = '~';

// Takes "123~" off the front.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest == end || *rest != kEnd) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  return true;
}

}  // namespace

std::string write_chat_stamp(const ChatStamp& stamp, std::size_t size) {
  const auto sent = std::chrono::nanoseconds(stamp.sent.time_since_epoch()).count();
  std::string text =
      fmt::format("{}{}~{}~{}~{}~", kBegin, stamp.sender, stamp.sequence, stamp.refused, sent);
  if (text.size() < size) text.append(size - text.size(), 'x');
  return text;
}

std::optional<ChatStamp> read_chat_stamp(std::string_view frame) {
  const std::size_t at = frame.find(kBegin);
  if (at == std::string_view::npos) return std::nullopt;
  frame.remove_prefix(at + kBegin.size());
  ChatStamp stamp;
  std::int64_t sent = 0;
  if (!take_number(frame, stamp.sender) || !take_number(frame, stamp.sequence) ||
      !take_number(frame, stamp.refused) || !take_number(frame, sent)) {
    return std::nullopt;
  }
  stamp.sent = base::MonotonicTime(std::chrono::nanoseconds(sent));
  return stamp;
}

bool ChatTrack::add(const ChatStamp& stamp) {
  if (stamp.sequence <= last_) return false;
  if (count_ == 0) {
    before_ = static_cast<std::uint32_t>(stamp.sequence - 1);
    refused_before_ = static_cast<std::uint32_t>(stamp.refused);
  }
  last_ = stamp.sequence;
  ++count_;
  return true;
}

std::uint64_t ChatTrack::missing(const ChatStamp& newest) const {
  if (count_ == 0) return newest.sequence - std::min(newest.sequence, newest.refused);
  const std::uint64_t all = newest.sequence - before_;
  const std::uint64_t explained = count_ + (newest.refused - refused_before_);
  return all - std::min(all, explained);
}

void NewestStamps::add(const ChatStamp& stamp) {
  if (stamp.sender < newest_.size() && stamp.sequence > newest_[stamp.sender].sequence) {
    newest_[stamp.sender] = stamp;
  }
}

}  // namespace server::loadtest
