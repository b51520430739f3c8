// Small files and folders. These calls block: never on a media loop.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace io {

/// The whole file. Errors: kNotFound, kLimit if it has more than `cap` bytes, kIo.
base::Expected<base::Bytes> read_file(const std::string& path, std::size_t cap);

/// Replaces the file in one step: readers see the old or the new content, also after a crash.
/// `mode` are its permissions (0600 for keys).
base::Expected<void> write_file_atomic(const std::string& path, base::ByteSpan content,
                                       unsigned mode);

/// Makes the folder and those above it; fine if it exists.
base::Expected<void> make_directories(const std::string& path);

bool file_exists(const std::string& path);

/// A new folder that is removed with everything in it at the end.
class TemporaryDirectory {
 public:
  /// Inside `parent`, or the system's place for temporary files if empty.
  static base::Expected<TemporaryDirectory> create(const std::string& parent = {});
  ~TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace io
