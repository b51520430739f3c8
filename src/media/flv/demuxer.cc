#include "media/flv/demuxer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "media/codec/av1.h"
#include "media/codec/h264.h"
#include "media/codec/hevc.h"
#include "media/codec/mp3.h"
#include "media/codec/nal.h"
#include "media/codec/track_config.h"
#include "media/codec/vp9.h"

namespace media::flv {

using base::ErrorCode;
using base::Expected;

namespace {

constexpr std::int64_t kMicrosecondsInMillisecond = 1'000;
constexpr std::size_t kLengthSizeInAvcc = 4;
constexpr std::size_t kLengthSizeInHvcc = 21;

/// NAL unit length size that a parsed avcC or hvcC announces.
unsigned length_size_of(Codec codec, base::ByteSpan config) {
  return (config[codec == Codec::kH264 ? kLengthSizeInAvcc : kLengthSizeInHvcc] & 3U) + 1;
}

/// True if a decoder can start at an H.264 sample. An IDR picture is believed against the message;
/// other pictures only if the message calls them key and nothing in them speaks against it.
bool is_h264_key(bool claimed, base::ByteSpan sample) {
  const h264::RandomAccess access = h264::random_access(sample);
  return access == h264::RandomAccess::kIdr || (claimed && access != h264::RandomAccess::kNone);
}

std::uint32_t bits_per_second(double kbps) {
  return static_cast<std::uint32_t>(std::min(std::llround(kbps * 1'000), 4'000'000'000LL));
}

std::uint32_t announced_bitrate(const EncoderMetadata& metadata, TrackKind kind, std::uint8_t id) {
  const bool video = kind == TrackKind::kVideo;
  const auto& tracks = video ? metadata.video_tracks : metadata.audio_tracks;
  if (const auto found = tracks.find(id); found != tracks.end()) {
    return bits_per_second(found->second.bitrate_kbps);
  }
  if (id != 0) return 0;
  return bits_per_second(video ? metadata.video_bitrate_kbps : metadata.audio_bitrate_kbps);
}

std::string track_name(TrackKind kind, std::uint8_t id) {
  return fmt::format("{} track {}", kind == TrackKind::kVideo ? "video" : "audio", id);
}

}  // namespace

Expected<void> FlvTrackReader::read(MessageType type, std::uint32_t timestamp_ms,
                                    const base::Slice& payload) {
  if (type == MessageType::kData) {
    read_data(timestamp_ms, payload.span());
    return {};
  }
  const TrackKind kind = type == MessageType::kVideo ? TrackKind::kVideo : TrackKind::kAudio;
  auto parsed = kind == TrackKind::kVideo ? parse_video(payload.span(), events_)
                                          : parse_audio(payload.span(), events_);
  if (!parsed) return parsed;
  for (const TagEvent& event : events_) {
    auto handled = handle(event, kind, timestamp_ms, payload);
    if (!handled) {
      return base::fail(std::move(handled).error().with_context(track_name(kind, event.track_id)));
    }
  }
  return {};
}

void FlvTrackReader::read_data(std::uint32_t timestamp_ms, base::ByteSpan payload) {
  auto data = parse_script_data(payload);
  if (!data) {
    ++counters_.broken_data;
    return;
  }
  const std::int64_t time_us = std::int64_t{timestamp_ms} * kMicrosecondsInMillisecond;
  if (auto* metadata = std::get_if<EncoderMetadata>(&*data)) {
    metadata_ = std::move(*metadata);
    listener_.on_metadata(metadata_);
  } else if (auto* text = std::get_if<TimedText>(&*data)) {
    listener_.on_timed_text(time_us, std::move(*text));
  } else if (auto* captions = std::get_if<CaptionData>(&*data)) {
    listener_.on_captions(time_us, std::move(*captions));
  } else {
    ++counters_.ignored_data;
  }
}

Expected<void> FlvTrackReader::handle(const TagEvent& event, TrackKind kind,
                                      std::uint32_t timestamp_ms, const base::Slice& payload) {
  if (event.kind == TagEvent::Kind::kConfig || event.kind == TagEvent::Kind::kTsConfig) {
    return handle_config(event, kind, payload.sub(event.offset, event.length));
  }
  TrackState* state = find(kind, event.track_id);
  if (event.kind == TagEvent::Kind::kSequenceEnd) {
    if (state == nullptr) return {};
    const bool announced = state->announced;
    std::erase_if(tracks_, [&](const TrackState& each) {
      return each.kind == kind && each.id == event.track_id;
    });
    if (announced) listener_.on_track_end(kind, event.track_id);
    return {};
  }
  if (event.codec == Codec::kMp3 && (state == nullptr || state->codec != Codec::kMp3)) {
    auto added = find_or_add(kind, event.track_id);
    if (!added) return base::fail(std::move(added).error());
    state = *added;
    state->codec = Codec::kMp3;
    state->announced = false;
  }
  if (state == nullptr || state->codec != event.codec) {
    ++counters_.frames_without_config;
    return {};
  }
  Sample sample;
  sample.dts =
      std::int64_t{timestamp_ms} * kMicrosecondsInMillisecond + event.nanosecond_offset / 1'000;
  sample.pts = sample.dts + event.composition_offset_ms * kMicrosecondsInMillisecond;
  sample.keyframe = event.keyframe;
  sample.data = payload.sub(event.offset, event.length);
  if (event.codec == Codec::kMp3) return handle_mp3(*state, std::move(sample));
  return handle_frame(event, *state, std::move(sample));
}

Expected<void> FlvTrackReader::handle_config(const TagEvent& event, TrackKind kind,
                                             const base::Slice& config) {
  if (event.codec == Codec::kMp3) return {};  // its frames say everything
  // Encoders that do not know their configuration yet send an empty one, and a full one later. Opus
  // means something by it, and AV1 can be learned from its first keyframe.
  if (config.empty() && event.codec != Codec::kOpus && event.codec != Codec::kAv1) return {};
  TrackState* known = find(kind, event.track_id);
  if (known != nullptr && known->announced && known->codec == event.codec &&
      std::ranges::equal(known->config.span(), config.span())) {
    return {};  // encoders repeat it
  }
  Track track;
  bool complete = event.codec != Codec::kVp9;
  if (event.kind == TagEvent::Kind::kTsConfig || (config.empty() && event.codec == Codec::kAv1)) {
    complete = false;
  } else if (auto made = make_track(event.codec, config)) {
    track = *std::move(made);
  } else if (event.codec == Codec::kAv1 && made.error().code == ErrorCode::kNotFound) {
    complete = false;  // the first keyframe has the sequence header
  } else {
    return base::fail(std::move(made).error());
  }
  auto state = find_or_add(kind, event.track_id);
  if (!state) return base::fail(std::move(state).error());
  (*state)->codec = event.codec;
  // A copy: the message may be part of a large buffer, and this is kept for as long as the track.
  (*state)->config = base::Slice::copy_of(config.span());
  const bool has_nals = event.codec == Codec::kH264 || event.codec == Codec::kHevc;
  (*state)->length_size = has_nals ? length_size_of(event.codec, config.span()) : 4;
  if (!track.config.empty()) track.config = base::Slice::copy_of(track.config.span());
  if (complete) {
    announce(**state, std::move(track));
  } else {
    (*state)->announced = false;
    (*state)->track = std::move(track);
  }
  return {};
}

Expected<void> FlvTrackReader::handle_frame(const TagEvent& event, TrackState& state,
                                            Sample sample) {
  switch (event.codec) {
    case Codec::kH264:
    case Codec::kHevc: {
      auto data = with_four_byte_lengths(sample.data, state.length_size);
      if (!data) return base::fail(std::move(data).error());
      sample.data = *std::move(data);
      sample.keyframe = event.codec == Codec::kH264
                            ? is_h264_key(event.keyframe, sample.data.span())
                            : hevc::is_keyframe(sample.data.span());
      break;
    }
    case Codec::kAv1: {
      auto data = av1::without_temporal_delimiters(sample.data);
      if (!data) return base::fail(std::move(data).error());
      sample.data = *std::move(data);
      if (sample.data.empty()) return {};
      break;
    }
    default:
      break;
  }
  // The picture size of VP9 is in each keyframe, and only there.
  if (!state.announced || (event.codec == Codec::kVp9 && sample.keyframe)) {
    auto learned = learn_from_frame(state, sample);
    if (!learned) return learned;
    if (!state.announced) {
      ++counters_.frames_without_config;
      return {};
    }
  }
  listener_.on_sample(state.kind, state.id, std::move(sample));
  return {};
}

Expected<void> FlvTrackReader::learn_from_frame(TrackState& state, const Sample& sample) {
  if (!sample.keyframe) return {};
  if (state.codec == Codec::kAv1) {
    auto config = av1::build_config(sample.data.span());
    if (!config && config.error().code == ErrorCode::kNotFound) return {};
    if (!config) return base::fail(std::move(config).error());
    auto track = av1::make_track(base::Slice::take(*std::move(config)));
    if (!track) return base::fail(std::move(track).error());
    announce(state, *std::move(track));
  } else if (state.codec == Codec::kVp9) {
    const auto header = vp9::parse_frame_header(sample.data.span());
    if (!header) return base::fail(header.error());
    if (!header->keyframe) return {};
    const VideoFormat& known = state.track.video;
    if (state.announced && known.width == header->width && known.height == header->height) {
      return {};
    }
    Track track = state.track;
    track.video.width = header->width;
    track.video.height = header->height;
    announce(state, std::move(track));
  }
  return {};
}

Expected<void> FlvTrackReader::handle_mp3(TrackState& state, Sample message) {
  // A message usually has one frame; where there are more, each gets its time.
  std::size_t offset = 0;
  std::int64_t samples_before = 0;
  while (offset < message.data.size()) {
    const base::Slice rest = message.data.sub(offset);
    const auto header = mp3::parse_header(rest.span());
    if (!header) {
      if (offset > 0) return {};  // padding behind a frame
      return base::fail(header.error());
    }
    Track track = mp3::make_track(*header);
    if (!state.announced || state.track.audio != track.audio) announce(state, std::move(track));
    const std::size_t size =
        header->frame_size == 0 ? rest.size() : std::min(header->frame_size, rest.size());
    Sample sample = message;
    sample.dts += samples_before * 1'000'000 / header->sample_rate;
    sample.pts = sample.dts;
    sample.keyframe = true;
    sample.data = rest.sub(0, size);
    listener_.on_sample(state.kind, state.id, std::move(sample));
    offset += size;
    samples_before += header->frame_samples;
  }
  return {};
}

FlvTrackReader::TrackState* FlvTrackReader::find(TrackKind kind, std::uint8_t id) {
  const auto found = std::ranges::find_if(
      tracks_, [&](const TrackState& state) { return state.kind == kind && state.id == id; });
  return found == tracks_.end() ? nullptr : &*found;
}

Expected<FlvTrackReader::TrackState*> FlvTrackReader::find_or_add(TrackKind kind, std::uint8_t id) {
  if (TrackState* known = find(kind, id)) return known;
  const auto of_kind = static_cast<std::size_t>(
      std::ranges::count_if(tracks_, [&](const TrackState& state) { return state.kind == kind; }));
  if (of_kind == kMaxTracksPerKind) {
    return base::fail(ErrorCode::kLimit,
                      fmt::format("a broadcast may have {} tracks of a kind", kMaxTracksPerKind));
  }
  tracks_.emplace_back();
  tracks_.back().kind = kind;
  tracks_.back().id = id;
  return &tracks_.back();
}

void FlvTrackReader::announce(TrackState& state, Track track) {
  track.id = state.id;
  track.announced_bitrate = announced_bitrate(metadata_, state.kind, state.id);
  state.track = std::move(track);
  state.announced = true;
  listener_.on_track(state.track);
}

}  // namespace media::flv
