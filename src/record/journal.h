// The journal of one recording: a file that only grows, of records with a checksum each. What a
// crash left half-written at its end does not count. Blocking: on the recorder's thread.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/descriptor.h"
#include "record/journal_records.h"

namespace record {

struct JournalContents {
  std::vector<Record> records;
  std::size_t valid = 0;  // octets that they take; what is behind them is of no use
};
/// Every record up to the first one that is cut off, damaged or unknown.
JournalContents parse_journal(base::ByteSpan data);
/// The same of a file. kNotFound, kLimit, kIo.
base::Expected<JournalContents> read_journal(const std::string& path);

class Journal {
 public:
  /// An empty one, or one that goes on behind its first `valid` octets (the rest is cut off).
  static base::Expected<Journal> open(const std::string& path, std::size_t valid);

  /// Kept until flush().
  void add(const Record& record);
  /// In one write. After an error nothing more can be written.
  base::Expected<void> flush();
  /// Octets of the file, with what waits for flush().
  std::size_t size() const { return size_ + pending_.size(); }
  /// Puts these records in the place of all that was written, in one step, and goes on there.
  base::Expected<void> replace(const std::vector<Record>& records);
  const io::Descriptor& file() const { return file_; }

 private:
  explicit Journal(std::string path) : path_(std::move(path)) {}

  std::string path_;
  io::Descriptor file_;
  std::size_t size_ = 0;
  base::ByteWriter pending_;
};

}  // namespace record
