// What an SRT caller says in its stream id: a stream key and perhaps a takeover priority.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace server {

struct SrtStreamName {
  std::string key;             // secret
  std::uint32_t priority = 0;  // 0: none
  bool is_valid = true;        // false: no key, or a priority that is no number from 1 to 2^31 - 1
};

/// A bare key, or `#!::u=<key>,priority=N` (SRT access control syntax; `r=` stands in for `u=`
/// where an encoder can only name a resource). `%23!::` is read like `#!::`, for callers that pass
/// on the escaped form of their address.
SrtStreamName parse_srt_stream_id(std::string_view text);

}  // namespace server
