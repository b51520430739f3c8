#include "record/catalog.h"

#include <limits>

#include "record/track_codec.h"
#include "record/varint.h"

namespace record {
namespace {

using base::ErrorCode;

constexpr std::uint32_t kMagic = 0x52434154;  // "RCAT"
constexpr std::uint8_t kVersion = 1;
constexpr std::uint32_t kMaxRenditions = 64;
constexpr std::uint32_t kMaxGenerations = 4096;
constexpr std::uint32_t kMaxSegments = 1'000'000;
constexpr std::uint32_t kMaxPieces = 10'000;
constexpr std::uint32_t kMaxThumbnails = 1'000'000;
// A hundred years, in 90 kHz: sums and other units of it cannot overflow. Of dates, in
// microseconds, as much since 1970.
constexpr media::Ticks kMaxTime = media::Ticks{1} << 48;
constexpr std::int64_t kMaxDate = std::int64_t{1} << 52;

media::Ticks checked_time(base::ByteReader& in, std::int64_t time) {
  if (time > kMaxTime || time < -kMaxTime) in.set_failed();
  return in.ok() ? time : 0;
}

media::Ticks read_duration(base::ByteReader& in) {
  const media::Ticks duration = checked_time(in, read_signed(in));
  if (duration < 0) in.set_failed();
  return duration;
}

std::int64_t read_date(base::ByteReader& in, std::int64_t expected) {
  const std::int64_t by = read_signed(in);
  if (by > kMaxDate || by < -kMaxDate) in.set_failed();
  const std::int64_t date = in.ok() ? expected + by : 0;
  if (date > kMaxDate || date < -kMaxDate) in.set_failed();
  return in.ok() ? date : 0;
}

// Segments are written as what they differ by from what the one before lets expect.
struct Expectation {
  std::uint64_t number = 0;
  media::Ticks position = 0;
  media::Ticks start = 0;
  std::int64_t date = 0;
  std::uint64_t samples = 0;

  void follow(const CatalogSegment& segment) {
    number = segment.number + 1;
    position = segment.position + segment.duration;
    start = segment.start + segment.duration;
    date = segment.date.time_since_epoch().count() + segment.duration * 100 / 9;
    samples = segment.samples_offset + segment.samples_length;
  }
};

constexpr std::uint8_t kDiscontinuity = 1;
constexpr std::uint8_t kComplete = 2;

void write_segment(base::ByteWriter& out, const CatalogSegment& segment,
                   const Expectation& expected) {
  out.u8(static_cast<std::uint8_t>((segment.discontinuity ? kDiscontinuity : 0) |
                                   (segment.complete ? kComplete : 0)));
  write_varint(out, segment.number - expected.number);
  write_signed(out, segment.position - expected.position);
  write_signed(out, segment.start - expected.start);
  write_signed(out, segment.date.time_since_epoch().count() - expected.date);
  write_varint(out, segment.generation);
  write_signed(out, static_cast<std::int64_t>(segment.samples_offset - expected.samples));
  write_varint(out, segment.samples_length);
  write_varint(out, segment.pieces.size());
  for (const CatalogPiece& piece : segment.pieces) {
    write_varint(out, piece.length);
    write_signed(out, piece.duration);
  }
}

CatalogSegment read_segment(base::ByteReader& in, const Expectation& expected,
                            std::size_t generations) {
  CatalogSegment segment;
  const std::uint8_t flags = in.u8();
  if (flags > (kDiscontinuity | kComplete)) in.set_failed();
  segment.discontinuity = (flags & kDiscontinuity) != 0;
  segment.complete = (flags & kComplete) != 0;
  segment.number = expected.number + read_count(in, UINT32_MAX);
  segment.position = checked_time(in, checked_time(in, read_signed(in)) + expected.position);
  segment.start = checked_time(in, checked_time(in, read_signed(in)) + expected.start);
  segment.date = base::WallTime(std::chrono::microseconds(read_date(in, expected.date)));
  segment.generation = read_count(in, UINT32_MAX);
  if (segment.generation >= generations) in.set_failed();
  segment.samples_offset = static_cast<std::uint64_t>(checked_time(
      in, static_cast<media::Ticks>(expected.samples) + checked_time(in, read_signed(in))));
  if (segment.samples_offset > static_cast<std::uint64_t>(kMaxTime)) in.set_failed();
  segment.samples_length = read_count(in, UINT32_MAX);
  // Each takes two octets at least.
  const std::uint32_t pieces = read_count(in, kMaxPieces);
  if (pieces > in.remaining()) in.set_failed();
  if (!in.ok()) return segment;
  segment.pieces.resize(pieces);
  for (CatalogPiece& piece : segment.pieces) {
    if (segment.bytes > UINT32_MAX) in.set_failed();
    piece.offset = static_cast<std::uint32_t>(segment.bytes);
    piece.length = read_count(in, UINT32_MAX);
    piece.duration = read_duration(in);
    segment.bytes += piece.length;
    segment.duration = checked_time(in, segment.duration + piece.duration);
  }
  return segment;
}

void write_catalog_rendition(base::ByteWriter& out, const CatalogRendition& rendition) {
  write_rendition(out, rendition.info);
  out.u8(rendition.is_source ? 1 : 0);
  write_varint(out, rendition.generations.size());
  for (const CatalogGeneration& generation : rendition.generations) {
    out.u8(static_cast<std::uint8_t>(generation.container));
    write_varint(out, generation.init_bytes);
    write_tracks(out, generation.tracks);
  }
  write_varint(out, rendition.segments.size());
  Expectation expected;
  for (std::size_t i = 0; i < rendition.segments.size(); ++i) {
    write_segment(out, rendition.segments[i], expected);
    expected.follow(rendition.segments[i]);
  }
}

CatalogRendition read_catalog_rendition(base::ByteReader& in) {
  CatalogRendition rendition;
  rendition.info = read_rendition(in);
  rendition.is_source = read_bool(in);
  const std::uint32_t generations = read_count(in, kMaxGenerations);
  for (std::uint32_t i = 0; i < generations && in.ok(); ++i) {
    CatalogGeneration& generation = rendition.generations.emplace_back();
    generation.container =
        read_bool(in) ? media::PartContainer::kFmp4 : media::PartContainer::kMpegTs;
    generation.init_bytes = read_count(in, UINT32_MAX);
    generation.tracks = read_tracks(in);
  }
  const std::uint32_t segments = read_count(in, kMaxSegments);
  Expectation expected;
  for (std::uint32_t i = 0; i < segments && in.ok(); ++i) {
    CatalogSegment segment = read_segment(in, expected, rendition.generations.size());
    expected.follow(segment);
    rendition.segments.push_back(std::move(segment));
  }
  return rendition;
}

}  // namespace

const CatalogRendition* Catalog::rendition(std::string_view name) const {
  for (const CatalogRendition& one : renditions) {
    if (one.info.name == name) return &one;
  }
  return nullptr;
}

base::Bytes encode_catalog(const Catalog& catalog) {
  base::ByteWriter out(4096);
  out.u32(kMagic);
  out.u8(kVersion);
  write_text(out, catalog.recording);
  out.u8(catalog.ended ? 1 : 0);
  write_signed(out, catalog.duration);
  write_varint(out, catalog.renditions.size());
  for (const CatalogRendition& rendition : catalog.renditions) {
    write_catalog_rendition(out, rendition);
  }
  write_varint(out, catalog.thumbnails.size());
  media::Ticks position = 0;
  for (std::size_t i = 0; i < catalog.thumbnails.size(); ++i) {
    const CatalogThumbnail& thumbnail = catalog.thumbnails[i];
    write_signed(out, thumbnail.position - position);
    position = thumbnail.position;
    write_varint(out, thumbnail.width);
    write_varint(out, thumbnail.height);
  }
  return out.take();
}

base::Expected<Catalog> parse_catalog(base::ByteSpan data) {
  if (data.size() > kMaxCatalog) {
    return base::fail(ErrorCode::kLimit,
                      "a catalog of " + std::to_string(data.size()) + " octets is too large");
  }
  base::ByteReader in(data);
  if (in.u32() != kMagic) return base::fail(ErrorCode::kMalformed, "this is no catalog");
  const std::uint8_t version = in.u8();
  if (version > kVersion) {
    return base::fail(ErrorCode::kUnsupported,
                      "the catalog is of version " + std::to_string(version));
  }
  Catalog catalog;
  catalog.recording = read_text(in, 64);
  catalog.ended = read_bool(in);
  catalog.duration = read_duration(in);
  const std::uint32_t renditions = read_count(in, kMaxRenditions);
  for (std::uint32_t i = 0; i < renditions && in.ok(); ++i) {
    catalog.renditions.push_back(read_catalog_rendition(in));
  }
  const std::uint32_t thumbnails = read_count(in, kMaxThumbnails);
  media::Ticks position = 0;
  for (std::uint32_t i = 0; i < thumbnails && in.ok(); ++i) {
    position = checked_time(in, position + checked_time(in, read_signed(in)));
    catalog.thumbnails.push_back(
        {.position = position,
         .width = static_cast<std::uint16_t>(read_count(in, UINT16_MAX)),
         .height = static_cast<std::uint16_t>(read_count(in, UINT16_MAX))});
  }
  if (!in.at_end()) {
    return base::fail(ErrorCode::kMalformed, "the catalog breaks off or is wrong at octet " +
                                                 std::to_string(in.position()) + " of " +
                                                 std::to_string(data.size()));
  }
  return catalog;
}

}  // namespace record
