// Strong identifiers and the random text they are made of.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace base {

/// Text that names one kind of thing. `Tag` keeps kinds apart.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string value_;
};

struct IdHash {
  using is_transparent = void;
  template <class Tag>
  std::size_t operator()(const Id<Tag>& id) const {
    return std::hash<std::string_view>{}(id.str());
  }
};

using ChannelId = Id<struct ChannelTag>;  // the last part of a channel's ARN, 12 alphanumerics
using StreamId = Id<struct StreamTag>;    // "st-" and 23 alphanumerics, new for each broadcast

/// `length` letters and digits from the system's random source (62 symbols, no bias).
std::string random_alphanumeric(std::size_t length);
StreamId random_stream_id();

/// True if both are equal; takes the same time wherever they differ. For keys and tokens.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace base
