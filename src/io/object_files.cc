#include "io/object_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/bytes.h"
#include "base/crypto.h"
#include "io/descriptor.h"
#include "io/files.h"

namespace io {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr std::size_t kMaxKey = 1024;  // octets, see ObjectName

// The operating system's words, without the path: keys may be long, and callers know them.
base::Error file_error(std::string_view what, int number) {
  base::Error error = system_error(what, number);
  if (number == EACCES || number == EPERM || number == EROFS) error.code = ErrorCode::kUnauthorized;
  if (number == ENOTDIR || number == EISDIR) error.code = ErrorCode::kConflict;
  if (number == ENAMETOOLONG) error.code = ErrorCode::kInvalid;
  return error;
}

base::WallTime modified_at(const struct stat& status) {
  return base::WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                        std::chrono::microseconds(status.st_mtim.tv_nsec / 1000));
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) (void)::fsync(opened.get());  // some file systems cannot
}

// Each new folder is on the disk before anything is put into it.
base::Expected<void> make_folders(const fs::path& path) {
  if (::mkdir(path.c_str(), 0777) == 0) {
    sync_folder(path.parent_path());
    return {};
  }
  if (errno == EEXIST) return {};
  if (errno != ENOENT) return base::fail(file_error("cannot make a folder", errno));
  if (auto made = make_folders(path.parent_path()); !made) return made;
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    return base::fail(file_error("cannot make a folder", errno));
  }
  sync_folder(path.parent_path());
  return {};
}

base::Expected<void> write_all(int descriptor, base::ByteSpan content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return base::fail(file_error("cannot write the object", errno));
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

constexpr std::size_t kCopyPiece = std::size_t{1} << 20;
// How often somebody else's removal of an empty folder may come between.
constexpr int kMaxAttempts = 8;

bool is_same_state(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// To the file's end; false if `wanted` says no.
template <class Wanted>
base::Expected<bool> copy_all(int from, int to, Wanted wanted) {
  base::Bytes piece(kCopyPiece);
  while (wanted()) {
    const ssize_t got = ::read(from, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::fail(file_error("cannot read the file", errno));
    if (got == 0) return true;
    const auto content = base::ByteSpan(piece).first(static_cast<std::size_t>(got));
    if (auto written = write_all(to, content); !written) {
      return base::fail(std::move(written.error()));
    }
  }
  return false;
}

struct Entry {
  std::string name;  // folders end with '/', which is how their keys sort
  bool is_folder = false;
};

// Goes through a bucket in the order of keys.
class Walk {
 public:
  Walk(const std::string& bucket, const ListObjects& which) : bucket_(bucket), which_(which) {}

  /// False once the page is full.
  base::Expected<bool> folder(const std::string& above) {
    std::vector<Entry> entries;
    std::error_code error;
    for (fs::directory_iterator file(bucket_ + "/" + above, error), end; !error && file != end;
         file.increment(error)) {
      std::string name = file->path().filename().string();
      if (above.empty() && name == ObjectFiles::kIncoming) continue;
      std::error_code ignored;  // it may have gone meanwhile
      const bool is_folder = file->is_directory(ignored);
      if (is_folder) name += '/';
      if (is_wanted(above + name, is_folder)) entries.push_back({std::move(name), is_folder});
    }
    // A folder that has gone meanwhile has nothing in it.
    if (error && error != std::errc::no_such_file_or_directory) {
      return base::fail(file_error("cannot read a folder", error.value()));
    }
    std::ranges::sort(entries, {}, &Entry::name);
    for (const Entry& entry : entries) {
      const auto goes_on =
          entry.is_folder ? folder(above + entry.name) : base::Expected<bool>(file(above, entry));
      if (!goes_on || !*goes_on) return goes_on;
    }
    return true;
  }

  ObjectPage page;

 private:
  bool is_wanted(std::string_view key, bool is_folder) const {
    const std::string_view prefix = which_.prefix;
    const std::string_view after = which_.after;
    if (key.size() > kMaxKey) return false;  // no object; links may lead round in circles
    if (!is_folder) return key.starts_with(prefix) && key > after;
    return (key.starts_with(prefix) || prefix.starts_with(key)) &&
           (key > after || after.starts_with(key));
  }
  bool file(const std::string& above, const Entry& entry) {
    const std::string key = above + entry.name;
    struct stat status{};
    const std::string path = bucket_ + "/" + key;
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return true;
    if (page.objects.size() == which_.limit) {
      page.next = page.objects.back().key;
      return false;
    }
    page.objects.push_back({.key = key,
                            .size = static_cast<std::uint64_t>(status.st_size),
                            .modified_at = modified_at(status)});
    return true;
  }

  const std::string& bucket_;
  const ListObjects& which_;
};

}  // namespace

std::string ObjectFiles::path_of(const ObjectName& name) const {
  return root_ + "/" + name.bucket + "/" + name.key;
}

base::Expected<void> ObjectFiles::put(const PutObject& object) const {
  const std::string incoming = root_ + "/" + object.name.bucket + "/" + std::string(kIncoming);
  if (auto made = make_folders(incoming); !made) return made;
  std::string temporary = incoming + "/XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.is_open()) return base::fail(file_error("cannot make a file", errno));

  const auto write = [&]() -> base::Expected<void> {
    for (const base::Slice& piece : object.content) {
      if (auto written = write_all(file.get(), piece.span()); !written) return written;
    }
    if (::fchmod(file.get(), 0644) != 0 || ::fsync(file.get()) != 0) {
      return base::fail(file_error("cannot write the object", errno));
    }
    return move_into_place(temporary, object.name);
  };
  auto written = write();
  if (!written) (void)::unlink(temporary.c_str());  // the first failure is what matters
  return written;
}

base::Expected<void> ObjectFiles::move_into_place(const std::string& temporary,
                                                  const ObjectName& name) const {
  const fs::path path = path_of(name);
  for (int attempt = 1;; ++attempt) {
    auto made = make_folders(path.parent_path());
    if (made && ::rename(temporary.c_str(), path.c_str()) == 0) {
      sync_folder(path.parent_path());
      return {};
    }
    // A folder that is not there has been removed since by whoever found it empty.
    base::Error error =
        made ? file_error("cannot put the object in its place", errno) : std::move(made.error());
    if (error.code == ErrorCode::kNotFound && attempt < kMaxAttempts) continue;
    if (error.code == ErrorCode::kNotFound) error.code = ErrorCode::kIo;
    return base::fail(std::move(error));
  }
}

base::Expected<void> ObjectFiles::put_file(const PutFile& file, const std::atomic<bool>& given_up,
                                           const std::atomic<bool>& stopping) const {
  const auto invalid = [](std::string why) {
    return base::fail(ErrorCode::kInvalid, "cannot read the file: " + std::move(why));
  };
  const Descriptor source(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source.is_open()) return invalid(std::generic_category().message(errno));
  struct stat before{};
  if (::fstat(source.get(), &before) != 0) return invalid(std::generic_category().message(errno));
  if (!S_ISREG(before.st_mode)) return invalid("it is no regular file");
  if (static_cast<std::uint64_t>(before.st_size) > ObjectStore::kMaxFile) {
    return base::fail(ErrorCode::kLimit, "the file has more than " +
                                             std::to_string(ObjectStore::kMaxFile) + " octets");
  }
  // What is only in memory yet would be lost with the machine, under whatever name.
  if (::fsync(source.get()) != 0) return base::fail(file_error("cannot write the file", errno));

  const std::string incoming = root_ + "/" + file.name.bucket + "/" + std::string(kIncoming);
  if (auto made = make_folders(incoming); !made) return made;
  const std::string link = incoming + "/" + base::to_hex(base::random_octets(12));
  if (::link(file.path.c_str(), link.c_str()) == 0) {
    (void)::fchmod(source.get(), 0644);  // somebody else's file stays as readable as it is
    auto moved = move_into_place(link, file.name);
    // It is still there if the object was this very file already.
    (void)::unlink(link.c_str());
    return moved;
  }

  // Another file system, or one without links, or somebody else's file.
  std::string temporary = incoming + "/XXXXXX";
  const Descriptor copy(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!copy.is_open()) return base::fail(file_error("cannot make a file", errno));
  const auto write = [&]() -> base::Expected<void> {
    auto whole = copy_all(source.get(), copy.get(), [&] { return !given_up && !stopping; });
    if (!whole) return base::fail(std::move(whole.error()));
    if (!*whole) return base::fail(ErrorCode::kClosed, "nobody waits for the object any more");
    struct stat after{};
    if (::fstat(source.get(), &after) != 0 || !is_same_state(before, after)) {
      return base::fail(ErrorCode::kConflict, "the file has changed while it was copied");
    }
    if (::fchmod(copy.get(), 0644) != 0 || ::fsync(copy.get()) != 0) {
      return base::fail(file_error("cannot write the object", errno));
    }
    return move_into_place(temporary, file.name);
  };
  auto written = write();
  if (!written) (void)::unlink(temporary.c_str());
  return written;
}

base::Expected<base::Slice> ObjectFiles::get(const GetObject& object) const {
  const Descriptor file(::open(path_of(object.name).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) {
    // Something below what is no folder is simply not there.
    return base::fail(file_error("cannot read the object", errno == ENOTDIR ? ENOENT : errno));
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) {
    return base::fail(file_error("cannot read the object", errno));
  }
  if (!S_ISREG(status.st_mode)) return base::fail(file_error("no object", ENOENT));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::uint64_t offset = std::min(object.offset, size);
  const std::uint64_t wanted = std::min(object.length.value_or(size), size - offset);
  if (wanted > object.max_size) {
    return base::fail(ErrorCode::kLimit, "the object has " + std::to_string(wanted) +
                                             " octets, which is more than was asked for");
  }
  base::Bytes content(static_cast<std::size_t>(wanted));
  std::size_t filled = 0;
  while (filled < content.size()) {
    const std::span rest = std::span(content).subspan(filled);
    const ssize_t got =
        ::pread(file.get(), rest.data(), rest.size(), static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::fail(file_error("cannot read the object", errno));
    if (got == 0) break;  // somebody else has cut it
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return base::Slice::take(std::move(content));
}

base::Expected<ObjectInfo> ObjectFiles::head(const ObjectName& name) const {
  struct stat status{};
  if (::stat(path_of(name).c_str(), &status) != 0) {
    return base::fail(file_error("cannot look at the object", errno == ENOTDIR ? ENOENT : errno));
  }
  if (!S_ISREG(status.st_mode)) return base::fail(file_error("no object", ENOENT));
  return ObjectInfo{.key = name.key,
                    .size = static_cast<std::uint64_t>(status.st_size),
                    .modified_at = modified_at(status)};
}

base::Expected<ObjectPage> ObjectFiles::list(const ListObjects& which) const {
  const std::string bucket = root_ + "/" + which.bucket;
  Walk walk(bucket, which);
  auto walked = walk.folder("");
  if (!walked) return base::fail(std::move(walked.error()));
  return std::move(walk.page);
}

base::Expected<void> ObjectFiles::remove(const ObjectName& name) const {
  const fs::path path = path_of(name);
  if (::unlink(path.c_str()) != 0) {
    // A folder is no object.
    if (errno == ENOENT || errno == ENOTDIR || errno == EISDIR) return {};
    return base::fail(file_error("cannot remove the object", errno));
  }
  sync_folder(path.parent_path());
  // Folders that are empty now go too, as far as the bucket.
  const fs::path bucket = fs::path(root_) / name.bucket;
  for (fs::path folder = path.parent_path(); folder != bucket; folder = folder.parent_path()) {
    if (::rmdir(folder.c_str()) != 0) break;
  }
  return {};
}

void ObjectFiles::clean_up(base::WallTime before) const {
  std::error_code ignored;  // what cannot be read or removed harms nobody
  for (fs::directory_iterator bucket(root_, ignored), end; !ignored && bucket != end;
       bucket.increment(ignored)) {
    std::error_code error;
    for (fs::directory_iterator file(bucket->path() / kIncoming, error); !error && file != end;
         file.increment(error)) {
      struct stat status{};
      if (::stat(file->path().c_str(), &status) == 0 && modified_at(status) < before) {
        (void)::unlink(file->path().c_str());
      }
    }
  }
}

}  // namespace io
