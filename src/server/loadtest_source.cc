#include "server/loadtest_source.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "media/flv/tag_writer.h"
#include "server/loadtest_stamp.h"

namespace server::loadtest {
namespace {

// Bits of a parameter set, most significant first (ITU-T H.264, 7.2 and 9.1).
class BitWriter {
 public:
  void bits(std::uint32_t value, unsigned count) {
    for (unsigned i = count; i-- > 0;) {
      if (used_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() =
          static_cast<std::uint8_t>(bytes_.back() | ((value >> i & 1U) << (7 - used_ % 8)));
      ++used_;
    }
  }
  void exp_golomb(std::uint32_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value + 1));
    bits(0, width - 1);
    bits(value + 1, width);
  }
  // With the stop bit, and three-byte escapes where zeros would look like a start code.
  base::Bytes finish(std::uint8_t header) {
    bits(1, 1);
    base::Bytes out{header};
    std::size_t zeros = 0;
    for (const std::uint8_t byte : bytes_) {
      if (zeros >= 2 && byte <= 3) {
        out.push_back(3);
        zeros = 0;
      }
      zeros = byte == 0 ? zeros + 1 : 0;
      out.push_back(byte);
    }
    return out;
  }

 private:
  base::Bytes bytes_;
  std::size_t used_ = 0;
};

constexpr std::uint8_t kProfile = 66;        // Baseline
constexpr std::uint8_t kConstraints = 0xC0;  // constrained, also Main
constexpr std::uint8_t kLevel = 42;

base::Bytes sequence_parameter_set(const SourceOptions& options) {
  BitWriter sps;
  sps.bits(kProfile, 8);
  sps.bits(kConstraints, 8);
  sps.bits(kLevel, 8);
  sps.exp_golomb(0);  // seq_parameter_set_id
  sps.exp_golomb(0);  // log2_max_frame_num_minus4
  sps.exp_golomb(2);  // pic_order_cnt_type: output order is decoding order
  sps.exp_golomb(1);  // max_num_ref_frames
  sps.bits(0, 1);     // gaps_in_frame_num_value_allowed_flag
  const std::uint32_t columns = (options.width + 15) / 16;
  const std::uint32_t rows = (options.height + 15) / 16;
  sps.exp_golomb(columns - 1);
  sps.exp_golomb(rows - 1);
  sps.bits(1, 1);  // frame_mbs_only_flag
  sps.bits(1, 1);  // direct_8x8_inference_flag
  sps.bits(1, 1);  // frame_cropping_flag, in units of two pixels
  sps.exp_golomb(0);
  sps.exp_golomb((columns * 16 - options.width) / 2);
  sps.exp_golomb(0);
  sps.exp_golomb((rows * 16 - options.height) / 2);
  sps.bits(1, 1);  // vui_parameters_present_flag
  sps.bits(0, 4);  // no aspect ratio, overscan, video signal type, chroma location
  sps.bits(1, 1);  // timing_info_present_flag: two ticks a frame
  sps.bits(1, 32);
  sps.bits(options.fps * 2, 32);
  sps.bits(1, 1);  // fixed_frame_rate_flag
  sps.bits(0, 4);  // no HRD (two flags), pic_struct, bitstream restriction
  return sps.finish(0x67);
}

base::Bytes picture_parameter_set() {
  BitWriter pps;
  pps.exp_golomb(0);  // pic_parameter_set_id
  pps.exp_golomb(0);  // seq_parameter_set_id
  pps.bits(0, 2);     // CAVLC, no pic_order_present
  pps.exp_golomb(0);  // num_slice_groups_minus1
  pps.exp_golomb(0);
  pps.exp_golomb(0);
  pps.bits(0, 3);     // no weighted prediction
  pps.exp_golomb(0);  // init_qp, init_qs, chroma_qp_index_offset
  pps.exp_golomb(0);
  pps.exp_golomb(0);
  pps.bits(0, 3);
  return pps.finish(0x68);
}

// Octets that no container has to escape and that do not compress: a linear congruence without
// values below 3.
void append_filler(base::Bytes& out, std::size_t count) {
  std::uint32_t state = 0x2545F491;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 1'664'525 + 1'013'904'223;
    out.push_back(static_cast<std::uint8_t>((state >> 24) | 0x04));
  }
}

// Header of an FLV tag's body, then the length of the stamp's unit.
constexpr std::size_t kStampOffset = 5 + 4;
constexpr std::size_t kOverhead = kStampOffset + kStampSize + 4;
constexpr std::uint32_t kKeySize = 5;  // how much larger a keyframe is

}  // namespace

base::Bytes synthetic_avc_config(const SourceOptions& options) {
  const base::Bytes sps = sequence_parameter_set(options);
  const base::Bytes pps = picture_parameter_set();
  base::ByteWriter out;
  out.u8(1);
  out.u8(kProfile);
  out.u8(kConstraints);
  out.u8(kLevel);
  out.u8(0xFF);  // lengths of 4 octets
  out.u8(0xE1);
  out.u16(static_cast<std::uint16_t>(sps.size()));
  out.bytes(sps);
  out.u8(1);
  out.u16(static_cast<std::uint16_t>(pps.size()));
  out.bytes(pps);
  return out.take();
}

SyntheticSource::SyntheticSource(const SourceOptions& options) : options_(options) {
  CHECK(options.fps > 0 && options.keyframe_seconds > 0);
  using media::Codec;
  const media::flv::TagTarget video{.codec = Codec::kH264};
  const media::flv::TagTarget audio{.codec = Codec::kAac};
  video_config_ = base::Slice::take(media::flv::write_config(video, synthetic_avc_config(options)));
  constexpr std::uint8_t kAacLowComplexity48Stereo[] = {0x11, 0x90};
  audio_config_ = base::Slice::take(media::flv::write_config(audio, kAacLowComplexity48Stereo));

  constexpr std::size_t kAudioSize =
      std::size_t{kAudioBitrate} / 8 * kAudioFrameSamples / kAudioRate;
  base::Bytes frame{0x21};  // a channel pair element
  append_filler(frame, kAudioSize - 1);
  audio_frame_ = base::Slice::take(media::flv::write_frame(audio, frame, {}));

  const std::uint32_t video_rate =
      options.bitrate > 2 * kAudioBitrate ? options.bitrate - kAudioBitrate : options.bitrate / 2;
  const std::uint64_t group = std::uint64_t{options.fps} * options.keyframe_seconds;
  const std::uint64_t share =
      std::uint64_t{video_rate} / 8 * options.keyframe_seconds / (group - 1 + kKeySize);
  key_ = picture_template(true, static_cast<std::size_t>(share * kKeySize));
  other_ = picture_template(false, static_cast<std::size_t>(share));
}

base::Bytes SyntheticSource::picture_template(bool keyframe, std::size_t size) const {
  const std::size_t filler = std::max<std::size_t>(size, kOverhead + 64) - kOverhead;
  base::ByteWriter frame(size + kOverhead);
  frame.u32(kStampSize);
  frame.zeros(kStampSize);
  base::Bytes slice;
  // nal_unit_type, then first_mb_in_slice 0, slice_type 7 (I) or 5 (P), pps 0.
  if (keyframe) {
    slice = {0x65, 0x88, 0x84};
  } else {
    slice = {0x41, 0x9A, 0x24};
  }
  append_filler(slice, filler);
  frame.u32(static_cast<std::uint32_t>(slice.size()));
  frame.bytes(slice);
  return media::flv::write_frame({.codec = media::Codec::kH264}, frame.span(),
                                 {.keyframe = keyframe});
}

base::Slice SyntheticSource::picture(std::uint64_t number, base::WallTime now) const {
  const std::uint64_t group = std::uint64_t{options_.fps} * options_.keyframe_seconds;
  base::Bytes body = number % group == 0 ? key_ : other_;
  const auto stamp = write_stamp(now);
  std::copy(stamp.begin(), stamp.end(), body.begin() + kStampOffset);
  return base::Slice::take(std::move(body));
}

base::Duration SyntheticSource::picture_time(std::uint64_t number) const {
  return std::chrono::nanoseconds(number * 1'000'000'000 / options_.fps);
}

base::Duration SyntheticSource::audio_time(std::uint64_t number) {
  return std::chrono::nanoseconds(number * kAudioFrameSamples * 1'000'000 / (kAudioRate / 1000));
}

}  // namespace server::loadtest
