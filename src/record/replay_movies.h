// Plans of movies for one loop: made once for all who ask for the same, some are kept. On its loop.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "record/replay_files.h"
#include "record/replay_library.h"
#include "record/replay_movie.h"
#include "record/workshop.h"

namespace record {

class ReplayMovies {
 public:
  /// A plan, and the recording as it was when the plan was made: what it says is still true when
  /// the recording has grown.
  struct Movie {
    ReplayEntry entry;
    std::size_t rendition = 0;
    std::shared_ptr<const MoviePlan> plan;
    std::string tag;  // for ETag: changes when the octets do
  };
  using Done = std::move_only_function<void(base::Expected<Movie>)>;

  ReplayMovies(io::Loop& loop, ReplayFiles& files, Workshop& workshop);
  ~ReplayMovies();

  /// `rendition` is an index into the catalog's. `done` may be called before this returns, and not
  /// after this was destroyed. Errors of MoviePlanner and ReplayFiles; kLimit: too many are made.
  void get(const ReplayEntry& entry, std::size_t rendition, MovieRange range, Done done);

 private:
  static constexpr std::size_t kMaxKept = 8;
  static constexpr std::size_t kMaxKeptOctets = std::size_t{96} << 20;
  static constexpr std::size_t kMaxMaking = 8;

  struct Kept {
    std::string key;
    Movie movie;
    base::MonotonicTime made_at{};
  };
  struct Making {
    Movie movie;
    std::shared_ptr<MoviePlanner> planner;  // goes to the workshop and comes back
    std::vector<Done> waiting;
  };

  const Movie* find(const std::string& key, const ReplayEntry& entry);
  void read_on(const std::string& key);
  void on_samples(const std::string& key, std::size_t begin, std::size_t end,
                  base::Expected<std::vector<base::Slice>> parts);
  void finish(const std::string& key);
  void settle(const std::string& key, base::Expected<Movie> movie);

  io::Loop& loop_;
  ReplayFiles& files_;
  Workshop& workshop_;
  std::list<Kept> kept_;  // the last used first
  std::map<std::string, Making> making_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // weakly held by what is asked
};

}  // namespace record
