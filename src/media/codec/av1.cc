#include "media/codec/av1.h"

#include <fmt/format.h>

#include <algorithm>

#include "media/codec/bit_reader.h"

namespace media::av1 {

using base::ErrorCode;

namespace {

constexpr std::size_t kRecordSize = 4;
constexpr double kMaxFrameRate = 1'000;

/// leb128 (4.10.5) of at most 32 bits.
std::uint32_t read_leb128(base::ByteReader& reader) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const std::uint8_t byte = reader.u8();
    value |= std::uint64_t{byte & 0x7FU} << (7 * i);
    if ((byte & 0x80) == 0) break;
    if (i == 7) reader.set_failed();
  }
  if (value > 0xFFFF'FFFF) reader.set_failed();
  return reader.ok() ? static_cast<std::uint32_t>(value) : 0;
}

struct DecoderModel {
  bool present = false;
  unsigned delay_bits = 0;
};

DecoderModel read_timing(BitReader& reader, SequenceHeader& header) {
  const std::uint32_t units_in_tick = reader.bits(32);
  const std::uint32_t time_scale = reader.bits(32);
  if (reader.flag()) {
    const double ticks = 1.0 + reader.ue();
    if (units_in_tick > 0) {
      const double rate = static_cast<double>(time_scale) / (units_in_tick * ticks);
      if (rate <= kMaxFrameRate) header.frame_rate = rate;
    }
  }
  DecoderModel model;
  model.present = reader.flag();
  if (model.present) {
    model.delay_bits = reader.bits(5) + 1;
    reader.skip(32 + 5 + 5);
  }
  return model;
}

void read_operating_points(BitReader& reader, const DecoderModel& model, SequenceHeader& header) {
  const bool display_delay = reader.flag();
  const std::uint32_t points = reader.bits(5) + 1;
  for (std::uint32_t i = 0; i < points && reader.ok(); ++i) {
    reader.skip(12);
    const auto level = static_cast<std::uint8_t>(reader.bits(5));
    const bool high_tier = level > 7 && reader.flag();
    if (i == 0) {
      header.level_index = level;
      header.high_tier = high_tier;
    }
    if (model.present && reader.flag()) reader.skip(std::size_t{2} * model.delay_bits + 1);
    if (display_delay && reader.flag()) reader.skip(4);
  }
}

void skip_tools(BitReader& reader) {
  reader.skip(4);
  const bool order_hint = reader.flag();
  if (order_hint) reader.skip(2);
  const bool choose_screen_content = reader.flag();
  const bool screen_content = choose_screen_content || reader.flag();
  // Where screen content may occur, the choice of integer motion vectors follows.
  if (screen_content && !reader.flag()) reader.skip(1);
  if (order_hint) reader.skip(3);
}

void read_color(BitReader& reader, SequenceHeader& header) {
  const bool high = reader.flag();
  const bool twelve = header.profile == 2 && high && reader.flag();
  header.bit_depth = twelve ? 12 : high ? 10 : 8;
  header.monochrome = header.profile != 1 && reader.flag();
  std::uint32_t primaries = 2;
  std::uint32_t transfer = 2;
  std::uint32_t matrix = 2;
  if (reader.flag()) {
    primaries = reader.bits(8);
    transfer = reader.bits(8);
    matrix = reader.bits(8);
  }
  if (header.monochrome) {
    reader.skip(1);
    return;
  }
  if (primaries == 1 && transfer == 13 && matrix == 0) {  // sRGB
    header.subsampling_x = header.subsampling_y = false;
    return;
  }
  reader.skip(1);
  if (header.profile == 0) {
    header.subsampling_x = header.subsampling_y = true;
  } else if (header.profile == 1) {
    header.subsampling_x = header.subsampling_y = false;
  } else if (twelve) {
    header.subsampling_x = reader.flag();
    header.subsampling_y = header.subsampling_x && reader.flag();
  } else {
    header.subsampling_x = true;
    header.subsampling_y = false;
  }
  if (header.subsampling_x && header.subsampling_y) {
    header.chroma_position = static_cast<std::uint8_t>(reader.bits(2));
  }
}

std::string_view profile_name(std::uint8_t profile) {
  return profile == 0 ? "Main" : profile == 1 ? "High" : "Professional";
}

}  // namespace

std::optional<Obu> Obus::next() {
  if (reader_.remaining() == 0) return std::nullopt;
  const std::size_t begin = reader_.position();
  const std::uint8_t header = reader_.u8();
  if ((header & 0x80) != 0) reader_.set_failed();
  if ((header & 0x04) != 0) reader_.skip(1);
  const std::size_t size =
      (header & 0x02) != 0 ? std::size_t{read_leb128(reader_)} : reader_.remaining();
  Obu obu;
  obu.type = (header >> 3) & 15;
  obu.payload = reader_.bytes(size);
  if (!reader_.ok()) return std::nullopt;
  obu.whole = data_.subspan(begin, reader_.position() - begin);
  return obu;
}

base::Expected<SequenceHeader> parse_sequence_header(base::ByteSpan payload) {
  BitReader reader(payload);
  SequenceHeader header;
  header.profile = static_cast<std::uint8_t>(reader.bits(3));
  reader.skip(1);
  const bool reduced = reader.flag();
  if (reduced) {
    header.level_index = static_cast<std::uint8_t>(reader.bits(5));
  } else {
    DecoderModel model;
    if (reader.flag()) model = read_timing(reader, header);
    read_operating_points(reader, model, header);
  }
  const unsigned width_bits = reader.bits(4) + 1;
  const unsigned height_bits = reader.bits(4) + 1;
  header.width = reader.bits(width_bits) + 1;
  header.height = reader.bits(height_bits) + 1;
  if (!reduced && reader.flag()) reader.skip(7);
  reader.skip(3);
  if (!reduced) skip_tools(reader);
  reader.skip(3);
  read_color(reader, header);
  if (!reader.ok() || header.profile > 2) {
    return base::fail(
        ErrorCode::kMalformed,
        fmt::format("AV1 sequence header is broken: {}",
                    base::to_hex(payload.first(std::min<std::size_t>(payload.size(), 32)))));
  }
  return header;
}

base::Expected<base::Bytes> build_config(base::ByteSpan temporal_unit) {
  Obus obus(temporal_unit);
  while (const auto obu = obus.next()) {
    if (obu->type != kObuSequenceHeader) continue;
    const auto header = parse_sequence_header(obu->payload);
    if (!header) return base::fail(header.error());
    base::ByteWriter out(kRecordSize + 2 + obu->whole.size());
    out.u8(0x81);
    out.u8(static_cast<std::uint8_t>(header->profile << 5 | header->level_index));
    out.u8(static_cast<std::uint8_t>(
        (header->high_tier ? 0x80 : 0) | (header->bit_depth > 8 ? 0x40 : 0) |
        (header->bit_depth > 10 ? 0x20 : 0) | (header->monochrome ? 0x10 : 0) |
        (header->subsampling_x ? 8 : 0) | (header->subsampling_y ? 4 : 0) |
        header->chroma_position));
    out.u8(0);
    out.bytes(obu->whole);
    return out.take();
  }
  if (!obus.ok()) return base::fail(ErrorCode::kMalformed, "AV1 OBU sizes do not fit");
  return base::fail(ErrorCode::kNotFound, "no AV1 sequence header");
}

base::Expected<Track> make_track(const base::Slice& av1c) {
  if (av1c.size() < kRecordSize || av1c.span().front() != 0x81) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("av1C of {} bytes is not version 1", av1c.size()));
  }
  Obus obus(av1c.span().subspan(kRecordSize));
  std::optional<Obu> obu = obus.next();
  while (obu && obu->type != kObuSequenceHeader) obu = obus.next();
  if (!obus.ok()) return base::fail(ErrorCode::kMalformed, "av1C has OBU sizes that do not fit");
  if (!obu) return base::fail(ErrorCode::kNotFound, "av1C has no sequence header");
  const auto header = parse_sequence_header(obu->payload);
  if (!header) return base::fail(header.error());
  Track track;
  track.codec = Codec::kAv1;
  track.config = av1c;
  track.codec_string = codec_string(*header);
  // A temporal unit shows one frame, so units come in the order of display.
  track.video = {
      .width = header->width,
      .height = header->height,
      .frame_rate = header->frame_rate,
      .reorders = false,
      .profile = std::string(profile_name(header->profile)),
      .level = fmt::format("{}.{}", 2 + (header->level_index >> 2), header->level_index & 3)};
  return track;
}

base::Expected<base::Slice> without_temporal_delimiters(const base::Slice& unit) {
  std::size_t in_front = 0;
  bool others_seen = false;
  bool later = false;
  Obus obus(unit.span());
  while (const auto obu = obus.next()) {
    if (obu->type != kObuTemporalDelimiter) {
      others_seen = true;
    } else if (others_seen) {
      later = true;
    } else {
      in_front += obu->whole.size();
    }
  }
  if (!obus.ok()) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("AV1 OBU sizes do not fit a unit of {} bytes", unit.size()));
  }
  if (!later) return unit.sub(in_front);
  base::ByteWriter out(unit.size());
  Obus copy(unit.span());
  while (const auto obu = copy.next()) {
    if (obu->type != kObuTemporalDelimiter) out.bytes(obu->whole);
  }
  return base::Slice::take(out.take());
}

std::string codec_string(const SequenceHeader& header) {
  return fmt::format("av01.{}.{:02}{}.{:02}", header.profile, header.level_index,
                     header.high_tier ? 'H' : 'M', header.bit_depth);
}

}  // namespace media::av1
