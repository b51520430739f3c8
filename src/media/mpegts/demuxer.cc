#include "media/mpegts/demuxer.h"

#include <algorithm>

#include "media/mpegts/stream_names.h"

namespace media::mpegts {
namespace {

constexpr std::size_t kMaxReports = 32;

}  // namespace

void Demuxer::push(base::ByteSpan data) {
  if (carry_.empty()) {
    const std::size_t used = consume(data);
    const base::ByteSpan rest = data.subspan(used);
    carry_.assign(rest.begin(), rest.end());
    return;
  }
  // Completing the packet that has begun takes a few bytes; the rest is read where it is.
  while (!carry_.empty() && !data.empty()) {
    const std::size_t wanted = kPacketSize + 1 - carry_.size();
    const base::ByteSpan more = data.first(std::min(wanted, data.size()));
    const std::size_t before = carry_.size();
    carry_.insert(carry_.end(), more.begin(), more.end());
    const std::size_t used = consume(carry_);
    if (used >= before) {
      carry_.clear();
      data = data.subspan(used - before);
    } else {
      carry_.erase(carry_.begin(), carry_.begin() + static_cast<std::ptrdiff_t>(used));
      data = data.subspan(more.size());
    }
  }
  if (carry_.empty() && !data.empty()) push(data);
}

std::size_t Demuxer::consume(base::ByteSpan data) {
  std::size_t used = 0;
  while (true) {
    const base::ByteSpan rest = data.subspan(used);
    if (in_step_) {
      if (rest.size() < kPacketSize) break;
      if (rest[0] == kSyncByte) {
        on_packet(rest.first(kPacketSize));
        used += kPacketSize;
        continue;
      }
      in_step_ = false;
    }
    // A sync byte is believed when the next packet's is where it has to be.
    const auto at = std::find(rest.begin(), rest.end(), kSyncByte);
    const auto skipped = static_cast<std::size_t>(at - rest.begin());
    used += skipped;
    stats_.skipped_bytes += skipped;
    if (data.size() - used < kPacketSize + 1) break;
    if (data[used + kPacketSize] == kSyncByte) {
      in_step_ = true;
    } else {
      ++used;
      ++stats_.skipped_bytes;
    }
  }
  return used;
}

void Demuxer::on_packet(base::ByteSpan packet) {
  ++stats_.packets;
  base::ByteReader reader(packet);
  reader.skip(1);
  const std::uint16_t word = reader.u16();
  const std::uint8_t flags = reader.u8();
  const std::uint16_t pid = word & 0x1FFF;
  if (pid == kNullPid) return;
  const bool transport_error = (word & 0x8000) != 0;
  const bool scrambled = (flags & 0xC0) != 0;
  if (transport_error || scrambled) {
    ++stats_.corrupt_packets;
    return;  // the counter will show the gap
  }
  bool discontinuity = false;
  if ((flags & 0x20) != 0) {
    base::ByteReader field(reader.bytes(reader.u8()));
    discontinuity = (field.peek() & kDiscontinuityIndicator) != 0;
    if (!reader.ok()) {
      ++stats_.corrupt_packets;
      return;
    }
  }
  if ((flags & 0x10) == 0) return;  // no payload, and no count
  on_payload(pid, reader.rest(), (word & 0x4000) != 0, flags & 0x0F, discontinuity);
}

void Demuxer::on_payload(std::uint16_t pid, base::ByteSpan payload, bool start,
                         std::uint8_t counter, bool discontinuity) {
  if (pid == kPatPid) {
    on_table_payload(pat_sections_, pat_counter_, payload, start, counter, discontinuity);
    return;
  }
  if (program_ && pid == program_->pmt_pid) {
    on_table_payload(pmt_sections_, pmt_counter_, payload, start, counter, discontinuity);
    return;
  }
  const auto stream = std::ranges::find(streams_, pid, &Stream::pid);
  if (stream == streams_.end()) return;
  switch (check(stream->counter, counter, discontinuity)) {
    case Continuity::kRepeated:
      return;
    case Continuity::kBroken:
      stream->pes.on_gap();
      stream->elementary->on_gap();
      break;
    case Continuity::kGood:
      break;
  }
  Stream& target = *stream;
  target.pes.push(payload, start, [&](const PesHeader& header, base::ByteSpan data) {
    deliver(target, header, data);
  });
}

// A packet may be sent twice (section 2.4.3.3): the copy has the same counter and is dropped.
Demuxer::Continuity Demuxer::check(std::optional<std::uint8_t>& last, std::uint8_t counter,
                                   bool discontinuity) {
  const std::optional<std::uint8_t> before = last;
  last = counter;
  if (!before || discontinuity || ((*before + 1) & 0x0F) == counter) return Continuity::kGood;
  if (*before == counter) return Continuity::kRepeated;
  ++stats_.continuity_errors;
  return Continuity::kBroken;
}

void Demuxer::on_table_payload(SectionAssembler& sections, std::optional<std::uint8_t>& last,
                               base::ByteSpan payload, bool start, std::uint8_t counter,
                               bool discontinuity) {
  const Continuity continuity = check(last, counter, discontinuity);
  if (continuity == Continuity::kRepeated) return;
  if (continuity == Continuity::kBroken) sections.reset();
  const bool is_pat = &sections == &pat_sections_;
  sections.push(payload, start, [&](base::ByteSpan section) {
    if (is_pat) {
      on_pat(section);
    } else {
      on_pmt(section);
    }
  });
}

void Demuxer::on_pat(base::ByteSpan section) {
  const auto pat = parse_pat(section);
  if (!pat) {
    ++stats_.bad_tables;
    return;
  }
  if (pat->programs.empty()) return;
  // Stay with the program in force while it exists.
  auto chosen = pat->programs.begin();
  if (program_) {
    const auto same = std::ranges::find(pat->programs, program_->number, &Program::number);
    if (same != pat->programs.end()) chosen = same;
    if (chosen->number == program_->number && chosen->pmt_pid == program_->pmt_pid) return;
  }
  program_ = *chosen;
  pmt_sections_.reset();
  pmt_counter_.reset();
  pmt_.clear();
}

void Demuxer::on_pmt(base::ByteSpan section) {
  if (std::ranges::equal(section, pmt_)) return;
  // A PMT PID may carry other tables, and maps of other programs.
  constexpr std::uint8_t kPmtTable = 0x02;
  if (section.front() != kPmtTable) return;
  const auto pmt = parse_pmt(section);
  if (!pmt) {
    ++stats_.bad_tables;
    return;
  }
  if (pmt->program != program_->number) return;
  pmt_.assign(section.begin(), section.end());

  // Streams that go on keep their state, whatever else changes around them.
  std::vector<Stream> gone;
  gone.swap(streams_);
  const auto is_new = [this](const ElementaryStream& entry) {
    return std::ranges::find(streams_, entry.pid, &Stream::pid) == streams_.end();
  };
  for (const ElementaryStream& entry : pmt->streams) {
    const auto same = std::ranges::find_if(gone, [&](const Stream& stream) {
      return stream.pid == entry.pid && stream.type == entry.type &&
             stream.registration == entry.registration;
    });
    if (same == gone.end() || !is_new(entry)) continue;
    streams_.push_back(std::move(*same));
    gone.erase(same);
  }
  for (Stream& stream : gone) retire(stream);
  for (const ElementaryStream& entry : pmt->streams) {
    if (!is_new(entry)) continue;
    if (streams_.size() == kMaxStreams) {
      report_unsupported("more than 16 streams in one program");
      break;
    }
    if (auto stream = make_stream(entry)) streams_.push_back(std::move(*stream));
  }
  const auto count = [&](auto is_kind) {
    return static_cast<std::size_t>(std::ranges::count_if(
        streams_, [&](const Stream& stream) { return is_kind(stream.type); }));
  };
  listener_.on_program(count(is_video), count(is_audio));
}

// The lowest number that no other track of the kind has: a stream that moves to another PID stays
// the same track.
std::uint32_t Demuxer::free_track_id(bool (*is_kind)(StreamType)) const {
  std::uint32_t id = 0;
  while (std::ranges::any_of(streams_, [&](const Stream& stream) {
    return is_kind(stream.type) && stream.track_id == id;
  })) {
    ++id;
  }
  return id;
}

std::optional<Demuxer::Stream> Demuxer::make_stream(const ElementaryStream& entry) {
  std::unique_ptr<Elementary> elementary;
  std::size_t max_size = kMaxOtherPes;
  std::uint32_t track_id = 0;
  switch (entry.type) {
    case StreamType::kH264:
    case StreamType::kHevc:
      track_id = free_track_id(is_video);
      elementary =
          make_video(entry.type == StreamType::kH264 ? Codec::kH264 : Codec::kHevc, track_id);
      max_size = kMaxVideoPes;
      break;
    case StreamType::kAdtsAac:
      track_id = free_track_id(is_audio);
      elementary = make_aac(track_id);
      break;
    case StreamType::kMpeg1Audio:
    case StreamType::kMpeg2Audio:
      track_id = free_track_id(is_audio);
      elementary = make_mp3(track_id);
      break;
    case StreamType::kMetadata:
      elementary = make_metadata();
      break;
    default:
      // Private data without a name may be ID3 tags; other things in it are passed over.
      if (entry.type != StreamType::kPrivateData || entry.registration != 0) {
        report_unsupported(stream_name(entry));
        return std::nullopt;
      }
      elementary = make_metadata();
  }
  return Stream{.type = entry.type,
                .pid = entry.pid,
                .registration = entry.registration,
                .track_id = track_id,
                .pes = PesAssembler(max_size),
                .elementary = std::move(elementary)};
}

void Demuxer::deliver(Stream& stream, const PesHeader& header, base::ByteSpan payload) {
  stream.elementary->on_pes(header, payload, listener_);
}

void Demuxer::retire(Stream& stream) {
  stream.pes.flush(
      [&](const PesHeader& header, base::ByteSpan payload) { deliver(stream, header, payload); });
  stats_.damaged += stream.pes.dropped() + stream.elementary->damaged();
}

void Demuxer::flush() {
  for (Stream& stream : streams_) {
    stream.pes.flush(
        [&](const PesHeader& header, base::ByteSpan payload) { deliver(stream, header, payload); });
  }
}

void Demuxer::report_unsupported(const std::string& what) {
  if (std::ranges::find(reported_, what) != reported_.end()) return;
  if (reported_.size() == kMaxReports) return;
  reported_.push_back(what);
  listener_.on_unsupported(what);
}

DemuxerStats Demuxer::stats() const {
  DemuxerStats stats = stats_;
  for (const Stream& stream : streams_) {
    stats.damaged += stream.pes.dropped() + stream.elementary->damaged();
  }
  return stats;
}

}  // namespace media::mpegts
