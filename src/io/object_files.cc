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

  const fs::path path = path_of(object.name);
  const auto write = [&]() -> base::Expected<void> {
    for (const base::Slice& piece : object.content) {
      if (auto written = write_all(file.get(), piece.span()); !written) return written;
    }
    if (::fchmod(file.get(), 0644) != 0 || ::fsync(file.get()) != 0) {
      return base::fail(file_error("cannot write the object", errno));
    }
    if (auto made = make_folders(path.parent_path()); !made) return made;
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      return base::fail(file_error("cannot put the object in its place", errno));
    }
    return {};
  };
  auto written = write();
  if (!written) {
    (void)::unlink(temporary.c_str());  // the first failure is what matters
    if (written.error().code == ErrorCode::kNotFound) written.error().code = ErrorCode::kIo;
    return written;
  }
  sync_folder(path.parent_path());
  return {};
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
