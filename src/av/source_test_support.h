// Sources for tests: a picture of which every pixel is known at every time, encoded in
// the forms that publishers send, and a known sound in every codec. Test code only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "media/types.h"

namespace av::test {

struct Clip {
  media::Track track;
  std::vector<media::Sample> samples;  // in decoding order, with durations
};

struct PictureForm {
  media::Codec codec = media::Codec::kH264;
  int width = 320;
  int height = 180;
  int frame_rate = 30;
  int pictures = 60;
  int group = 15;    // pictures from keyframe to keyframe
  int b_frames = 0;  // between two others
  int first = 0;     // number of the first picture; its pts is its number times the distance
  bool full_range = false;
  bool open_groups = false;  // keyframes behind the first are no IDR pictures
  /// Captions of a picture, by its number; none if empty.
  std::function<base::Bytes(int picture)> captions = {};
};

Clip pictures(const PictureForm& form);

/// Luma (limited range) of picture number `picture` at a place from 0 to 1 in both directions: a
/// ramp with a bright box that moves by a 20th of the width each picture.
double luma_at(double x, double y, int picture);

/// Mean difference of all decoded pixels from luma_at.
struct Seen {
  media::Ticks pts = 0;
  int width = 0;
  int height = 0;
  bool keyframe = false;
  /// From picture number pts / distance.
  double error = 0;
  /// From the picture before that one: much larger, or the picture is in the wrong place.
  double error_of_other = 0;
};
/// Decodes a clip with libav and compares each picture; `distance` is that of pictures, in ticks.
std::vector<Seen> look_at(const Clip& clip, media::Ticks distance);

/// The test card's tone (1 kHz for 80 ms at each whole second), `seconds` long, from time 0 on.
/// The first sample has the time `start`, in seconds.
Clip tone(media::Codec codec, int sample_rate, int channels, int seconds, int start = 0);

/// Times in seconds at which bursts begin in what the clip decodes to.
std::vector<double> bursts(const Clip& clip);

}  // namespace av::test
