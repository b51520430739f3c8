#include "io/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "io/descriptor.h"

namespace io {
namespace {

base::Expected<void> write_all(int descriptor, base::ByteSpan content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return base::fail(system_error("cannot write " + path, errno));
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

base::Expected<base::Bytes> read_file(const std::string& path, std::size_t cap) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return base::fail(system_error("cannot open " + path, errno));
  base::Bytes out;
  constexpr std::size_t kPiece = 64 * 1024;
  while (true) {
    const std::size_t filled = out.size();
    out.resize(filled + kPiece);
    const ssize_t got = ::read(file.get(), out.data() + filled, kPiece);
    if (got < 0 && errno != EINTR) {
      return base::fail(system_error("cannot read " + path, errno));
    }
    out.resize(filled + static_cast<std::size_t>(got < 0 ? 0 : got));
    if (out.size() > cap) {
      return base::fail(base::ErrorCode::kLimit,
                        path + " has more than " + std::to_string(cap) + " bytes");
    }
    if (got == 0) return out;
  }
}

base::Expected<void> write_file_atomic(const std::string& path, base::ByteSpan content,
                                       unsigned mode) {
  std::string temporary = path + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.is_open()) return base::fail(system_error("cannot create " + temporary, errno));
  auto written = write_all(file.get(), content, path);
  if (written && (::fchmod(file.get(), static_cast<mode_t>(mode)) != 0 ||
                  ::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0)) {
    written = base::fail(system_error("cannot write " + path, errno));
  }
  if (!written) {
    (void)::unlink(temporary.c_str());  // the first failure is what matters
    return written;
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor parent(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.is_open()) (void)::fsync(parent.get());  // some file systems cannot
  return {};
}

base::Expected<void> make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && !std::filesystem::is_directory(path, error)) {
    return base::fail(base::ErrorCode::kConflict, path + " is not a folder");
  }
  if (error) return base::fail(system_error("cannot make folder " + path, error.value()));
  return {};
}

bool file_exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

base::Expected<TemporaryDirectory> TemporaryDirectory::create(const std::string& parent) {
  std::error_code error;
  std::string path = parent.empty() ? std::filesystem::temp_directory_path(error).string() : parent;
  if (error) path = "/tmp";
  path += "/rostrum-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return base::fail(system_error("cannot make folder " + path, errno));
  }
  return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, std::string())) {}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) {
    base::log_warn("temporary folder not removed", {{"path", path_}, {"error", error.message()}});
  }
}

}  // namespace io
