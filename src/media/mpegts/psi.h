// Program specific information (ISO/IEC 13818-1 section 2.4.4): the two tables that say what a
// transport stream holds. Read and written here and nowhere else.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "media/mpegts/packet.h"

namespace media::mpegts {

/// Largest section: header, 12-bit length of at most 1021 (section 2.4.4.5).
inline constexpr std::size_t kMaxSectionSize = 3 + 1021;

/// CRC-32 of annex A; over a section with its CRC it is zero.
std::uint32_t crc32(base::ByteSpan data);

struct Program {
  std::uint16_t number = 0;
  std::uint16_t pmt_pid = 0;
};

/// Program association table. The network's entry (program 0) is not kept.
struct Pat {
  std::uint8_t version = 0;
  std::vector<Program> programs;
};

struct ElementaryStream {
  StreamType type = StreamType::kPrivateData;
  std::uint16_t pid = 0;
  /// format_identifier of a registration descriptor ("Opus", "AC-3", ...), 0 without one.
  std::uint32_t registration = 0;
};

/// Program map table.
struct Pmt {
  std::uint16_t program = 1;
  std::uint8_t version = 0;
  std::uint16_t pcr_pid = kNullPid;
  std::vector<ElementaryStream> streams;
};

/// Whole sections with their CRC. Streams of kMetadata get the descriptors that Apple asks for, in
/// the program's information and in their own. At most 16 streams: so that a section fits a packet.
base::Bytes write_pat(const Pat& pat);
base::Bytes write_pmt(const Pmt& pmt);

/// `section` is exactly one section; its CRC is checked. kMalformed when anything does not fit;
/// kUnsupported for a section that is not yet applicable or is one of several.
base::Expected<Pat> parse_pat(base::ByteSpan section);
base::Expected<Pmt> parse_pmt(base::ByteSpan section);

}  // namespace media::mpegts
