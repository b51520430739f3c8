#include "media/pipe/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace media::pipe {

namespace {

using base::ByteReader;
using base::ByteSpan;
using base::ByteWriter;
using base::ErrorCode;
using base::Slice;

constexpr std::size_t kLengthSize = 4;
constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxConfig = 64 << 10;
constexpr std::size_t kMaxOutputs = 32;
// A length that was read may lie: no more memory than this is set aside before the octets come.
constexpr std::size_t kFirstReserve = 256 << 10;

// The type's octet is the place in Message, counted from 1.
template <class T, std::size_t kPlace = 0>
consteval std::uint8_t type_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<kPlace, Message>, T>) {
    return kPlace + 1;
  } else {
    return type_of<T, kPlace + 1>();
  }
}

// ---- writing ----------------------------------------------------------------------------------

void put_text(ByteWriter& out, std::string_view text) {
  text = text.substr(0, kMaxText);
  out.u16(static_cast<std::uint16_t>(text.size()));
  out.text(text);
}

void put_ticks(ByteWriter& out, Ticks value) {
  out.u64(static_cast<std::uint64_t>(value));
}

void put(ByteWriter& out, const Track& track) {
  out.u32(track.id);
  out.u8(static_cast<std::uint8_t>(track.codec));
  out.u32(track.timescale);
  out.u32(static_cast<std::uint32_t>(track.config.size()));
  out.bytes(track.config.span());
  put_text(out, track.codec_string);
  out.u32(track.video.width);
  out.u32(track.video.height);
  out.f64(track.video.frame_rate);
  out.u8(track.video.reorders ? 1 : 0);
  put_text(out, track.video.profile);
  put_text(out, track.video.level);
  out.u32(track.audio.sample_rate);
  out.u32(track.audio.channels);
  out.u32(track.audio.frame_samples);
  out.u32(track.announced_bitrate);
}

// Without the octets, which follow the head as they are.
void put(ByteWriter& out, const Sample& sample) {
  put_ticks(out, sample.dts);
  put_ticks(out, sample.pts);
  put_ticks(out, sample.duration);
  out.u8(sample.keyframe ? 1 : 0);
}

void put(ByteWriter& out, TrackKind kind) {
  out.u8(kind == TrackKind::kVideo ? 0 : 1);
}

// Each writes the head and returns what follows it.
Slice put_body(ByteWriter& out, const TranscodeJob& job) {
  out.u8(static_cast<std::uint8_t>(std::min(job.video.size(), kMaxOutputs)));
  for (std::size_t i = 0; i < std::min(job.video.size(), kMaxOutputs); ++i) {
    const VideoOutput& output = job.video[i];
    for (const std::uint32_t value :
         {output.id, output.width, output.height, output.max_frame_rate, output.bitrate}) {
      out.u32(value);
    }
  }
  out.u8(static_cast<std::uint8_t>(std::min(job.audio.size(), kMaxOutputs)));
  for (std::size_t i = 0; i < std::min(job.audio.size(), kMaxOutputs); ++i) {
    const AudioOutput& output = job.audio[i];
    for (const std::uint32_t value : {output.id, output.source, output.bitrate}) out.u32(value);
  }
  put_text(out, job.encoder);
  put_text(out, job.preset);
  out.u32(job.threads);
  put_ticks(out, job.deliver_from);
  return {};
}

Slice put_body(ByteWriter& out, const SourceTrack& message) {
  put(out, message.track);
  return {};
}

Slice put_body(ByteWriter& out, const SourceSample& message) {
  put(out, message.kind);
  out.u32(message.track);
  put(out, message.sample);
  return message.sample.data;
}

Slice put_body(ByteWriter& out, const EndOutput& message) {
  put(out, message.kind);
  out.u32(message.id);
  return {};
}

Slice put_body(ByteWriter& out, const PictureRequest& message) {
  out.u64(message.id);
  put(out, message.track);
  out.u32(message.max_width);
  out.u32(message.max_height);
  put(out, message.sample);
  return message.sample.data;
}

Slice put_body(ByteWriter& out, const OutputTrack& message) {
  put(out, message.track);
  return {};
}

Slice put_body(ByteWriter& out, const OutputSample& message) {
  put(out, message.kind);
  out.u32(message.id);
  put(out, message.sample);
  return message.sample.data;
}

Slice put_body(ByteWriter& out, const Picture& message) {
  out.u64(message.id);
  out.u32(message.width);
  out.u32(message.height);
  put_text(out, message.error);
  return message.jpeg;
}

Slice put_body(ByteWriter& out, const Failure& message) {
  put_text(out, message.sentence);
  return {};
}

// ---- reading ----------------------------------------------------------------------------------

// One message's octets behind its length. What is wrong with a value marks the reader as failed.
class Body {
 public:
  explicit Body(const Slice& message) : message_(message), in_(message.span()) {}

  ByteReader& in() { return in_; }

  std::string text() {
    const std::size_t size = in_.u16();
    if (size > kMaxText) in_.set_failed();
    return std::string(in_.text(in_.ok() ? size : 0));
  }
  Ticks ticks() { return static_cast<Ticks>(in_.u64()); }
  bool flag() {
    const std::uint8_t value = in_.u8();
    if (value > 1) in_.set_failed();
    return value == 1;
  }
  TrackKind kind() { return flag() ? TrackKind::kAudio : TrackKind::kVideo; }
  Slice rest() {
    const std::size_t begin = in_.position();
    const std::size_t size = in_.rest().size();
    return size == 0 ? Slice() : message_.sub(begin, size);
  }

  Track track() {
    Track track;
    track.id = in_.u32();
    const std::uint8_t codec = in_.u8();
    if (codec > static_cast<std::uint8_t>(Codec::kFlac)) in_.set_failed();
    track.codec = in_.ok() ? static_cast<Codec>(codec) : Codec::kH264;
    track.timescale = in_.u32();
    const std::size_t config = in_.u32();
    if (config > kMaxConfig || track.timescale == 0) in_.set_failed();
    // Copied: it lives for long and must not keep all that was read with it.
    track.config = Slice::copy_of(in_.bytes(in_.ok() ? config : 0));
    track.codec_string = text();
    track.video.width = in_.u32();
    track.video.height = in_.u32();
    track.video.frame_rate = in_.f64();
    if (!std::isfinite(track.video.frame_rate)) in_.set_failed();
    track.video.reorders = flag();
    track.video.profile = text();
    track.video.level = text();
    track.audio.sample_rate = in_.u32();
    track.audio.channels = in_.u32();
    track.audio.frame_samples = in_.u32();
    track.announced_bitrate = in_.u32();
    return track;
  }

  Sample sample() {
    Sample sample;
    sample.dts = ticks();
    sample.pts = ticks();
    sample.duration = ticks();
    sample.keyframe = flag();
    sample.data = rest();
    return sample;
  }

  std::size_t count() {
    const std::size_t count = in_.u8();
    if (count > kMaxOutputs) in_.set_failed();
    return in_.ok() ? count : 0;
  }

 private:
  const Slice& message_;
  ByteReader in_;
};

void get(Body& body, TranscodeJob& job) {
  ByteReader& in = body.in();
  job.video.resize(body.count());
  for (VideoOutput& output : job.video) {
    output.id = in.u32();
    output.width = in.u32();
    output.height = in.u32();
    output.max_frame_rate = in.u32();
    output.bitrate = in.u32();
  }
  job.audio.resize(body.count());
  for (AudioOutput& output : job.audio) {
    output.id = in.u32();
    output.source = in.u32();
    output.bitrate = in.u32();
  }
  job.encoder = body.text();
  job.preset = body.text();
  job.threads = in.u32();
  job.deliver_from = body.ticks();
}

void get(Body& body, SourceTrack& message) {
  message.track = body.track();
}

void get(Body& body, SourceSample& message) {
  message.kind = body.kind();
  message.track = body.in().u32();
  message.sample = body.sample();
}

void get(Body& body, EndOutput& message) {
  message.kind = body.kind();
  message.id = body.in().u32();
}

void get(Body& body, PictureRequest& message) {
  message.id = body.in().u64();
  message.track = body.track();
  message.max_width = body.in().u32();
  message.max_height = body.in().u32();
  message.sample = body.sample();
}

void get(Body& body, OutputTrack& message) {
  message.track = body.track();
}

void get(Body& body, OutputSample& message) {
  message.kind = body.kind();
  message.id = body.in().u32();
  message.sample = body.sample();
}

void get(Body& body, Picture& message) {
  message.id = body.in().u64();
  message.width = body.in().u32();
  message.height = body.in().u32();
  message.error = body.text();
  message.jpeg = body.rest();
}

void get(Body& body, Failure& message) {
  message.sentence = body.text();
}

template <class T>
std::optional<Message> parse_as(Body& body) {
  T message;
  get(body, message);
  if (!body.in().at_end()) return std::nullopt;
  return Message(std::move(message));
}

template <std::size_t... kPlaces>
std::optional<Message> parse_type(std::size_t place, Body& body,
                                  std::index_sequence<kPlaces...> /*all*/) {
  using Parse = std::optional<Message> (*)(Body&);
  constexpr std::array<Parse, sizeof...(kPlaces)> kParse = {
      &parse_as<std::variant_alternative_t<kPlaces, Message>>...};
  return place < kParse.size() ? kParse[place](body) : std::nullopt;
}

base::Expected<Message> parse(const Slice& octets) {
  Body body(octets);
  const std::size_t type = body.in().u8();
  auto message =
      parse_type(type - 1, body, std::make_index_sequence<std::variant_size_v<Message>>());
  if (!message) {
    return base::fail(
        ErrorCode::kMalformed,
        fmt::format("a message of type {} in {} octets is broken", type, octets.size()));
  }
  return *std::move(message);
}

base::Expected<std::size_t> length_of(ByteSpan head) {
  const std::size_t length = ByteReader(head).u32();
  if (length == 0 || length > kMaxMessage) {
    return base::fail(ErrorCode::kMalformed, fmt::format("a message of {} octets", length));
  }
  return length;
}

}  // namespace

std::vector<Slice> encode(const Message& message) {
  ByteWriter head;
  head.u32(0);
  const Slice payload = std::visit(
      [&head]<class T>(const T& value) {
        head.u8(type_of<T>());
        return put_body(head, value);
      },
      message);
  head.patch_u32(0, static_cast<std::uint32_t>(head.size() - kLengthSize + payload.size()));
  std::vector<Slice> out;
  out.push_back(Slice::take(head.take()));
  if (!payload.empty()) out.push_back(payload);
  return out;
}

base::Expected<void> Reader::feed(Slice data, std::vector<Message>& out) {
  if (failed_) return base::fail(ErrorCode::kMalformed, "an earlier message was broken");
  auto fed = take(data, out);
  failed_ = !fed.has_value();
  if (failed_) pending_ = {};
  return fed;
}

base::Expected<void> Reader::take(Slice data, std::vector<Message>& out) {
  while (!data.empty()) {
    if (pending_.empty() && data.size() >= kLengthSize) {
      const auto length = length_of(data.span());
      if (!length) return base::fail(length.error());
      if (data.size() - kLengthSize >= *length) {
        auto message = parse(data.sub(kLengthSize, *length));
        if (!message) return base::fail(std::move(message.error()));
        out.push_back(*std::move(message));
        data = data.sub(kLengthSize + *length);
        continue;
      }
    }
    std::size_t wanted = kLengthSize;
    if (pending_.size() >= kLengthSize) {
      const auto length = length_of(pending_);
      if (!length) return base::fail(length.error());
      wanted += *length;
      pending_.reserve(std::min(wanted, kFirstReserve));
    }
    const std::size_t taken = std::min(wanted - pending_.size(), data.size());
    const ByteSpan front = data.span().first(taken);
    pending_.insert(pending_.end(), front.begin(), front.end());
    data = data.sub(taken);
    if (pending_.size() < wanted) continue;
    if (wanted == kLengthSize) {
      const auto length = length_of(pending_);
      if (!length) return base::fail(length.error());
      continue;
    }
    const Slice whole = Slice::take(std::exchange(pending_, {}));
    auto message = parse(whole.sub(kLengthSize));
    if (!message) return base::fail(std::move(message.error()));
    out.push_back(*std::move(message));
  }
  return {};
}

}  // namespace media::pipe
