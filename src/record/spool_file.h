// Files of the spool that grow at their end. Blocking: on the recorder's thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "io/descriptor.h"

namespace record {

/// Writes all of it. kDiskFull when the disk (or a quota) is full; kIo.
base::Expected<void> write_fully(int descriptor, base::ByteSpan data);

/// Whether a failure says that there is no room.
bool is_out_of_space(const base::Error& error);

class SpoolFile {
 public:
  SpoolFile() = default;
  /// A new, empty one, in a folder that exists or in a new one below one that exists.
  static base::Expected<SpoolFile> create(const std::string& path);
  /// One that is there, cut to `size` octets.
  static base::Expected<SpoolFile> open(const std::string& path, std::uint64_t size);

  bool is_open() const { return file_.is_open(); }
  base::Expected<void> append(base::ByteSpan data);
  std::uint64_t size() const { return size_; }
  const io::Descriptor& file() const { return file_; }
  /// Gives the descriptor away; the file is closed for this object.
  io::Descriptor release() { return std::move(file_); }

 private:
  io::Descriptor file_;
  std::uint64_t size_ = 0;
};

/// 0 if it is not there.
std::uint64_t file_size(const std::string& path);
/// Cuts a file; nothing happens if it is not there.
void truncate_file(const std::string& path, std::uint64_t size);
/// Octets that it had; 0 if it was not there.
std::uint64_t remove_file(const std::string& path);
/// With everything in it.
void remove_folder(const std::string& path);

}  // namespace record
