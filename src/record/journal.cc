#include "record/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <cerrno>
#include <utility>

#include "io/files.h"
#include "record/spool_file.h"

namespace record {
namespace {

// A checkpoint holds a whole catalog.
constexpr std::size_t kMaxRecord = kMaxCatalog + 1024;
constexpr std::size_t kMaxJournal = std::size_t{512} << 20;

std::uint32_t checksum(base::ByteSpan data) {
  boost::crc_32_type crc;
  crc.process_bytes(data.data(), data.size());
  return crc.checksum();
}

// Length, checksum, record.
void frame(base::ByteWriter& out, const Record& record) {
  const std::size_t head = out.size();
  out.zeros(8);
  encode_record(out, record);
  const base::ByteSpan body = out.span().subspan(head + 8);
  out.patch_u32(head, static_cast<std::uint32_t>(body.size()));
  out.patch_u32(head + 4, checksum(body));
}

}  // namespace

JournalContents parse_journal(base::ByteSpan data) {
  JournalContents contents;
  base::ByteReader in(data);
  while (in.remaining() > 8) {
    const std::uint32_t length = in.u32();
    const std::uint32_t expected = in.u32();
    if (length > kMaxRecord || length > in.remaining()) break;
    const base::ByteSpan body = in.bytes(length);
    if (checksum(body) != expected) break;
    auto record = parse_record(body);
    if (!record) break;
    contents.records.push_back(std::move(*record));
    contents.valid = in.position();
  }
  return contents;
}

base::Expected<JournalContents> read_journal(const std::string& path) {
  auto data = io::read_file(path, kMaxJournal);
  if (!data) return base::fail(std::move(data.error()));
  return parse_journal(*data);
}

base::Expected<Journal> Journal::open(const std::string& path, std::size_t valid) {
  Journal journal(path);
  journal.file_ =
      io::Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!journal.file_.is_open()) {
    return base::fail(io::system_error("cannot open the journal of a recording", errno));
  }
  if (::ftruncate(journal.file_.get(), static_cast<off_t>(valid)) != 0) {
    return base::fail(io::system_error("cannot cut the journal of a recording", errno));
  }
  journal.size_ = valid;
  return journal;
}

void Journal::add(const Record& record) {
  frame(pending_, record);
}

base::Expected<void> Journal::flush() {
  if (pending_.size() == 0) return {};
  if (!file_.is_open()) {
    return base::fail(base::ErrorCode::kIo, "the journal of the recording cannot be written");
  }
  const base::Bytes data = pending_.take();
  pending_ = base::ByteWriter();
  if (auto written = write_fully(file_.get(), data); !written) {
    file_.reset();
    return written;
  }
  size_ += data.size();
  return {};
}

base::Expected<void> Journal::replace(const std::vector<Record>& records) {
  if (auto flushed = flush(); !flushed) return flushed;
  base::ByteWriter out(4096);
  for (const Record& record : records) frame(out, record);
  const base::Bytes data = out.take();
  if (auto written = io::write_file_atomic(path_, data, 0640); !written) return written;
  auto reopened = Journal::open(path_, data.size());
  if (!reopened) return base::fail(std::move(reopened.error()));
  *this = std::move(*reopened);
  return {};
}

}  // namespace record
