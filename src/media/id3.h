// ID3 tags as timed metadata: the writer makes version 2.4 tags (id3.org "id3v2.4.0-structure" and
// "-frames"), the reader takes 2.3 and 2.4 with the frames that carry text or private data.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace media {

/// One frame that carries a value for an application.
struct Id3Frame {
  enum class Kind {
    kPrivate,  // PRIV: an owner identifier and any bytes
    kText,     // TXXX: a description and a value, both UTF-8
  };
  Kind kind = Kind::kText;
  std::string name;   // owner or description; no zero byte inside
  std::string value;  // PRIV: any bytes
  bool operator==(const Id3Frame&) const = default;
};

/// The tag with these frames in their order. Names end at their first zero byte; frames together
/// stay below 256 MiB.
base::Bytes write_id3(std::span<const Id3Frame> frames);
base::Bytes write_id3_private(std::string_view owner, std::string_view payload);
base::Bytes write_id3_text(std::string_view description, std::string_view value);

/// Largest tag and largest number of frames that the reader takes (kLimit beyond).
inline constexpr std::size_t kMaxId3Size = 256 * 1024;
inline constexpr std::size_t kMaxId3Frames = 64;

/// The PRIV and TXXX frames of the tag at the front of `data`; other frames, and compressed,
/// encrypted or unsynchronised ones, are passed over. Text of any of the four encodings comes out
/// as UTF-8. kMalformed when there is no tag or its sizes do not fit, kUnsupported for other
/// versions and for tags that are unsynchronised as a whole.
base::Expected<std::vector<Id3Frame>> read_id3(base::ByteSpan data);

}  // namespace media
