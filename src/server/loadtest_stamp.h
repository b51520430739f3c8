// The wall clock inside coded pictures: written by our publishers, found again in whatever bytes a
// viewer gets, so that the difference is the age of the picture.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace server::loadtest {

/// Octets of the SEI NAL unit that write_stamp() makes.
inline constexpr std::size_t kStampSize = 36;

/// An SEI NAL unit (ITU-T H.264, 7.3.2.3 and D.1.6) with one user_data_unregistered message: our
/// UUID, then the microseconds since 1970 as 16 hexadecimal digits. It has no octet below 3, so
/// that it needs no emulation prevention and looks the same in every container.
std::array<std::uint8_t, kStampSize> write_stamp(base::WallTime time);

/// Finds stamps in bytes of any container that does not cut through them; the bytes may come in
/// any pieces. In MPEG-TS a stamp stands in the first packet of its picture, so it is whole.
class StampReader {
 public:
  /// Calls `found` for each stamp that these bytes complete, in their order.
  void receive(base::ByteSpan data, const std::function<void(base::WallTime)>& found);
  /// Forgets an incomplete stamp: what comes next is another message.
  void reset() { kept_.clear(); }

 private:
  std::string kept_;  // the end of what came before, shorter than a stamp
};

}  // namespace server::loadtest
