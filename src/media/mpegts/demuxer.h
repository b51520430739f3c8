// Takes an MPEG transport stream apart as it arrives, in pieces of any size: SRT ingest. It finds
// packets again after damage, follows the first program of the PAT through changes of its map, and
// hands samples to a listener. ISO/IEC 13818-1.
//
// Latency: see PesAssembler. Memory: at most kMaxStreams streams, kMaxVideoPes bytes for a picture
// and kMaxOtherPes for anything else; nothing is kept for PIDs that the map does not name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "media/mpegts/demuxer_listener.h"
#include "media/mpegts/elementary.h"
#include "media/mpegts/pes_assembler.h"
#include "media/mpegts/psi.h"
#include "media/mpegts/section_assembler.h"

namespace media::mpegts {

/// What went wrong on the way, since the beginning.
struct DemuxerStats {
  std::uint64_t packets = 0;
  std::uint64_t skipped_bytes = 0;      // between packets, looking for the next one
  std::uint64_t continuity_errors = 0;  // gaps in a PID's counter
  std::uint64_t corrupt_packets = 0;    // flagged by transport, scrambled or malformed
  std::uint64_t bad_tables = 0;         // PAT or PMT with a wrong CRC or layout
  std::uint64_t damaged = 0;            // PES packets and frames that could not be used
};

class Demuxer {
 public:
  static constexpr std::size_t kMaxStreams = 16;
  static constexpr std::size_t kMaxVideoPes = 8 * 1024 * 1024;
  static constexpr std::size_t kMaxOtherPes = 128 * 1024;

  /// `listener` outlives the demuxer.
  explicit Demuxer(DemuxerListener& listener) : listener_(listener) {}

  void push(base::ByteSpan data);
  /// The stream has ended: delivers what is complete only because nothing follows.
  void flush();

  DemuxerStats stats() const;

 private:
  struct Stream {
    StreamType type = StreamType::kPrivateData;
    std::uint16_t pid = 0;
    std::uint32_t registration = 0;
    std::uint32_t track_id = 0;  // video and audio
    PesAssembler pes;
    std::unique_ptr<Elementary> elementary;
    std::optional<std::uint8_t> counter = {};  // of the last packet with payload
  };
  enum class Continuity { kGood, kRepeated, kBroken };

  /// Takes whole packets off the front of `data`; returns how many bytes it has used.
  std::size_t consume(base::ByteSpan data);
  void on_packet(base::ByteSpan packet);
  void on_payload(std::uint16_t pid, base::ByteSpan payload, bool start, std::uint8_t counter,
                  bool discontinuity);
  Continuity check(std::optional<std::uint8_t>& last, std::uint8_t counter, bool discontinuity);
  void on_table_payload(SectionAssembler& sections, std::optional<std::uint8_t>& last,
                        base::ByteSpan payload, bool start, std::uint8_t counter,
                        bool discontinuity);
  void on_pat(base::ByteSpan section);
  void on_pmt(base::ByteSpan section);
  std::optional<Stream> make_stream(const ElementaryStream& entry);
  std::uint32_t free_track_id(bool (*is_kind)(StreamType)) const;
  void deliver(Stream& stream, const PesHeader& header, base::ByteSpan payload);
  void retire(Stream& stream);
  void report_unsupported(const std::string& what);

  DemuxerListener& listener_;
  DemuxerStats stats_;
  base::Bytes carry_;  // the beginning of a packet
  bool in_step_ = false;

  SectionAssembler pat_sections_;
  SectionAssembler pmt_sections_;
  std::optional<std::uint8_t> pat_counter_;
  std::optional<std::uint8_t> pmt_counter_;
  std::optional<Program> program_;
  base::Bytes pmt_;  // the section in force
  std::vector<Stream> streams_;
  std::vector<std::string> reported_;
};

}  // namespace media::mpegts
