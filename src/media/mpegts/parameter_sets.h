// Collects the parameter sets that an H.264 or HEVC stream carries between its pictures, and makes
// a decoder configuration of them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "media/types.h"

namespace media::mpegts {

class ParameterSets {
 public:
  explicit ParameterSets(Codec codec) : codec_(codec) {}

  /// What a NAL unit is to a demuxer.
  enum class Kind {
    kParameters,  // add() takes it
    kPicture,     // a slice
    kIgnored,     // delimiters and filler data
    kOther,       // belongs into the sample: SEI and the like
  };
  Kind kind_of(base::ByteSpan nal) const;

  /// Stores a set in place of the one with its number. Broken ones are not taken, nor more than
  /// kMaxSets different ones.
  void add(base::ByteSpan nal);
  /// Something is new since make_track(), and every kind of set is there.
  bool is_ready() const;
  /// A Track with id 0.
  base::Expected<Track> make_track();

  /// A decoder can start at this sample (4-byte lengths).
  bool is_keyframe(base::ByteSpan sample) const;

  static constexpr std::size_t kMaxSets = 32;

 private:
  struct Set {
    std::uint8_t type = 0;  // nal_unit_type
    std::uint32_t id = 0;
    base::Bytes nal;
  };
  std::vector<base::ByteSpan> sets_of(std::uint8_t type) const;

  Codec codec_;
  std::vector<Set> sets_;
  bool changed_ = false;
};

}  // namespace media::mpegts
