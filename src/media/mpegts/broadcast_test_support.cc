#include "media/mpegts/broadcast_test_support.h"

#include <algorithm>

namespace media::mpegts::testing {

Broadcast::Broadcast(std::vector<footage::Clip> clips, Ticks part_duration)
    : clips_(std::move(clips)) {
  for (std::size_t track = 0; track < clips_.size(); ++track) {
    const footage::Clip& clip = clips_[track];
    const std::span<const Sample> samples = clip.samples;
    const auto index_of = [&](const Sample& sample) {
      const Ticks dts = rescale(sample.dts, clip.track.timescale, kVideoTimescale);
      const Ticks begin =
          rescale(clips_[0].samples.front().dts, clips_[0].track.timescale, kVideoTimescale);
      return static_cast<std::size_t>(std::max<Ticks>(dts - begin, 0) / part_duration);
    };
    for (std::size_t i = 0; i < samples.size();) {
      std::size_t end = i;
      const std::size_t index = index_of(samples[i]);
      while (end < samples.size() && index_of(samples[end]) == index) ++end;
      while (parts_.size() <= index) {
        std::vector<TrackSamples>& part = parts_.emplace_back();
        for (const footage::Clip& each : clips_) part.push_back({&each.track, {}});
      }
      parts_[index][track].samples = samples.subspan(i, end - i);
      i = end;
    }
  }
}

Part Broadcast::part(std::size_t index) const {
  Part part;
  part.tracks = parts_[index];
  return part;
}

std::vector<Track> Broadcast::tracks() const {
  std::vector<Track> tracks;
  for (const footage::Clip& clip : clips_) tracks.push_back(clip.track);
  return tracks;
}

base::Bytes mux_all(const Muxer& muxer, const Broadcast& broadcast) {
  base::Bytes stream;
  Continuity continuity;
  for (std::size_t i = 0; i < broadcast.part_count(); ++i) {
    Part part = broadcast.part(i);
    part.tables = Tables::kWrite;
    const MuxedPart muxed = muxer.mux(part, continuity);
    stream.insert(stream.end(), muxed.bytes.begin(), muxed.bytes.end());
    continuity = muxed.end;
  }
  return stream;
}

void Recorder::on_program(std::size_t videos, std::size_t audios) {
  programs.push_back(std::to_string(videos) + " video, " + std::to_string(audios) + " audio");
}

void Recorder::on_track(const Track& track) {
  tracks.push_back(track);
}

void Recorder::on_sample(const Track& track, Sample sample) {
  const base::ByteSpan data = sample.data.span();
  samples.push_back({std::string(to_string(track.codec)) + " " + std::to_string(track.id),
                     sample.pts,
                     sample.dts,
                     sample.keyframe,
                     {data.begin(), data.end()}});
}

void Recorder::on_text(Ticks pts, TimedText text) {
  texts.push_back(std::to_string(pts) + " " + text.payload);
}

std::vector<Recorder::Received> Recorder::samples_of(const std::string& track) const {
  std::vector<Received> result;
  std::ranges::copy_if(samples, std::back_inserter(result),
                       [&](const Received& sample) { return sample.track == track; });
  return result;
}

bool Recorder::operator==(const Recorder& other) const {
  return programs == other.programs && tracks == other.tracks && samples == other.samples &&
         texts == other.texts && unsupported == other.unsupported;
}

}  // namespace media::mpegts::testing
