#include "record/replay_movies.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/loop.h"
#include "record/replay_body.h"

namespace record {
namespace {

using base::ErrorCode;
using base::fail;

/// Octets of lists of samples that are read at a time.
constexpr std::uint64_t kReadSize = std::uint64_t{2} << 20;
/// How long the movie of a recording that goes on stays as it is.
constexpr auto kRunningKept = std::chrono::minutes(5);

std::string key_of(const ReplayEntry& entry, std::size_t rendition, const MovieRange& range) {
  return fmt::format("{}/{}/{}/{}", entry.facts->recording, rendition, range.start, range.end);
}

}  // namespace

ReplayMovies::ReplayMovies(io::Loop& loop, ReplayFiles& files, Workshop& workshop)
    : loop_(loop), files_(files), workshop_(workshop) {}

ReplayMovies::~ReplayMovies() = default;

const ReplayMovies::Movie* ReplayMovies::find(const std::string& key, const ReplayEntry& entry) {
  const auto found = std::ranges::find(kept_, key, &Kept::key);
  if (found == kept_.end()) return nullptr;
  const bool same = found->movie.entry.catalog == entry.catalog;
  const bool both_ended = found->movie.entry.catalog->ended && entry.catalog->ended;
  if (!same && !both_ended && loop_.now() - found->made_at > kRunningKept) {
    kept_.erase(found);
    return nullptr;
  }
  kept_.splice(kept_.begin(), kept_, found);
  return &kept_.front().movie;
}

void ReplayMovies::get(const ReplayEntry& entry, std::size_t rendition, MovieRange range,
                       Done done) {
  const std::string key = key_of(entry, rendition, range);
  if (const Movie* movie = find(key, entry)) {
    done(Movie(*movie));
    return;
  }
  if (const auto found = making_.find(key); found != making_.end()) {
    found->second.waiting.push_back(std::move(done));
    return;
  }
  if (making_.size() >= kMaxMaking || workshop_.is_busy()) {
    done(fail(ErrorCode::kLimit, "too many movies are being made"));
    return;
  }
  auto planner =
      MoviePlanner::create(entry.catalog->renditions.at(rendition), range, entry.facts->started_at);
  if (!planner) {
    done(fail(std::move(planner.error())));
    return;
  }
  Making& making = making_[key];
  making.movie = {.entry = entry, .rendition = rendition, .plan = nullptr, .tag = {}};
  making.planner = std::make_shared<MoviePlanner>(std::move(*planner));
  making.waiting.push_back(std::move(done));
  read_on(key);
}

void ReplayMovies::read_on(const std::string& key) {
  const Making& making = making_.at(key);
  const CatalogRendition& rendition =
      making.movie.entry.catalog->renditions[making.movie.rendition];
  const std::size_t begin = making.planner->begin_index();
  if (begin == making.planner->end_index()) return finish(key);
  const std::uint64_t offset = rendition.segments[begin].samples_offset;
  std::uint64_t length = 0;
  std::size_t end = begin;
  while (end < making.planner->end_index()) {
    const CatalogSegment& segment = rendition.segments[end];
    const bool follows = segment.samples_offset == offset + length;
    if (end > begin && (!follows || length + segment.samples_length > kReadSize)) break;
    length += segment.samples_length;
    ++end;
  }
  const ReplayFile file = samples_file(making.movie.entry, rendition);
  if (offset + length > file.size) {
    return settle(key, fail(ErrorCode::kMalformed, "lists of samples out of order"));
  }
  files_.read(file, offset, length,
              [this, key, begin, end,
               alive = std::weak_ptr(alive_)](base::Expected<std::vector<base::Slice>> parts) {
                if (!alive.expired()) on_samples(key, begin, end, std::move(parts));
              });
}

void ReplayMovies::on_samples(const std::string& key, std::size_t begin, std::size_t end,
                              base::Expected<std::vector<base::Slice>> parts) {
  if (!parts) return settle(key, fail(std::move(parts.error())));
  const Making& making = making_.at(key);
  const ReplayEntry& entry = making.movie.entry;
  workshop_.run(
      [planner = making.planner, catalog = entry.catalog, rendition = making.movie.rendition, begin,
       end, parts = std::move(*parts)]() -> base::Expected<void> {
        base::Bytes samples;
        for (const base::Slice& part : parts) {
          samples.insert(samples.end(), part.span().begin(), part.span().end());
        }
        const auto& segments = catalog->renditions[rendition].segments;
        std::size_t at = 0;
        for (std::size_t i = begin; i < end; ++i) {
          const std::size_t length = segments[i].samples_length;
          auto added = planner->add(base::ByteSpan(samples).subspan(at, length));
          if (!added) return added;
          at += length;
        }
        return {};
      },
      [this, key, alive = std::weak_ptr(alive_)](base::Expected<void> added) {
        if (alive.expired()) return;
        if (!added) return settle(key, fail(std::move(added.error())));
        read_on(key);
      });
}

void ReplayMovies::finish(const std::string& key) {
  const Making& making = making_.at(key);
  workshop_.run(
      [planner = making.planner]() -> base::Expected<MoviePlan> { return planner->finish(); },
      [this, key, alive = std::weak_ptr(alive_)](base::Expected<MoviePlan> plan) {
        if (alive.expired()) return;
        if (!plan) return settle(key, fail(std::move(plan.error())));
        Movie movie = making_.at(key).movie;
        movie.tag =
            fmt::format("{}-{}-{}-{}", movie.entry.facts->recording, movie.rendition,
                        plan->segments.front().offset + plan->segments.front().index, plan->size);
        movie.plan = std::make_shared<const MoviePlan>(*std::move(plan));
        settle(key, std::move(movie));
      });
}

void ReplayMovies::settle(const std::string& key, base::Expected<Movie> movie) {
  auto ended = making_.extract(key);  // `key` may be its own
  if (movie) {
    kept_.push_front({ended.key(), *movie, loop_.now()});
    std::size_t octets = 0;
    std::size_t count = 0;
    for (auto kept = kept_.begin(); kept != kept_.end();) {
      octets += kept->movie.plan->head.size();
      ++count;
      const bool fits = count == 1 || (count <= kMaxKept && octets <= kMaxKeptOctets);
      kept = fits ? std::next(kept) : kept_.erase(kept);
    }
  }
  for (Done& done : ended.mapped().waiting) done(movie);
}

}  // namespace record
