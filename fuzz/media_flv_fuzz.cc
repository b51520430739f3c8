// The first byte chooses audio or video; the rest is a message body.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "media/flv/tags.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan body(data + 1, size - 1);
  std::vector<media::flv::TagEvent> events;
  const auto parsed = (data[0] & 1) != 0 ? media::flv::parse_video(body, events)
                                         : media::flv::parse_audio(body, events);
  CHECK(parsed || events.empty());
  CHECK(events.size() <= media::flv::kMaxTracksInMessage);
  for (const media::flv::TagEvent& event : events) {
    CHECK(event.offset <= body.size() && event.length <= body.size() - event.offset);
  }
  return 0;
}
