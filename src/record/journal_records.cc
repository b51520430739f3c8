#include "record/journal_records.h"

#include "record/track_codec.h"
#include "record/varint.h"

namespace record {
namespace {

constexpr std::uint32_t kMaxText = 1024;
// See catalog.cc.
constexpr media::Ticks kMaxTime = media::Ticks{1} << 48;
constexpr std::int64_t kMaxDate = std::int64_t{1} << 52;
constexpr std::int64_t kMaxSetting = std::int64_t{1} << 59;  // nanoseconds

// The octet in front of a record: its place in the variant.
enum class Type : std::uint8_t {
  kBegan,
  kBroadcast,
  kBroadcastOver,
  kRendition,
  kPart,
  kProgress,
  kThumbnail,
  kStored,
  kStarted,
  kEnding,
  kFailed,
  kDropped,
  kCatalog
};

void write_time(base::ByteWriter& out, base::WallTime time) {
  write_signed(out, time.time_since_epoch().count());
}

base::WallTime read_time(base::ByteReader& in) {
  const std::int64_t value = read_signed(in);
  if (value > kMaxDate || value < -kMaxDate) in.set_failed();
  return base::WallTime(std::chrono::microseconds(in.ok() ? value : 0));
}

media::Ticks read_ticks(base::ByteReader& in) {
  const std::int64_t value = read_signed(in);
  if (value > kMaxTime || value < -kMaxTime) in.set_failed();
  return in.ok() ? value : 0;
}

media::Ticks read_length(base::ByteReader& in) {
  const media::Ticks value = read_ticks(in);
  if (value < 0) in.set_failed();
  return in.ok() ? value : 0;
}

base::Duration read_setting(base::ByteReader& in) {
  const std::int64_t value = read_signed(in);
  if (value < 0 || value > kMaxSetting) in.set_failed();
  return base::Duration(in.ok() ? value : 0);
}

ResolutionClass read_class(base::ByteReader& in) {
  const std::uint8_t value = in.u8();
  if (value > static_cast<std::uint8_t>(ResolutionClass::kFullHd)) in.set_failed();
  return in.ok() ? static_cast<ResolutionClass>(value) : ResolutionClass::kLowest;
}

void write_plan(base::ByteWriter& out, const Plan& plan) {
  write_text(out, plan.channel.str());
  write_text(out, plan.channel_arn);
  write_text(out, plan.channel_name);
  write_text(out, plan.account);
  write_text(out, plan.bucket);
  out.u8(static_cast<std::uint8_t>(plan.renditions));
  write_varint(out, plan.custom.size());
  for (const ResolutionClass one : plan.custom) out.u8(static_cast<std::uint8_t>(one));
  const ThumbnailPlan& thumbnails = plan.thumbnails;
  out.u8(thumbnails.enabled ? 1 : 0);
  write_varint(out, static_cast<std::uint64_t>(thumbnails.interval.count()));
  out.u8(thumbnails.sequential ? 1 : 0);
  out.u8(thumbnails.latest ? 1 : 0);
  out.u8(thumbnails.resolution ? 1 : 0);
  if (thumbnails.resolution) out.u8(static_cast<std::uint8_t>(*thumbnails.resolution));
  write_signed(out, plan.reconnect_window.count());
  write_signed(out, plan.time_shift.count());
}

Plan read_plan(base::ByteReader& in) {
  Plan plan;
  plan.channel = base::ChannelId(read_text(in, kMaxText));
  plan.channel_arn = read_text(in, kMaxText);
  plan.channel_name = read_text(in, kMaxText);
  plan.account = read_text(in, kMaxText);
  plan.bucket = read_text(in, kMaxText);
  const std::uint8_t renditions = in.u8();
  if (renditions > static_cast<std::uint8_t>(Plan::Renditions::kCustom)) in.set_failed();
  if (in.ok()) plan.renditions = static_cast<Plan::Renditions>(renditions);
  plan.custom.resize(read_count(in, 16));
  for (ResolutionClass& one : plan.custom) one = read_class(in);
  ThumbnailPlan& thumbnails = plan.thumbnails;
  thumbnails.enabled = read_bool(in);
  thumbnails.interval = std::chrono::seconds(read_count(in, 86'400));
  thumbnails.sequential = read_bool(in);
  thumbnails.latest = read_bool(in);
  if (read_bool(in)) thumbnails.resolution = read_class(in);
  plan.reconnect_window = read_setting(in);
  plan.time_shift = read_setting(in);
  return plan;
}

struct Writer {
  base::ByteWriter& out;

  void operator()(const BeganRecord& record) const {
    write_plan(out, record.plan);
    write_text(out, record.recording);
    write_text(out, record.session);
    write_text(out, record.prefix);
    write_time(out, record.started_at);
  }
  void operator()(const BroadcastRecord& record) const {
    write_text(out, record.stream.str());
    write_time(out, record.at);
  }
  void operator()(const BroadcastOverRecord& record) const { write_time(out, record.at); }
  void operator()(const RenditionRecord& record) const {
    out.u8(record.recorded ? 1 : 0);
    out.u8(record.is_source ? 1 : 0);
    write_rendition(out, record.info);
    out.u8(static_cast<std::uint8_t>(record.generation.container));
    write_varint(out, record.generation.init_bytes);
    write_tracks(out, record.generation.tracks);
  }
  void operator()(const PartRecord& record) const {
    out.u8(static_cast<std::uint8_t>((record.new_segment ? 1 : 0) | (record.new_piece ? 2 : 0) |
                                     (record.discontinuity ? 4 : 0)));
    write_varint(out, record.rendition);
    write_varint(out, record.bytes);
    write_varint(out, record.samples_bytes);
    write_signed(out, record.duration);
    if (!record.new_segment) return;
    write_signed(out, record.position);
    write_signed(out, record.start);
    write_time(out, record.date);
  }
  void operator()(const ProgressRecord& record) const {
    write_signed(out, record.duration);
    write_time(out, record.date);
  }
  void operator()(const ThumbnailRecord& record) const {
    write_signed(out, record.thumbnail.position);
    write_varint(out, record.thumbnail.width);
    write_varint(out, record.thumbnail.height);
    write_varint(out, record.bytes);
    out.u8(record.sequential ? 1 : 0);
  }
  void operator()(const StoredRecord& record) const {
    write_varint(out, record.rendition);
    write_varint(out, record.number);
  }
  void operator()(const StartedRecord& /*record*/) const {}
  void operator()(const EndingRecord& /*record*/) const {}
  void operator()(const FailedRecord& record) const {
    write_text(out, record.reason.substr(0, kMaxText));
    out.u8(record.out_of_space ? 1 : 0);
  }
  void operator()(const DroppedRecord& record) const {
    write_varint(out, record.rendition);
    write_varint(out, record.count);
  }
  void operator()(const CatalogRecord& record) const {
    write_time(out, record.last_date);
    write_varint(out, record.bytes);
    write_varint(out, record.stored_below.size());
    for (const std::uint64_t number : record.stored_below) write_varint(out, number);
    out.bytes(encode_catalog(record.catalog));
  }
};

RenditionRecord read_rendition_record(base::ByteReader& in) {
  RenditionRecord record;
  record.recorded = read_bool(in);
  record.is_source = read_bool(in);
  record.info = read_rendition(in);
  record.generation.container =
      read_bool(in) ? media::PartContainer::kFmp4 : media::PartContainer::kMpegTs;
  record.generation.init_bytes = read_count(in, UINT32_MAX);
  record.generation.tracks = read_tracks(in);
  return record;
}

PartRecord read_part(base::ByteReader& in) {
  PartRecord record;
  const std::uint8_t flags = in.u8();
  if (flags > 7) in.set_failed();
  record.new_segment = (flags & 1) != 0;
  record.new_piece = (flags & 2) != 0;
  record.discontinuity = (flags & 4) != 0;
  record.rendition = read_count(in, UINT16_MAX);
  record.bytes = read_count(in, UINT32_MAX);
  record.samples_bytes = read_count(in, UINT32_MAX);
  record.duration = read_length(in);
  if (!record.new_segment) return record;
  record.position = read_ticks(in);
  record.start = read_ticks(in);
  record.date = read_time(in);
  return record;
}

Record read_record(base::ByteReader& in, Type type) {
  switch (type) {
    case Type::kBegan: {
      BeganRecord record;
      record.plan = read_plan(in);
      record.recording = read_text(in, 64);
      record.session = read_text(in, 64);
      record.prefix = read_text(in, kMaxText);
      record.started_at = read_time(in);
      return record;
    }
    case Type::kBroadcast: {
      BroadcastRecord record;
      record.stream = base::StreamId(read_text(in, kMaxText));
      record.at = read_time(in);
      return record;
    }
    case Type::kBroadcastOver:
      return BroadcastOverRecord{.at = read_time(in)};
    case Type::kRendition:
      return read_rendition_record(in);
    case Type::kPart:
      return read_part(in);
    case Type::kProgress: {
      ProgressRecord record;
      record.duration = read_length(in);
      record.date = read_time(in);
      return record;
    }
    case Type::kThumbnail: {
      ThumbnailRecord record;
      record.thumbnail.position = read_ticks(in);
      record.thumbnail.width = static_cast<std::uint16_t>(read_count(in, UINT16_MAX));
      record.thumbnail.height = static_cast<std::uint16_t>(read_count(in, UINT16_MAX));
      record.bytes = read_count(in, UINT32_MAX);
      record.sequential = read_bool(in);
      return record;
    }
    case Type::kStored: {
      StoredRecord record;
      record.rendition = read_count(in, UINT16_MAX);
      record.number = read_varint(in);
      return record;
    }
    case Type::kStarted:
      return StartedRecord{};
    case Type::kEnding:
      return EndingRecord{};
    case Type::kFailed: {
      FailedRecord record;
      record.reason = read_text(in, kMaxText);
      record.out_of_space = read_bool(in);
      return record;
    }
    case Type::kDropped: {
      DroppedRecord record;
      record.rendition = read_count(in, UINT16_MAX);
      record.count = read_count(in, UINT32_MAX);
      return record;
    }
    case Type::kCatalog: {
      CatalogRecord record;
      record.last_date = read_time(in);
      record.bytes = read_varint(in);
      record.stored_below.resize(read_count(in, 64));
      for (std::uint64_t& number : record.stored_below) number = read_varint(in);
      auto catalog = parse_catalog(in.rest());
      if (catalog) record.catalog = std::move(*catalog);
      if (!catalog) in.set_failed();
      return record;
    }
  }
  in.set_failed();
  return StartedRecord{};
}

}  // namespace

void encode_record(base::ByteWriter& out, const Record& record) {
  out.u8(static_cast<std::uint8_t>(record.index()));
  std::visit(Writer{out}, record);
}

base::Expected<Record> parse_record(base::ByteSpan data) {
  base::ByteReader in(data);
  const std::uint8_t type = in.u8();
  Record record = read_record(in, static_cast<Type>(type));
  if (!in.at_end()) {
    return base::fail(base::ErrorCode::kMalformed,
                      "a record of type " + std::to_string(type) + " of the journal is wrong");
  }
  return record;
}

}  // namespace record
