#include "media/mpegts/carried.h"

#include "media/codec/aac.h"
#include "media/codec/mp3.h"
#include "media/codec/nal.h"
#include "media/mpegts/framing.h"
#include "media/mpegts/muxer.h"
#include "media/mpegts/parameter_sets.h"

namespace media::mpegts {
namespace {

constexpr std::size_t kLengthSize = 4;

/// What is carried of a unit, and of those that it breaks into where it holds start codes itself.
class Units {
 public:
  explicit Units(Codec codec) : sets_(codec) {}

  void add(base::ByteSpan nal) {
    if (!AnnexBNals(nal).next()) {
      while (nal.back() == 0 && nal.size() > 1) nal = nal.first(nal.size() - 1);
      if (nal.back() != 0) count(nal);
      return;
    }
    // Read as a demuxer reads it; so rare that a copy does not matter.
    base::ByteWriter framed(kStartCode.size() + nal.size());
    framed.bytes(kStartCode);
    framed.bytes(nal);
    AnnexBNals units(framed.span());
    while (const auto unit = units.next()) count(*unit);
  }
  std::size_t size() const { return has_picture_ ? size_ : 0; }

 private:
  void count(base::ByteSpan unit) {
    const ParameterSets::Kind kind = sets_.kind_of(unit);
    if (kind == ParameterSets::Kind::kPicture) has_picture_ = true;
    if (kind == ParameterSets::Kind::kPicture || kind == ParameterSets::Kind::kOther) {
      size_ += kLengthSize + unit.size();
    }
  }

  ParameterSets sets_;
  std::size_t size_ = 0;
  bool has_picture_ = false;
};

}  // namespace

std::size_t carried_size(Codec codec, base::ByteSpan sample) {
  switch (codec) {
    case Codec::kH264:
    case Codec::kHevc: {
      Units units(codec);
      LengthPrefixedNals nals(sample, kLengthSize);
      while (const auto nal = nals.next()) {
        if (classify(codec, *nal) != Unit::kDelimiter) units.add(*nal);
      }
      return units.size();
    }
    case Codec::kAac:
      return sample.size() + aac::kAdtsHeaderSize <= kMaxAdtsFrame ? sample.size() : 0;
    case Codec::kMp3: {
      const auto frame = mp3::parse_header(sample);
      return frame && frame->frame_size == sample.size() ? sample.size() : 0;
    }
    default:
      return 0;
  }
}

}  // namespace media::mpegts
