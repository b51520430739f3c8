#include "io/file_pieces.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/sha256_stream.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "io/work_call.h"

namespace io {

using base::ErrorCode;

class FilePieces::File {
 public:
  static base::Expected<Opened> open(const std::string& path) {
    const auto invalid = [](int number) {
      return base::fail(ErrorCode::kInvalid,
                        "cannot read the file: " + std::generic_category().message(number));
    };
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open()) return invalid(errno);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return invalid(errno);
    if (!S_ISREG(status.st_mode)) {
      return base::fail(ErrorCode::kInvalid, "cannot read the file: it is no regular file");
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return Opened{.file = std::make_shared<const File>(std::move(file), status), .size = size};
  }
  File(Descriptor descriptor, const struct stat& status)
      : descriptor_(std::move(descriptor)), status_(status) {}

  base::Expected<Piece> read(std::uint64_t offset, std::size_t length) const {
    base::Bytes content(length);
    std::size_t filled = 0;
    while (filled < length) {
      const std::span rest = std::span(content).subspan(filled);
      const ssize_t got =
          ::pread(descriptor_.get(), rest.data(), rest.size(), static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return base::fail(system_error("cannot read the file", errno));
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    struct stat now{};
    if (::fstat(descriptor_.get(), &now) != 0) {
      return base::fail(system_error("cannot read the file", errno));
    }
    const bool has_changed = filled < length || now.st_size != status_.st_size ||
                             now.st_mtim.tv_sec != status_.st_mtim.tv_sec ||
                             now.st_mtim.tv_nsec != status_.st_mtim.tv_nsec;
    if (has_changed) {
      return base::fail(ErrorCode::kConflict, "the file has changed while it was read");
    }
    const base::Sha256Digest digest = base::sha256(content);
    return Piece{.content = base::Slice::take(std::move(content)), .sha256 = digest};
  }

 private:
  const Descriptor descriptor_;
  const struct stat status_;
};

WorkThread& FilePieces::thread() {
  DCHECK(loop_.is_current());
  if (!thread_) thread_.emplace("file pieces", WorkThread::Limits());
  return *thread_;
}

std::unique_ptr<FilePieces::Pending> FilePieces::open(std::string path, Done<Opened> done) {
  return begin_work<Pending, Opened>(
      loop_, thread(), {}, 0,
      [path = std::move(path)](const auto&, const auto&) { return File::open(path); },
      std::move(done));
}

std::unique_ptr<FilePieces::Pending> FilePieces::read(std::shared_ptr<const File> file,
                                                      std::uint64_t offset, std::size_t length,
                                                      Done<Piece> done) {
  return begin_work<Pending, Piece>(
      loop_, thread(), {}, length,
      [file = std::move(file), offset, length](const auto&, const auto&) {
        return file->read(offset, length);
      },
      std::move(done));
}

std::unique_ptr<FilePieces::Pending> FilePieces::hash(std::vector<base::Slice> content,
                                                      Done<base::Sha256Digest> done) {
  std::size_t octets = 0;
  for (const base::Slice& piece : content) octets += piece.size();
  return begin_work<Pending, base::Sha256Digest>(
      loop_, thread(), {}, octets,
      [content = std::move(content)](const auto&,
                                     const auto&) -> base::Expected<base::Sha256Digest> {
        base::Sha256Stream hash;
        for (const base::Slice& piece : content) hash.update(piece.span());
        return hash.finish();
      },
      std::move(done));
}

}  // namespace io
