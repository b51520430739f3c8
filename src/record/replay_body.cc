#include "record/replay_body.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "record/layout.h"
#include "wire/http/representation.h"

namespace record {
namespace {

class FileBody final : public ReplayBody {
 public:
  FileBody(ReplayFiles& files, ReplayFile file, std::uint64_t offset, std::uint64_t length)
      : files_(files), file_(std::move(file)), at_(offset), end_(offset + length) {}

  void next(Done done) override {
    const std::uint64_t begin = at_;
    const std::uint64_t length = std::min<std::uint64_t>(end_ - begin, to_block_end(begin));
    if (length == 0) {
      done(std::vector<base::Slice>());
      return;
    }
    at_ += length;
    const std::weak_ptr<bool> alive = alive_;
    files_.read(file_, begin, length, [alive, done = std::move(done)](auto parts) mutable {
      if (!alive.expired()) done(std::move(parts));
    });
    if (alive.expired()) return;  // that was the end of it
    // The block behind it comes while this one is sent.
    const std::uint64_t ahead = std::min<std::uint64_t>(end_ - at_, to_block_end(at_));
    if (ahead > 0) files_.read(file_, at_, ahead, [](const auto&) {});
  }

 private:
  std::uint64_t to_block_end(std::uint64_t at) const {
    return files_.block() - at % files_.block();
  }

  ReplayFiles& files_;
  const ReplayFile file_;
  std::uint64_t at_;
  const std::uint64_t end_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // weakly held by reads
};

class MovieBody final : public ReplayBody {
 public:
  MovieBody(ReplayFiles& files, Workshop& workshop, const ReplayEntry& entry, std::size_t rendition,
            std::shared_ptr<const MoviePlan> plan, std::uint64_t offset, std::uint64_t length)
      : files_(files),
        workshop_(workshop),
        entry_(entry),
        rendition_(entry_.catalog->renditions.at(rendition)),
        plan_(std::move(plan)),
        at_(offset),
        end_(offset + length) {}

  void next(Done done) override {
    if (at_ == end_) {
      done(std::vector<base::Slice>());
      return;
    }
    const std::uint64_t head = plan_->head.size();
    if (at_ < head) {
      constexpr std::uint64_t kStep = 1 << 20;
      const std::uint64_t count = std::min({head - at_, end_ - at_, kStep});
      base::Slice piece =
          plan_->head.sub(static_cast<std::size_t>(at_), static_cast<std::size_t>(count));
      at_ += count;
      done(std::vector<base::Slice>{std::move(piece)});
      return;
    }
    done_ = std::move(done);
    if (reader_ == nullptr) {
      begin_segment();
    } else {
      read_on();
    }
  }

 private:
  const CatalogSegment& segment() const { return rendition_.segments[share_->index]; }

  void fail(base::Error error) { std::exchange(done_, nullptr)(base::fail(std::move(error))); }

  /// The segment that has the octet at `at_`.
  void begin_segment() {
    const std::uint64_t place = at_ - plan_->head.size();
    const auto behind = std::ranges::upper_bound(plan_->segments, place, {}, &MovieSegment::offset);
    CHECK(behind != plan_->segments.begin());
    share_ = &*std::prev(behind);
    produced_ = share_->offset;
    file_ = segment_file(entry_, rendition_, segment());
    file_at_ = 0;
    const ReplayFile samples = samples_file(entry_, rendition_);
    files_.read(
        samples, segment().samples_offset, segment().samples_length,
        [this, alive = std::weak_ptr(alive_)](base::Expected<std::vector<base::Slice>> parts) {
          if (!alive.expired()) on_samples(std::move(parts));
        });
  }

  void on_samples(base::Expected<std::vector<base::Slice>> parts) {
    if (!parts) return fail(std::move(parts.error()));
    base::Bytes samples;
    for (const base::Slice& part : *parts) {
      samples.insert(samples.end(), part.span().begin(), part.span().end());
    }
    auto reader =
        MovieReader::create(rendition_.generations.at(segment().generation), samples, *share_);
    if (!reader) return fail(std::move(reader.error()));
    reader_ = std::make_shared<MovieReader>(std::move(*reader));
    read_on();
  }

  void read_on() {
    const std::uint64_t length = std::min<std::uint64_t>(file_.size - file_at_, files_.block());
    if (length == 0) return work({}, true);
    const std::uint64_t begin = file_at_;
    file_at_ += length;
    files_.read(
        file_, begin, length,
        [this, alive = std::weak_ptr(alive_)](base::Expected<std::vector<base::Slice>> parts) {
          if (alive.expired()) return;
          if (!parts) return fail(std::move(parts.error()));
          work(std::move(*parts), false);
        });
  }

  /// Taking samples out is for the workshop; the reader is there until it comes back.
  void work(std::vector<base::Slice> data, bool last) {
    if (workshop_.is_busy()) {
      return fail({base::ErrorCode::kLimit, "too many movies are being made"});
    }
    using Made = base::Expected<std::vector<base::Slice>>;
    workshop_.run(
        [reader = reader_, data = std::move(data), last]() -> Made {
          std::vector<base::Slice> out;
          for (const base::Slice& slice : data) {
            if (auto read = reader->push(slice, out); !read) {
              return base::fail(std::move(read.error()));
            }
          }
          if (last) {
            if (auto read = reader->finish(out); !read) return base::fail(std::move(read.error()));
          }
          return out;
        },
        [this, alive = std::weak_ptr(alive_), last](Made made) {
          if (!alive.expired()) on_made(std::move(made), last);
        });
  }

  void on_made(base::Expected<std::vector<base::Slice>> made, bool last) {
    if (!made) return fail(std::move(made.error()));
    std::uint64_t size = 0;
    for (const base::Slice& slice : *made) size += slice.size();
    // What lies between `at_` and `end_`.
    const std::uint64_t begin = produced_ + plan_->head.size();
    produced_ += size;
    const std::uint64_t from = std::clamp(at_, begin, begin + size);
    const std::uint64_t to = std::clamp(end_, from, begin + size);
    auto wanted = wire::http::cut(*made, from - begin, to - from);
    at_ += to - from;
    if (last || at_ == end_ || produced_ == share_->offset + share_->size) reader_ = nullptr;
    if (!wanted.empty()) {
      std::exchange(done_, nullptr)(std::move(wanted));
    } else if (reader_ != nullptr) {
      read_on();
    } else {
      fail({base::ErrorCode::kMalformed, "a segment has fewer samples than its list"});
    }
  }

  ReplayFiles& files_;
  Workshop& workshop_;
  const ReplayEntry entry_;
  const CatalogRendition& rendition_;
  const std::shared_ptr<const MoviePlan> plan_;
  std::uint64_t at_;  // in the movie: what has to come next
  const std::uint64_t end_;
  Done done_;
  const MovieSegment* share_ = nullptr;
  ReplayFile file_;
  std::uint64_t file_at_ = 0;
  std::uint64_t produced_ = 0;           // behind the head: what the reader gives next
  std::shared_ptr<MovieReader> reader_;  // goes to the workshop and comes back; never on both
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // weakly held by what is asked
};

ReplayFile file_of(const ReplayEntry& entry, std::string spool_key, std::string key,
                   std::uint64_t size) {
  return {.recording = entry.facts->recording,
          .spool_key = entry.in_spool ? std::move(spool_key) : std::string(),
          .bucket = entry.facts->time_shift ? std::string() : entry.facts->bucket,
          .key = std::move(key),
          .size = size};
}

}  // namespace

std::unique_ptr<ReplayBody> file_body(ReplayFiles& files, ReplayFile file, std::uint64_t offset,
                                      std::uint64_t length) {
  return std::make_unique<FileBody>(files, std::move(file), offset, length);
}

std::unique_ptr<ReplayBody> movie_body(ReplayFiles& files, Workshop& workshop,
                                       const ReplayEntry& entry, std::size_t rendition,
                                       std::shared_ptr<const MoviePlan> plan, std::uint64_t offset,
                                       std::uint64_t length) {
  return std::make_unique<MovieBody>(files, workshop, entry, rendition, std::move(plan), offset,
                                     length);
}

ReplayFile segment_file(const ReplayEntry& entry, const CatalogRendition& rendition,
                        const CatalogSegment& segment) {
  const std::string name =
      segment_name(segment.number, rendition.generations.at(segment.generation).container);
  const std::string& folder = rendition.info.name;
  return file_of(entry, spool_segment_key(folder, name),
                 rendition_key(entry.facts->prefix, folder, name), segment.bytes);
}

ReplayFile init_file(const ReplayEntry& entry, const CatalogRendition& rendition,
                     std::uint32_t generation) {
  const std::string name = init_name(generation);
  const std::string& folder = rendition.info.name;
  return file_of(entry, spool_segment_key(folder, name),
                 rendition_key(entry.facts->prefix, folder, name),
                 rendition.generations.at(generation).init_bytes);
}

ReplayFile samples_file(const ReplayEntry& entry, const CatalogRendition& rendition) {
  const std::string& folder = rendition.info.name;
  std::uint64_t size = 0;
  if (!rendition.segments.empty()) {
    const CatalogSegment& last = rendition.segments.back();
    size = last.samples_offset + last.samples_length;
  }
  return file_of(entry, spool_samples_key(folder), samples_key(entry.facts->recording, folder),
                 size);
}

}  // namespace record
