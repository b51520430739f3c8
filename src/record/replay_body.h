// What is sent piece by piece: a stretch of a file, or of a movie that is made while it is sent.
// Each asks for the next piece when the viewer has room for it. On the loop of its ReplayFiles.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "record/replay_files.h"
#include "record/replay_library.h"
#include "record/replay_movie.h"
#include "record/workshop.h"

namespace record {

class ReplayBody {
 public:
  using Done = std::move_only_function<void(base::Expected<std::vector<base::Slice>>)>;
  virtual ~ReplayBody() = default;
  /// The next octets; none: that was all. `done` may be called before this returns, and not after
  /// the body was destroyed. Not to be called while another one is under way.
  virtual void next(Done done) = 0;
};

/// [offset, offset + length) of a file.
std::unique_ptr<ReplayBody> file_body(ReplayFiles& files, ReplayFile file, std::uint64_t offset,
                                      std::uint64_t length);

/// [offset, offset + length) of the movie that `plan` describes.
std::unique_ptr<ReplayBody> movie_body(ReplayFiles& files, Workshop& workshop,
                                       const ReplayEntry& entry, std::size_t rendition,
                                       std::shared_ptr<const MoviePlan> plan, std::uint64_t offset,
                                       std::uint64_t length);

// Where the files of a recording stand.
ReplayFile segment_file(const ReplayEntry& entry, const CatalogRendition& rendition,
                        const CatalogSegment& segment);
/// `generation` must have one.
ReplayFile init_file(const ReplayEntry& entry, const CatalogRendition& rendition,
                     std::uint32_t generation);
ReplayFile samples_file(const ReplayEntry& entry, const CatalogRendition& rendition);

}  // namespace record
