#include "record/spool_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "io/files.h"

namespace record {

base::Expected<void> write_fully(int descriptor, base::ByteSpan data) {
  while (!data.empty()) {
    const ssize_t written = ::write(descriptor, data.data(), data.size());
    if (written >= 0) {
      data = data.subspan(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
      return base::fail(base::ErrorCode::kDiskFull, "the disk of the recording spool is full");
    }
    return base::fail(io::system_error("cannot write to the recording spool", errno));
  }
  return {};
}

bool is_out_of_space(const base::Error& error) {
  return error.code == base::ErrorCode::kDiskFull;
}

base::Expected<SpoolFile> SpoolFile::create(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC;
  SpoolFile file;
  file.file_ = io::Descriptor(::open(path.c_str(), kFlags, 0640));
  if (!file.is_open() && errno == ENOENT) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    if (auto made = io::make_directories(folder); !made) {
      return base::fail(std::move(made.error()));
    }
    file.file_ = io::Descriptor(::open(path.c_str(), kFlags, 0640));
  }
  if (!file.is_open()) {
    if (errno == ENOSPC || errno == EDQUOT) {
      return base::fail(base::ErrorCode::kDiskFull, "the disk of the recording spool is full");
    }
    return base::fail(io::system_error("cannot make a file in the recording spool", errno));
  }
  return file;
}

base::Expected<SpoolFile> SpoolFile::open(const std::string& path, std::uint64_t size) {
  SpoolFile file;
  file.file_ = io::Descriptor(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file.is_open() || ::ftruncate(file.file_.get(), static_cast<off_t>(size)) != 0) {
    return base::fail(io::system_error("cannot go on with a file of the recording spool", errno));
  }
  file.size_ = size;
  return file;
}

base::Expected<void> SpoolFile::append(base::ByteSpan data) {
  auto written = write_fully(file_.get(), data);
  if (written) size_ += data.size();
  return written;
}

std::uint64_t file_size(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

void truncate_file(const std::string& path, std::uint64_t size) {
  if (file_size(path) <= size) return;
  (void)::truncate(path.c_str(), static_cast<off_t>(size));  // readers look at the catalog only
}

std::uint64_t remove_file(const std::string& path) {
  const std::uint64_t size = file_size(path);
  return ::unlink(path.c_str()) == 0 ? size : 0;
}

void remove_folder(const std::string& path) {
  std::error_code ignored;  // what is left is found at the next start
  std::filesystem::remove_all(path, ignored);
}

}  // namespace record
