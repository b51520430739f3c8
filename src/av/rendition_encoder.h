// One rendition's H.264 encoder, for live use: every picture comes out at once, bitrate held by a
// buffer of one second, keyframes (IDR) exactly where they are asked for, all else predicted. Any
// H.264 encoder of libavcodec will do; options that it does not know are left out. One thread;
// belongs to a Transcoder.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "av/hardware_upload.h"
#include "av/libav.h"
#include "av/video_decoder.h"
#include "base/bytes.h"
#include "base/error.h"
#include "media/codec/annexb.h"
#include "media/pipe/messages.h"

namespace av {

struct EncoderChoice {
  std::string name = "libx264";  // of libavcodec
  std::string preset = "veryfast";
  int threads = 1;
};

/// The pixel format in which this encoder wants its pictures (an AVPixelFormat); kUnsupported if
/// libavcodec has no such encoder, or it is none for H.264.
base::Expected<int> input_format(const EncoderChoice& choice);

class RenditionEncoder {
 public:
  /// Takes what comes out; an error ends encoding and is passed on.
  struct Sink {
    std::function<base::Expected<void>(const media::Track& track)> track;
    std::function<base::Expected<void>(media::Sample sample)> sample;
  };

  /// `frame_rate` is the expected one, above 0. `like` is the source's first picture: its colour
  /// and shape are told to the decoder. Fails (kUnsupported) with a sentence that names the encoder
  /// if it cannot be opened.
  static base::Expected<RenditionEncoder> create(const EncoderChoice& choice,
                                                 const media::pipe::VideoOutput& output,
                                                 double frame_rate, const AVFrame& like);

  struct Request {
    PictureInfo info;         // keyframe: an IDR picture is made of it
    double frame_rate = 0;    // as it is known now; 0: as before
    base::ByteSpan captions;  // cc_data triplets that are shown with it
  };
  /// `picture` has the output's size and input_format(). `info.pts` ascends.
  base::Expected<void> encode(const AVFrame& picture, const Request& request, const Sink& sink);
  /// What the encoder still holds; nothing may follow.
  base::Expected<void> flush(const Sink& sink);

 private:
  RenditionEncoder(CodecContextPtr context, std::optional<HardwareUpload> upload,
                   const media::pipe::VideoOutput& output, double frame_rate);

  void follow(double frame_rate);
  base::Expected<void> receive(const Sink& sink);
  base::Expected<void> deliver(const AVPacket& packet, const Sink& sink);
  base::Expected<void> announce(const Sink& sink);

  CodecContextPtr context_;
  std::optional<HardwareUpload> upload_;
  media::pipe::VideoOutput output_;
  double frame_rate_;  // as the encoder was told
  double real_rate_;   // that its bitrate is set for
  FramePtr frame_;
  PacketPtr packet_;
  media::AnnexBReader reader_;
  bool announced_ = false;
  std::deque<PictureInfo> inside_;  // pictures that have not come out
};

}  // namespace av
