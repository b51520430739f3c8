// Reads the files of recordings for the viewers of one loop, in blocks: what many watch at the same
// time is read once, and some of what was read last is kept. A file stands in the spool, in the
// object store, or for a while in both, with the same octets; the spool is asked first.
//
// On its loop only; nothing here blocks it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "io/object_store.h"

namespace record {

struct ReplayFile {
  std::string recording;  // its bucket in the spool
  std::string spool_key;  // empty: it is not in the spool
  std::string bucket;     // in the store; empty: it is not there
  std::string key;
  std::uint64_t size = 0;  // octets that are there now
};

struct ReplayFilesLimits {
  std::size_t block = std::size_t{1} << 20;
  std::size_t cache = std::size_t{64} << 20;
  std::size_t loads = 32;      // under way at the same time
  std::size_t waiting = 4096;  // blocks that wait for that
};

class ReplayFiles {
 public:
  using Done = std::move_only_function<void(base::Expected<std::vector<base::Slice>>)>;

  /// Either store may be null.
  ReplayFiles(std::unique_ptr<io::ObjectStore> spool, std::unique_ptr<io::ObjectStore> store,
              ReplayFilesLimits limits = {});
  ~ReplayFiles();

  /// The octets [offset, offset + length) of the file, which must lie inside its size, if all of
  /// them are in memory.
  std::optional<std::vector<base::Slice>> cached(const ReplayFile& file, std::uint64_t offset,
                                                 std::uint64_t length);
  /// The same, from wherever they are. `done` may be called before this returns, and is not called
  /// when this object is destroyed. Errors of io::ObjectStore::get(); kLimit: too much waits; kIo:
  /// the file is shorter than it was said to be.
  void read(const ReplayFile& file, std::uint64_t offset, std::uint64_t length, Done done);

  /// A whole object of the store, which is not kept. Errors as above.
  void fetch(io::GetObject what, io::ObjectStore::Done<base::Slice> done);
  /// A whole small file whose size is not known (`file.size` is not looked at); it is kept like a
  /// block. kLimit: it has more than kMaxPicture octets.
  void picture(const ReplayFile& file, io::ObjectStore::Done<base::Slice> done);
  static constexpr std::size_t kMaxPicture = std::size_t{4} << 20;

  std::size_t block() const { return limits_.block; }

 private:
  struct Block {
    std::string key;
    base::Slice data;
  };
  using Blocks = std::list<Block>;
  using BlockDone = std::move_only_function<void(const base::Expected<base::Slice>&)>;
  struct Load {
    ReplayFile file;
    std::uint64_t number = 0;
    std::size_t length = 0;
    bool from_spool = false;
    std::unique_ptr<io::ObjectStore::Pending> pending;
    std::vector<BlockDone> waiting;
  };
  /// A block's share of what is read.
  struct Share {
    std::uint64_t number = 0;
    std::size_t offset = 0;  // in the block
    std::size_t length = 0;
  };
  struct Gather;

  std::vector<Share> shares(std::uint64_t offset, std::uint64_t length) const;
  const base::Slice* find(const std::string& key, std::size_t length);
  void read_block(const ReplayFile& file, std::uint64_t number, BlockDone done);
  void load(const ReplayFile& file, std::uint64_t number, std::size_t length, BlockDone done);
  void start(const std::string& key);
  void ask(const std::string& key, Load& load);
  void on_loaded(const std::string& key, base::Expected<base::Slice> data);
  void keep(std::string key, base::Slice data);

  std::unique_ptr<io::ObjectStore> spool_;
  std::unique_ptr<io::ObjectStore> store_;
  const ReplayFilesLimits limits_;
  Blocks blocks_;  // the last used first
  std::unordered_map<std::string, Blocks::iterator> index_;
  std::size_t cached_octets_ = 0;
  std::map<std::string, Load> loads_;  // by block and length
  std::deque<std::string> queue_;      // of them: not begun
  std::size_t running_ = 0;
  std::map<std::uint64_t, std::unique_ptr<io::ObjectStore::Pending>> fetches_;
  std::uint64_t next_fetch_ = 1;
};

}  // namespace record
