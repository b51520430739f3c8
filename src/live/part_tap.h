// Hands the closed parts of a stream, all its renditions, to whoever keeps them. Owned by a Stream;
// on its home loop. Nothing is muxed here: the bytes are made when they are first asked for, and
// are shared with viewers.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "live/packager.h"
#include "live/track_key.h"
#include "media/made_part.h"

namespace live {

class PartTap final : public PartListener {
 public:
  /// `container` is the channel's; broadcasts that MPEG-TS cannot carry are handed on as fMP4.
  PartTap(std::unique_ptr<media::PartSink> sink, Container container);

  /// The broadcast has these tracks from the next part on.
  void set_tracks(const std::map<TrackKey, media::Track>& tracks);
  /// Names that are meant for renditions which may come later: the source gets another one. Before
  /// the first part.
  void reserve(const std::set<std::string>& names) { reserved_ = names; }
  void on_part(const MadeHere& made) override;
  /// The stream has ended.
  void on_end();

 private:
  struct Rendition {
    std::string name;  // as long as the stream lasts
    std::shared_ptr<const TrackSet> tracks;
    std::shared_ptr<const media::RenditionInfo> info;
  };

  std::string choose_name(const std::string& rendition, const media::Track& leading,
                          bool is_source) const;

  const std::unique_ptr<media::PartSink> sink_;
  media::PartContainer container_;
  std::set<std::string> reserved_;
  std::map<std::string, Rendition, std::less<>> renditions_;  // by their names in paths
};

}  // namespace live
