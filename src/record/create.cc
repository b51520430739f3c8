// Puts the engine together from its real parts.
#include <memory>
#include <utility>

#include "io/chores.h"
#include "record/record.h"
#include "record/recorder_engine.h"
#include "record/seams.h"
#include "record/thumbnailer.h"

namespace record {

base::Expected<std::unique_ptr<Recorder>> Recorder::create(io::LoopGroup& loops, Settings settings,
                                                           Above& above) {
  EngineParts parts;
  parts.replay = make_replay;
  parts.clipper = make_clipper;
  if (!settings.helper.empty()) {
    // Shared only because functions are copied; it lives as long as the engine.
    auto chores = std::make_shared<io::Chores>();
    parts.pictures = [chores, helper = settings.helper](io::Loop& loop) {
      return std::make_unique<Thumbnailer>(loop, *chores, helper);
    };
  }
  return RecorderEngine::create(loops, std::move(settings), above, std::move(parts));
}

}  // namespace record
