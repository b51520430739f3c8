// Whatever the bytes, the reader ends, and what it has read can be written and read again.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/id3.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frames = media::read_id3({data, size});
  if (!frames) return 0;
  CHECK(frames->size() <= media::kMaxId3Frames);
  const auto again = media::read_id3(media::write_id3(*frames));
  // Decoding may make text larger than the reader's limit; nothing else may go wrong.
  CHECK(again || again.error().code == base::ErrorCode::kLimit);
  if (again) CHECK(again->size() == frames->size());
  return 0;
}
