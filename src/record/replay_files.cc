#include "record/replay_files.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "record/replay_metrics.h"

namespace record {
namespace {

using base::ErrorCode;

/// In place of a block's number: all of the file.
constexpr std::uint64_t kWhole = std::numeric_limits<std::uint64_t>::max();

std::string block_key(const ReplayFile& file, std::uint64_t number) {
  // The store's name is the better one: a time shift has none.
  const std::string& name = file.key.empty() ? file.spool_key : file.key;
  return file.recording + "/" + name + "#" + std::to_string(number);
}

}  // namespace

/// What belongs to one read(). Shared by its blocks' callbacks, all on the loop.
struct ReplayFiles::Gather {
  std::vector<base::Slice> parts;
  std::size_t missing = 0;
  Done done;
};

ReplayFiles::ReplayFiles(std::unique_ptr<io::ObjectStore> spool,
                         std::unique_ptr<io::ObjectStore> store, ReplayFilesLimits limits)
    : spool_(std::move(spool)), store_(std::move(store)), limits_(limits) {}

ReplayFiles::~ReplayFiles() = default;

std::vector<ReplayFiles::Share> ReplayFiles::shares(std::uint64_t offset,
                                                    std::uint64_t length) const {
  std::vector<Share> shares;
  while (length > 0) {
    const std::uint64_t number = offset / limits_.block;
    const auto inside = static_cast<std::size_t>(offset % limits_.block);
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(length, limits_.block - inside));
    shares.push_back({number, inside, count});
    offset += count;
    length -= count;
  }
  return shares;
}

const base::Slice* ReplayFiles::find(const std::string& key, std::size_t length) {
  const auto found = index_.find(key);
  // A file that grows may have more in the block by now.
  if (found == index_.end() || found->second->data.size() < length) return nullptr;
  blocks_.splice(blocks_.begin(), blocks_, found->second);
  return &found->second->data;
}

std::optional<std::vector<base::Slice>> ReplayFiles::cached(const ReplayFile& file,
                                                            std::uint64_t offset,
                                                            std::uint64_t length) {
  CHECK(offset + length <= file.size);
  std::vector<base::Slice> parts;
  for (const Share& share : shares(offset, length)) {
    const base::Slice* block = find(block_key(file, share.number), share.offset + share.length);
    if (block == nullptr) return std::nullopt;
    parts.push_back(block->sub(share.offset, share.length));
  }
  replay_cache_hits().add(parts.size());
  return parts;
}

void ReplayFiles::read(const ReplayFile& file, std::uint64_t offset, std::uint64_t length,
                       Done done) {
  if (auto parts = cached(file, offset, length)) {
    done(std::move(*parts));
    return;
  }
  const std::vector<Share> wanted = shares(offset, length);
  const auto gather = std::make_shared<Gather>();
  gather->parts.resize(wanted.size());
  gather->missing = wanted.size();
  gather->done = std::move(done);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    read_block(file, wanted[i].number,
               [gather, share = wanted[i], i](const base::Expected<base::Slice>& block) {
                 if (!gather->done) return;  // it has failed already
                 if (!block) {
                   std::exchange(gather->done, nullptr)(base::fail(block.error()));
                   return;
                 }
                 if (block->size() < share.offset + share.length) {
                   std::exchange(gather->done, nullptr)(
                       base::fail(ErrorCode::kIo, "a file of the recording is too short"));
                   return;
                 }
                 gather->parts[i] = block->sub(share.offset, share.length);
                 if (--gather->missing > 0) return;
                 std::exchange(gather->done, nullptr)(std::move(gather->parts));
               });
  }
}

void ReplayFiles::read_block(const ReplayFile& file, std::uint64_t number, BlockDone done) {
  const std::uint64_t begin = number * limits_.block;
  load(file, number,
       static_cast<std::size_t>(std::min<std::uint64_t>(limits_.block, file.size - begin)),
       std::move(done));
}

void ReplayFiles::picture(const ReplayFile& file, io::ObjectStore::Done<base::Slice> done) {
  load(file, kWhole, 0,
       [done = std::move(done)](const base::Expected<base::Slice>& data) mutable { done(data); });
}

void ReplayFiles::load(const ReplayFile& file, std::uint64_t number, std::size_t length,
                       BlockDone done) {
  const std::string key = block_key(file, number);
  if (const base::Slice* block = find(key, length)) {
    replay_cache_hits().add();
    done(base::Slice(*block));
    return;
  }
  const std::string name = key + ":" + std::to_string(length);
  if (const auto found = loads_.find(name); found != loads_.end()) {
    replay_cache_hits().add();
    found->second.waiting.push_back(std::move(done));
    return;
  }
  if (queue_.size() >= limits_.waiting) {
    done(base::fail(ErrorCode::kLimit, "too much is being read"));
    return;
  }
  replay_cache_misses().add();
  Load& begun = loads_[name];
  begun.file = file;
  begun.number = number;
  begun.length = length;
  begun.from_spool = spool_ != nullptr && !file.spool_key.empty();
  begun.waiting.push_back(std::move(done));
  if (running_ < limits_.loads) {
    start(name);
  } else {
    queue_.push_back(name);
  }
}

void ReplayFiles::start(const std::string& key) {
  ++running_;
  ask(key, loads_.at(key));
}

void ReplayFiles::ask(const std::string& key, Load& load) {
  const bool spool = load.from_spool;
  io::ObjectStore* store = spool ? spool_.get() : store_.get();
  if (store == nullptr || (!spool && load.file.bucket.empty())) {
    on_loaded(key, base::fail(ErrorCode::kNotFound, "a file of the recording has gone"));
    return;
  }
  io::GetObject what{.name = spool ? io::ObjectName{load.file.recording, load.file.spool_key}
                                   : io::ObjectName{load.file.bucket, load.file.key}};
  if (load.number == kWhole) {
    what.max_size = kMaxPicture;
  } else {
    what.offset = load.number * limits_.block;
    what.length = load.length;
    what.max_size = limits_.block;
  }
  load.pending = store->get(std::move(what), [this, key](base::Expected<base::Slice> data) {
    on_loaded(key, std::move(data));
  });
}

void ReplayFiles::on_loaded(const std::string& name, base::Expected<base::Slice> data) {
  const auto found = loads_.find(name);
  CHECK(found != loads_.end());
  Load& load = found->second;
  if (!data && load.from_spool && data.error().code == ErrorCode::kNotFound) {
    load.from_spool = false;         // stored meanwhile, or before
    const std::string again = name;  // `name` may belong to what is replaced
    ask(again, load);
    return;
  }
  const auto ended = loads_.extract(found);
  --running_;
  if (data && (ended.mapped().number == kWhole || data->size() == ended.mapped().length)) {
    keep(block_key(ended.mapped().file, ended.mapped().number), *data);
  }
  for (BlockDone& done : ended.mapped().waiting) done(data);
  while (running_ < limits_.loads && !queue_.empty()) {
    const std::string next = std::move(queue_.front());
    queue_.pop_front();
    start(next);
  }
}

void ReplayFiles::fetch(io::GetObject what, io::ObjectStore::Done<base::Slice> done) {
  if (store_ == nullptr) {
    done(base::fail(ErrorCode::kNotFound, "there is no store of objects"));
    return;
  }
  const std::uint64_t number = next_fetch_++;
  auto pending =
      store_->get(std::move(what),
                  [this, number, done = std::move(done)](base::Expected<base::Slice> data) mutable {
                    const auto ended = fetches_.extract(number);
                    done(std::move(data));
                  });
  fetches_.emplace(number, std::move(pending));
}

void ReplayFiles::keep(std::string key, base::Slice data) {
  if (const auto old = index_.find(key); old != index_.end()) {
    cached_octets_ -= old->second->data.size();
    blocks_.erase(old->second);
    index_.erase(old);
  }
  cached_octets_ += data.size();
  blocks_.push_front({key, std::move(data)});
  index_.emplace(std::move(key), blocks_.begin());
  while (cached_octets_ > limits_.cache && blocks_.size() > 1) {
    cached_octets_ -= blocks_.back().data.size();
    index_.erase(blocks_.back().key);
    blocks_.pop_back();
  }
}

}  // namespace record
