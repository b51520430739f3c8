// Files, piece by piece, and the hashes of what is to be sent, without blocking the loop: a thread
// reads and hashes, in order. Made, used and destroyed on one loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/error.h"
#include "base/slice.h"
#include "io/work_thread.h"

namespace io {

class Loop;

class FilePieces {
 public:
  /// An open file; it is read from the thread only.
  class File;
  struct Opened {
    std::shared_ptr<const File> file;  // shared with what the thread has still to read
    std::uint64_t size = 0;
  };
  struct Piece {
    base::Slice content;
    base::Sha256Digest sha256{};
  };
  /// Something under way; destroying it gives up: `done` is destroyed without being called.
  class Pending {
   public:
    virtual ~Pending() = default;
  };
  /// Called once on the loop, never from inside the call that began it; may destroy its Pending.
  template <class Result>
  using Done = std::move_only_function<void(base::Expected<Result>)>;

  /// The thread begins with the first call.
  explicit FilePieces(Loop& loop) : loop_(loop) {}
  /// Waits for the one piece that is being read.
  ~FilePieces() = default;
  FilePieces(const FilePieces&) = delete;
  FilePieces& operator=(const FilePieces&) = delete;

  // kLimit: too much waits.

  /// kInvalid: it is missing, unreadable or no regular file.
  [[nodiscard]] std::unique_ptr<Pending> open(std::string path, Done<Opened> done);
  /// Exactly `length` octets. kConflict: the file is not as it was when it was opened.
  [[nodiscard]] std::unique_ptr<Pending> read(std::shared_ptr<const File> file,
                                              std::uint64_t offset, std::size_t length,
                                              Done<Piece> done);
  /// Of all of them, one behind the other.
  [[nodiscard]] std::unique_ptr<Pending> hash(std::vector<base::Slice> content,
                                              Done<base::Sha256Digest> done);

 private:
  WorkThread& thread();

  Loop& loop_;
  std::optional<WorkThread> thread_;
};

}  // namespace io
